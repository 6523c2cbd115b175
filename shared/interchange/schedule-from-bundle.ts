import { parseInstant } from '../base/date-time.ts';
import { importedSessionId, OWN_ID_PREFIX } from '../base/ids.ts';
import { because, type Reason } from '../base/reasons.ts';
import type { CatalogItem } from '../catalog/catalog.ts';
import { isTimeZone } from '../catalog/catalog.ts';
import { skippedPart, type BundledSession, type ScheduleBundle, type SkippedPart } from '../catalog/schedule-bundle.ts';
import { ABSTRACT_FIELD, fromCustomFieldValues } from './custom-fields.ts';
import {
  isMembers,
  membersWithout,
  proseOf,
  rowsOf,
  setMember,
  textOf,
  textsOf,
  type Members,
} from './frab-schedule.ts';
import {
  importedEventId,
  importedEventSessionId,
  importedPersonId,
  importedPlaceIds,
  importedSpeakerTypeId,
  importedTypeId,
  UNNAMED_SPEAKER_TYPE,
  UNNAMED_TYPE,
  UUID,
} from './imported-ids.ts';
import { byId, compareText } from './order.ts';
import { withoutDisallowed } from './parse-xml.ts';
import { personKey } from './schedule-builder.ts';
import {
  boundsOfDay,
  calendarDateOf,
  ConferenceDays,
  localDate,
  startTimeText,
  durationText,
  zonedText,
} from './schedule-time.ts';

/**
 * A bundle as a schedule file would have it, before any schema narrows it. Each thing stands under what it will be known by in the
 * file: an event's guid (made where it has none of the right form), a person's key, a room's and a track's name (made unique),
 * a day's index. Things have only members of their own: what is made up for the form's sake is the writers' doing.
 */
export interface OutgoingSchedule {
  conference: Members;
  tracks: Map<string, Members>;
  rooms: Map<string, Members>;
  people: Map<string, Members>;
  days: Map<string, Members>;
  events: Map<string, Members>;
  /** Who speaks in each event, by its guid: what the person is known by, and the name to show. */
  speakers: Map<string, { key: string; name: string }[]>;
  /** Every day, also those that only the events' dates call for, in order. */
  calendar: OutgoingDay[];
}

export interface OutgoingDay {
  index: number;
  date: string;
  start: string;
  end: string;
  /** Names of its rooms with the guids of their events by start, rooms that stay empty included. */
  rooms: Map<string, string[]>;
}

/** Where sessions stand that have a time and no room: the formats know no event without one. */
const NO_ROOM = 'To be announced';

/**
 * The public part of a bundle: sessions that have a start and are not hidden, with what they refer to. Rooms and tracks that no
 * session uses are there if they came with the event from a file; the catalog knows no other tie.
 *
 * @param now where the event has neither dates nor sessions, its one day is today
 */
export function scheduleFromBundle(bundle: ScheduleBundle, now: number): OutgoingSchedule {
  return new BundleReader(bundle, now).read();
}

/** The sessions that a published schedule does not show, and why. */
export function leftOutOf(bundle: ScheduleBundle): SkippedPart[] {
  return [...bundle.sessions].sort(byId).flatMap((session) => {
    const reason = reasonToLeave(session);
    return reason === undefined ? [] : [skippedPart(because('in_session', { name: session.fields.name }), reason)];
  });
}

/** Whether a published schedule does not show the session. */
export function isLeftOut(session: BundledSession): boolean {
  return reasonToLeave(session) !== undefined;
}

function reasonToLeave({ fields }: BundledSession): Reason | undefined {
  if (fields.hide_from_schedule === true) return because('hidden');
  const hasStart = fields.start_date !== undefined && parseInstant(fields.start_date) !== undefined;
  return hasStart ? undefined : because('unscheduled');
}

interface Scheduled {
  session: BundledSession;
  guid: string;
  members: Members;
  startMs: number;
}

class BundleReader {
  readonly #bundle: ScheduleBundle;
  readonly #now: number;
  readonly #zone: string;
  readonly #frab: Members;
  readonly #tracks: NamedItems;
  readonly #rooms: NamedItems;
  readonly #types: TypeNames;
  readonly #roles: TypeNames;
  readonly #contacts: Map<string, CatalogItem<'contacts'>>;
  /** People by contact id, with what the file will know them by. */
  readonly #people = new Map<string, { key: string; own: Members }>();

