import { because, type Reason } from '../base/reasons.ts';
import type { CatalogItem } from '../catalog/catalog.ts';
import type { BundledSession, ScheduleBundle } from '../catalog/schedule-bundle.ts';
import { ContractError } from '../contract/errors.ts';
import { SESSION_ID, type SessionInput } from '../contract/session.ts';
import { customFieldsOf, PLACED_MEMBERS, toCustomFieldValue } from './custom-fields.ts';
import {
  foreignMembers,
  isMembers,
  membersWithout,
  proseOf,
  rowsOf,
  textOf,
  textsOf,
  type FrabSchedule,
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
} from './imported-ids.ts';
import { byId, compareText } from './order.ts';
import { calendarDateOf, ConferenceDays, timesOf, zonedText, zoneOf } from './schedule-time.ts';
import type { SkipList } from './skip-list.ts';

/**
 * A schedule as the contract says it: its event, and catalog items and sessions under ids that every laptop derives alike. What the
 * contract has no field for goes along: of catalog items as the member `frab`, of sessions as custom fields `frab:…`.
 * Of a session it names only what the file tells, so that an import leaves alone what no file can say.
 *
 * - A session's `description` is the event's description or, without one, its abstract, so that the text is seen; where there is
 *   a description, `frab:abstract` keeps the abstract, even an empty one. schedule-from-bundle.ts turns it back.
 * - Sessions, and items of each kind, are in the order of their ids.
 *
 * Throws `invalid` where neither acronym nor title tells which event it is.
 */
export function bundleFromSchedule(schedule: FrabSchedule, skipped: SkipList): ScheduleBundle {
  const { conference } = schedule;
  const eventId = textOf(conference, 'offstage:id') ?? importedEventId(conference);
  if (eventId === undefined) {
    throw new ContractError('invalid', because('schedule_no_event'));
  }
  const { zone, remark } = zoneOf(schedule);
  if (remark !== undefined) skipped.add(because('in_conference'), remark);

  const catalog = new CatalogFromSchedule(eventId, schedule);
  const days = new ConferenceDays(conference, schedule.days, zone);
  const sessions = new Map<string, BundledSession>();
  for (const event of schedule.events) {
    const where = describe(event);
    const id = sessionIdOf(eventId, event);
    const name = textOf(event, 'title');
    if (name === undefined || id === undefined) {
      skipped.add(where, because('no_title'));
    } else if (sessions.has(id)) {
      skipped.add(where, because('same_event'));
    } else {
      const times = timesOf(event, days, zone);
      for (const remark of times.remarks) skipped.add(where, remark);
      const start = times.startMs === undefined ? {} : { start_date: zonedText(times.startMs, zone) };
      const end = times.endMs === undefined ? {} : { end_date: zonedText(times.endMs, zone) };
      const fields = {
        event_id: eventId,
        name,
        ...catalog.referencesOf(event),
        ...start,
        ...end,
        ...textsAndMore(event),
      };
      const externalId = Object.hasOwn(event, 'offstage:id') ? textOf(event, 'offstage:external_id') : id;
      sessions.set(id, {
        id,
        fields: { ...fields, ...(externalId === undefined ? {} : { sys_external_id: externalId }) },
      });
    }
  }
  const list = [...sessions.values()].sort(byId);
  const event = eventItem(eventId, zone, schedule, list, catalog);
  return {
    event,
    catalog: { ...catalog.items(), custom_fields: customFieldsOf(list.map(({ fields }) => fields)) },
    sessions: list,
  };
}

/** Where an event stands, as the user can find it in the file. */
function describe(event: Members): Reason {
  const id = textOf(event, 'id') ?? textOf(event, 'code') ?? textOf(event, 'guid');
  const title = textOf(event, 'title');
  const names = [id === undefined ? '' : ` id=${id}`, title === undefined ? '' : ` "${title.slice(0, 120)}"`].join('');
  const day = event['offstage:day'] === undefined ? undefined : String(event['offstage:day']);
  const room = textOf(event, 'room')?.slice(0, 120);
  if (day === undefined) {
    return room === undefined ? because('in_event', { names }) : because('in_room_event', { room, names });
  }
  return room === undefined
    ? because('in_day_event', { day, names })
    : because('in_day_room_event', { day, room, names });
}

/** The id the session had where the file was written, else the one that its guid makes. */
function sessionIdOf(eventId: string, event: Members): string | undefined {
  const own = textOf(event, 'offstage:id');
  return own !== undefined && SESSION_ID.test(own) ? own : importedEventSessionId(eventId, event);
}

function textsAndMore(event: Members): Partial<SessionInput> {
  const abstract = proseOf(event, 'abstract');
  const description = proseOf(event, 'description');
  const code = textOf(event, 'code');
  const values = Object.entries(membersWithout(foreignMembers(event), ...PLACED_MEMBERS)).map(([name, value]) =>
    toCustomFieldValue(name, value),
  );
  if (description !== undefined) values.push(toCustomFieldValue('abstract', abstract ?? ''));
  const text = description ?? abstract;
  return {
    ...(code === undefined ? {} : { code }),
    ...(text === undefined ? {} : { description: text }),
    ...(values.length === 0
      ? {}
      : { custom_field_values: values.sort((a, b) => compareText(a.custom_field_id, b.custom_field_id)) }),
  };
}

function eventItem(
  id: string,
  zone: string,
  { conference, days }: FrabSchedule,
  sessions: readonly BundledSession[],
  catalog: CatalogFromSchedule,
): CatalogItem<'events'> {
  const dates = days.flatMap(
    (day) => calendarDateOf(textOf(day, 'date')) ?? calendarDateOf(textOf(day, 'start')) ?? [],
  );
  const starts = sessions.flatMap(({ fields }) => fields.start_date ?? []).map((start) => start.slice(0, 10));
  const known = (dates.length > 0 ? dates : starts).sort();
  const first = calendarDateOf(textOf(conference, 'start')) ?? known[0];
  const last = calendarDateOf(textOf(conference, 'end')) ?? known.at(-1);
  const frab = membersWithout(foreignMembers(conference), 'title', 'time_zone_name');
  if (frab['acronym'] === id) delete frab['acronym'];
  if (frab['start'] === first) delete frab['start'];
  if (frab['end'] === last) delete frab['end'];
  if (days.length > 0) {
    frab['days'] = days.map((day) => ({
      ...day,
      rooms: textsOf(day, 'rooms').flatMap((name) => catalog.roomId(name) ?? []),
    }));
  }
  return {
    id,
    name: textOf(conference, 'title') ?? id,
    time_zone: zone,
    ...(first === undefined ? {} : { start_date: first }),
    ...(last === undefined ? {} : { end_date: last }),
    ...(Object.keys(frab).length === 0 ? {} : { frab }),
  };
}

type ImportedCatalog = {
  session_types: CatalogItem<'session_types'>[];
  tracks: CatalogItem<'tracks'>[];
  rooms: CatalogItem<'rooms'>[];
  speaker_types: CatalogItem<'speaker_types'>[];
  contacts: CatalogItem<'contacts'>[];
};

/** The catalog that a schedule implies, and how its events refer to it. */
class CatalogFromSchedule {
  readonly #rooms: Map<string, CatalogItem<'rooms'>>;
  readonly #tracks: Map<string, CatalogItem<'tracks'>>;
  readonly #contacts: Map<string, CatalogItem<'contacts'>>;
  readonly #types: NamedTypes;
  readonly #speakerTypes: NamedTypes;
  /** Ids of rooms, tracks and contacts. */
  readonly #used = new Set<string>();