  constructor(bundle: ScheduleBundle, now: number) {
    this.#bundle = bundle;
    this.#now = now;
    const zone = bundle.event.time_zone;
    this.#zone = zone !== undefined && isTimeZone(zone) ? zone : 'UTC';
    this.#frab = frabOf(bundle.event);
    this.#tracks = new NamedItems(bundle.event.id, 'track', bundle.catalog.tracks ?? []);
    this.#rooms = new NamedItems(bundle.event.id, 'room', bundle.catalog.rooms ?? []);
    this.#types = new TypeNames(bundle.catalog.session_types ?? [], UNNAMED_TYPE, importedTypeId);
    this.#roles = new TypeNames(bundle.catalog.speaker_types ?? [], UNNAMED_SPEAKER_TYPE, importedSpeakerTypeId);
    this.#contacts = new Map((bundle.catalog.contacts ?? []).map((contact) => [contact.id, contact]));
  }

  read(): OutgoingSchedule {
    const scheduled = this.#withGuids(this.#scheduled());
    this.#meetPeople(scheduled);
    const days = new Map(rowsOf(this.#frab, 'days').map((day) => [String(day['index']), this.#ownDay(day)]));
    const events = new Map(scheduled.map((one) => [one.guid, this.#ownEvent(one)]));
    const calendar = this.#calendar(scheduled, days, events);
    return {
      conference: this.#ownConference(),
      tracks: this.#tracks.items(),
      rooms: this.#rooms.items(),
      people: new Map([...this.#people.values()].map(({ key, own }) => [key, own])),
      days,
      events,
      speakers: new Map(scheduled.map(({ guid, session }) => [guid, this.#speakersOf(session)])),
      calendar,
    };
  }

  #scheduled(): Scheduled[] {
    return [...this.#bundle.sessions].sort(byId).flatMap((session) => {
      if (isLeftOut(session)) return [];
      const startMs = parseInstant(session.fields.start_date ?? '') ?? 0;
      return [{ session, members: fromCustomFieldValues(session.fields.custom_field_values ?? []), startMs, guid: '' }];
    });
  }

  /** A guid of its own stays; the others get one that their session's id makes. */
  #withGuids(scheduled: Scheduled[]): Scheduled[] {
    const taken = new Set<string>();
    for (const one of scheduled) {
      const guid = textOf(one.members, 'guid');
      if (guid === undefined || !UUID.test(guid) || taken.has(guid.toLowerCase())) continue;
      one.guid = guid;
      taken.add(guid.toLowerCase());
    }
    for (const one of scheduled) if (one.guid === '') one.guid = guidOfSession(one.session.id, taken);
    return scheduled.sort((a, b) => a.startMs - b.startMs || byId(a.session, b.session));
  }

  /** Decides what each speaker is known by: a guid or number of theirs; a name only if it is spelled alike everywhere. */
  #meetPeople(scheduled: readonly Scheduled[]): void {
    const spellings = new Map<string, Set<string>>();
    for (const { session } of scheduled) {
      for (const speaker of session.fields.speakers ?? []) {
        const names = spellings.get(speaker.contact_id) ?? new Set();
        spellings.set(speaker.contact_id, names.add(this.#spokenName(speaker)));
      }
    }
    const taken = new Set<string>();
    for (const [contactId, names] of spellings) {
      const contact = this.#contacts.get(contactId) ?? { id: contactId, name: [...names][0] ?? contactId };
      const own = membersWithout({ ...frabOf(contact), name: contact.name });
      const ownKey = personKey(own, contact.name.trim());
      const imported = contactId === importedPersonId(this.#bundle.event.id, ownKey);
      const sayable =
        (ownKey.startsWith('guid:') && UUID.test(ownKey.slice(5))) ||
        /^id:\d{1,15}$/.test(ownKey) ||
        (ownKey.startsWith('name:') && names.size === 1 && names.has(ownKey.slice(5)));
      const key = imported && sayable && !taken.has(ownKey) ? ownKey : `guid:${uuidOf('person', contactId)}`;
      taken.add(key);
      if (!imported) own['offstage:id'] = contactId;
      own['offstage:key'] = imported ? ownKey : key;
      this.#people.set(contactId, { key, own });
    }
  }

  #ownConference(): Members {
    const { event } = this.#bundle;
    const own = membersWithout(this.#frab, 'days', 'start', 'end');
    setMember(own, 'title', event.name);
    if (own['acronym'] === undefined) own['acronym'] = event.id;
    if (importedEventId(own) !== event.id) own['offstage:id'] = event.id;
    setMember(own, 'time_zone_name', event.time_zone);
    // The file's own wording, with a time perhaps, as long as it names no other date.
    for (const [name, date] of [['start', event.start_date] as const, ['end', event.end_date] as const]) {
      const named = calendarDateOf(textOf(this.#frab, name));
      setMember(own, name, named === undefined || named === date ? (this.#frab[name] ?? date) : date);
    }
    setMember(own, 'offstage:types', this.#types.ids());
    setMember(own, 'offstage:speaker_types', this.#roles.ids());
    return own;
  }

  #ownDay(day: Members): Members {
    const rooms = textsOf(day, 'rooms').flatMap((id) => this.#rooms.nameIfKnown(id) ?? []);
    return membersWithout({ ...day, rooms });
  }

  #ownEvent({ session, members, startMs }: Scheduled): Members {
    const { fields } = session;
    const own = membersWithout(members, 'abstract');
    setMember(own, 'title', fields.name);
    setMember(own, 'code', fields.code);
    const id = importedEventSessionId(this.#bundle.event.id, own);
    if (id !== session.id) {
      own['offstage:id'] = session.id;
      setMember(own, 'offstage:external_id', fields.sys_external_id);
    }
    this.#setTimes(own, startMs, fields.end_date);
    const [room, ...rooms] = (fields.room_ids ?? []).map((roomId) => this.#rooms.nameOf(roomId));
    const [track, ...tracks] = (fields.track_ids ?? []).map((trackId) => this.#tracks.nameOf(trackId));
    const places = { room, 'offstage:rooms': rooms, track, 'offstage:tracks': tracks };
    for (const [name, value] of Object.entries(places)) setMember(own, name, value);
    setMember(own, 'type', this.#types.nameOf(fields.type_id));
    const isAbstract = !(fields.custom_field_values ?? []).some((value) => value.custom_field_id === ABSTRACT_FIELD);
    setMember(own, 'abstract', isAbstract ? fields.description : proseOf(members, 'abstract'));
    if (!isAbstract) setMember(own, 'description', fields.description);
    const persons = (fields.speakers ?? []).map((speaker): Members => {
      const person: Members = { person: String(this.#people.get(speaker.contact_id)?.own['offstage:key']) };
      setMember(person, 'name', speaker.name);
      setMember(person, 'role', this.#roles.nameOf(speaker.type_id));
      return person;
    });
    setMember(own, 'persons', persons);
    return own;
  }

  #setTimes(own: Members, startMs: number, endDate: string | undefined): void {
    own['date'] = zonedText(startMs, this.#zone);
    own['start'] = startTimeText(startMs, this.#zone);
    const endMs = endDate === undefined ? undefined : parseInstant(endDate);
    if (endMs === undefined || endMs < startMs) return;
    own['end'] = zonedText(endMs, this.#zone);
    own['duration'] = durationText(Math.round(endMs) - Math.round(startMs));
  }

  #calendar(scheduled: readonly Scheduled[], days: Map<string, Members>, events: Map<string, Members>): OutgoingDay[] {
    const { event } = this.#bundle;
    const rule = new ConferenceDays(this.#frab, [...days.values()], this.#zone);
    const placed = scheduled.map((one) => ({ one, at: rule.dayAt(one.startMs) }));
    const wanted = placed.flatMap(({ at }) => ('date' in at ? at.date : []));
    const fallback = event.start_date ?? localDate(this.#now, this.#zone);
    if (days.size === 0 && wanted.length === 0) wanted.push(fallback);
    const calendar: OutgoingDay[] = [];
    const addDay = (index: number, day: Members): void => {
      const { date, start, end } = boundsOfDay(day, fallback, rule.changeMs, this.#zone);
      calendar.push({ index, date, start, end, rooms: new Map(textsOf(day, 'rooms').map((name) => [name, []])) });
    };
    for (const day of days.values()) addDay(Number(day['index']), day);
    for (const date of [...new Set(wanted)].sort(compareText)) {
      addDay(Math.max(0, ...calendar.map((day) => day.index)) + 1, { date });
    }
    const nowhere = this.#rooms.unusedName(NO_ROOM);
    for (const { one, at } of placed) {
      const day = calendar.findLast((day) => ('index' in at ? day.index === at.index : day.date === at.date));
      const room = textOf(events.get(one.guid) ?? {}, 'room') ?? nowhere;
      const guids = day?.rooms.get(room);
      if (guids === undefined) day?.rooms.set(room, [one.guid]);
      else guids.push(one.guid);
    }
    return calendar;
  }

  #speakersOf({ fields }: BundledSession): { key: string; name: string }[] {
    return (fields.speakers ?? []).map((speaker) => ({
      key: this.#people.get(speaker.contact_id)?.key ?? '',
      name: this.#spokenName(speaker),
    }));
  }

  #spokenName(speaker: { contact_id: string; name?: string | undefined }): string {
    const name = speaker.name ?? this.#contacts.get(speaker.contact_id)?.name ?? '';
    return plainName(name) || speaker.contact_id;
  }
}

/** The name as every format can say it: on one line, without control characters. */
function plainName(name: string): string {
  const plain = withoutDisallowed(name)
    .replaceAll(/[\t\n\r]/g, ' ')
    .trim();
  return memberName(plain);
}

/** A name that may be a member's in JSON: careful readers pass `__proto__` over. */
function memberName(name: string): string {
  return name === '__proto__' ? '_proto_' : name;
}

/** Rooms or tracks, each under a name that no other has. */
class NamedItems {
  readonly #eventId: string;
  readonly #kind: 'room' | 'track';
  readonly #names = new Map<string, string>();
  readonly #byName = new Map<string, Members>();
  readonly #catalog: Map<string, CatalogItem<'rooms'> | CatalogItem<'tracks'>>;

  constructor(
    eventId: string,
    kind: 'room' | 'track',
    items: readonly (CatalogItem<'rooms'> | CatalogItem<'tracks'>)[],
  ) {
    this.#eventId = eventId;
    this.#kind = kind;
    this.#catalog = new Map(items.map((item) => [item.id, item]));
    const prefix = `${eventId}:${kind}:`;
    const own = items.filter((item) => item.id.startsWith(prefix));
    for (const item of own.sort((a, b) => orderOf(a) - orderOf(b) || byId(a, b))) this.nameOf(item.id);
  }

  nameIfKnown(id: string): string | undefined {
    return this.#names.has(id) || this.#catalog.has(id) ? this.nameOf(id) : undefined;
  }

  /** The name that the file knows it by; one the catalog lacks goes by its id. */
  nameOf(id: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const item = this.#catalog.get(id) ?? { id, name: id };
    const name = this.unusedName(plainName(item.name) || plainName(id) || this.#kind);
    const own = membersWithout({ ...frabOf(item), name });
    if (item.name !== name) own['offstage:name'] = item.name;
    if (typeof item['color'] === 'string') setMember(own, 'color', item['color']);
    if (typeof item['capacity'] === 'number') setMember(own, 'capacity', item['capacity']);
    if (importedPlaceIds(this.#eventId, this.#kind, own)[0] !== id) own['offstage:id'] = id;
    this.#names.set(id, name);
    this.#byName.set(name, own);
    return name;
  }

  /** That name, or with a number where it is taken. */
  unusedName(name: string): string {
    let candidate = name;
    for (let count = 2; this.#byName.has(candidate); count += 1) candidate = `${name} (${count})`;
    return candidate;
  }

  items(): Map<string, Members> {
    return this.#byName;
  }
}

/** The names of session types or speaker types, and the ids that their names would not make. */
class TypeNames {
  readonly #items: Map<string, { id: string; name: string }>;
  readonly #unnamed: { id: string; name: string };
  readonly #derive: (name: string) => string;
  readonly #names = new Map<string, string | undefined>();
  readonly #taken = new Set<string>();

  constructor(
    items: readonly { id: string; name: string }[],
    unnamed: { id: string; name: string },
    derive: (name: string) => string,
  ) {
    this.#items = new Map(items.map((item) => [item.id, item]));
    this.#unnamed = unnamed;
    this.#derive = derive;
  }

  /** The type's name, made unique; undefined for the type of those that have none. */
  nameOf(id: string): string | undefined {
    if (this.#names.has(id)) return this.#names.get(id);
    const own = (this.#items.get(id)?.name ?? id).trim() || id;
    // Told with its id, it is a member's name.
    const given = this.#derive(own) === id ? own : memberName(own);
    let name: string | undefined = given;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${given} (${count})`;
    if (id === this.#unnamed.id && given === this.#unnamed.name) name = undefined;
    else this.#taken.add(name);
    this.#names.set(id, name);
    return name;
  }

  ids(): Members | undefined {
    const own = [...this.#names].flatMap(([id, name]) =>
      name === undefined || this.#derive(name) === id ? [] : [[name, id] as const],
    );
    return own.length === 0 ? undefined : Object.fromEntries(own);
  }
}

/** What a file said of a catalog item beyond the contract. */
function frabOf(item: Readonly<Record<string, unknown>>): Members {
  // Catalog items are JSON: they came out of a request or a file.
  const frab = item['frab'] as Members[string] | undefined;
  return isMembers(frab) ? frab : {};
}

function orderOf(item: Readonly<Record<string, unknown>>): number {
  const order = frabOf(item)['offstage:order'];
  return typeof order === 'number' ? order : Number.MAX_SAFE_INTEGER;
}

/** The UUID within our own ids; for others, one that the id makes. */
function guidOfSession(id: string, taken: Set<string>): string {
  const own = id.startsWith(OWN_ID_PREFIX) ? id.slice(OWN_ID_PREFIX.length) : '';
  const guid = UUID.test(own) && !taken.has(own.toLowerCase()) ? own : uuidOf('session', id);
  taken.add(guid.toLowerCase());
  return guid;
}

/** A UUID that is always the same for the same texts. */
export function uuidOf(kind: string, text: string): string {
  return importedSessionId(kind, text).slice(OWN_ID_PREFIX.length);
}