  constructor(eventId: string, schedule: FrabSchedule) {
    this.#rooms = placesByName(eventId, 'room', schedule.rooms, (room) =>
      typeof room['capacity'] === 'number' ? { capacity: room['capacity'] } : {},
    );
    this.#tracks = placesByName(eventId, 'track', schedule.tracks, (track) => {
      const color = textOf(track, 'color');
      return color === undefined ? {} : { color };
    });
    this.#contacts = new Map(
      schedule.people.map((person) => {
        const key = String(person['offstage:key']);
        const id = textOf(person, 'offstage:id') ?? importedPersonId(eventId, key);
        const name = textOf(person, 'name') ?? id;
        return [key, { id, name, ...frabMember(membersWithout(foreignMembers(person), 'name')) }];
      }),
    );
    this.#types = new NamedTypes(UNNAMED_TYPE, importedTypeId, schedule.conference['offstage:types']);
    this.#speakerTypes = new NamedTypes(
      UNNAMED_SPEAKER_TYPE,
      importedSpeakerTypeId,
      schedule.conference['offstage:speaker_types'],
    );
  }

  /** An event's type, tracks, rooms and speakers. Lists that would be empty are left out. */
  referencesOf(event: Members): Pick<SessionInput, 'type_id' | 'track_ids' | 'room_ids' | 'speakers'> {
    const idsOf = (known: Map<string, { id: string }>, one: string, more: string): string[] => {
      const names = [textOf(event, one) ?? '', ...textsOf(event, more)];
      return [...new Set(names.flatMap((name) => known.get(name)?.id ?? []))];
    };
    const track_ids = idsOf(this.#tracks, 'track', 'offstage:tracks');
    const room_ids = idsOf(this.#rooms, 'room', 'offstage:rooms');
    const speakers = this.#speakersOf(event);
    for (const id of [...track_ids, ...room_ids]) this.#used.add(id);
    return {
      type_id: this.#types.idOf(textOf(event, 'type')),
      ...(track_ids.length === 0 ? {} : { track_ids }),
      ...(room_ids.length === 0 ? {} : { room_ids }),
      ...(speakers.length === 0 ? {} : { speakers }),
    };
  }

  /** The id of a room that a day lists, which is a use of it, too. */
  roomId(name: string): string | undefined {
    const id = this.#rooms.get(name)?.id;
    if (id !== undefined) this.#used.add(id);
    return id;
  }

  /** What sessions use, and what the file tells of rooms and tracks beyond a name in an event that was skipped. */
  items(): ImportedCatalog {
    const isTold = (item: { id: string }): boolean => this.#used.has(item.id) || Object.keys(item).length > 2;
    return {
      session_types: this.#types.items(),
      tracks: [...this.#tracks.values()].filter(isTold).sort(byId),
      rooms: [...this.#rooms.values()].filter(isTold).sort(byId),
      speaker_types: this.#speakerTypes.items(),
      contacts: [...this.#contacts.values()].filter(({ id }) => this.#used.has(id)).sort(byId),
    };
  }

  /** Nobody speaks twice in one session: a person named again is passed over. */
  #speakersOf(event: Members): NonNullable<SessionInput['speakers']> {
    const speakers = new Map<string, NonNullable<SessionInput['speakers']>[number]>();
    for (const appearance of rowsOf(event, 'persons')) {
      const contact = this.#contacts.get(String(appearance['person']));
      if (contact === undefined || speakers.has(contact.id)) continue;
      this.#used.add(contact.id);
      const name = textOf(appearance, 'name');
      const type_id = this.#speakerTypes.idOf(textOf(appearance, 'role'));
      speakers.set(contact.id, { contact_id: contact.id, type_id, ...(name === undefined ? {} : { name }) });
    }
    return [...speakers.values()];
  }
}

/** Types that a file knows by name alone; `ids` names those that came with ids of their own. */
class NamedTypes {
  readonly #unnamed: { id: string; name: string };
  readonly #derive: (name: string) => string;
  readonly #ids: Members;
  readonly #used = new Map<string, { id: string; name: string }>();

  constructor(
    unnamed: { id: string; name: string },
    derive: (name: string) => string,
    ids: Members[string] | undefined,
  ) {
    this.#unnamed = unnamed;
    this.#derive = derive;
    this.#ids = isMembers(ids) ? ids : {};
  }

  idOf(name: string | undefined): string {
    const item = name === undefined ? this.#unnamed : { id: textOf(this.#ids, name) ?? this.#derive(name), name };
    this.#used.set(item.id, item);
    return item.id;
  }

  items(): { id: string; name: string }[] {
    return [...this.#used.values()].sort(byId);
  }
}

/** Rooms or tracks by the name the file knows them under, each with an id of its own. */
function placesByName<More extends object>(
  eventId: string,
  kind: 'room' | 'track',
  places: readonly Members[],
  more: (place: Members) => More,
): Map<string, { id: string; name: string } & More> {
  const byName = new Map<string, { id: string; name: string } & More>();
  const taken = new Set<string>();
  for (const place of places) {
    const name = textOf(place, 'name');
    if (name === undefined) continue;
    const candidates = [textOf(place, 'offstage:id') ?? [], importedPlaceIds(eventId, kind, place)].flat();
    const id = candidates.find((candidate) => !taken.has(candidate)) ?? `${candidates[0]}~${byName.size}`;
    taken.add(id);
    const own = more(place);
    const rest = membersWithout(place, 'name', 'offstage:id', 'offstage:name', ...Object.keys(own));
    byName.set(name, { id, name: textOf(place, 'offstage:name') ?? name, ...own, ...frabMember(rest) });
  }
  return byName;
}

function frabMember(frab: Members): { frab?: Members } {
  return Object.keys(frab).length === 0 ? {} : { frab };
}
