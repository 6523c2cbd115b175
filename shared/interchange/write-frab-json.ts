import { foldText } from '../base/fold-text.ts';
import type { JsonValue } from '../base/json.ts';
import type { ScheduleBundle } from '../catalog/schedule-bundle.ts';
import {
  foreignMembers,
  isMembers,
  membersWithout,
  proseOf,
  rowsOf,
  setMember,
  textOf,
  textsOf,
  type Members,
} from './frab-schedule.ts';
import { slugOf, UUID } from './imported-ids.ts';
import { isDateOrDateTime, isHexColor, toUri, UniqueNumbers } from './legal-values.ts';
import { scheduleFromJson, SUPPLEMENT_MEMBER } from './read-frab-json.ts';
import { scheduleFromBundle, uuidOf, type OutgoingDay, type OutgoingSchedule } from './schedule-from-bundle.ts';
import { parseDuration } from './schedule-time.ts';
import { SkipList } from './skip-list.ts';
import { difference } from './supplement.ts';

/**
 * The bundle's public schedule as frab JSON, valid against the c3voc's schedule.schema.json. What the schema has no place for
 * stands in `conference.meta` (supplement.ts), so that reading the text gives back what the bundle says.
 * Same bundle and `now`, same text.
 *
 * @param now milliseconds since the Unix epoch; the version of a schedule that has none
 */
export function writeFrabJson(bundle: ScheduleBundle, now: number): string {
  const schedule = scheduleFromBundle(bundle, now);
  const { file, conference } = fileOf(schedule, now);
  const supplement = difference(scheduleFromJson(file, new SkipList()).schedule, schedule);
  if (Object.keys(supplement).length > 0) {
    conference['meta'] = { ...membersOf(conference['meta']), [SUPPLEMENT_MEMBER]: supplement };
  }
  return `${JSON.stringify(file, null, 2)}\n`;
}

function fileOf(schedule: OutgoingSchedule, now: number): { file: Members; conference: Members } {
  const own = schedule.conference;
  const conference = conferenceOf(schedule);
  const file: Members = { version: textOf(own, 'version') ?? new Date(now).toISOString() };
  setUri(file, 'base_url', textOf(own, 'base_url'));
  setMember(file, 'url', textOf(own, 'schedule_url'));
  file['conference'] = conference;
  return {
    file: { $schema: 'https://c3voc.de/schedule/schema.json', generator: { name: 'Offstage' }, schedule: file },
    conference,
  };
}

function conferenceOf(schedule: OutgoingSchedule): Members {
  const { conference: own, calendar } = schedule;
  const conference: Members = {
    acronym: legalAcronym(textOf(own, 'acronym') ?? ''),
    title: textOf(own, 'title') ?? '',
  };
  setMember(conference, 'description', textOf(own, 'description'));
  conference['start'] = legalDate(textOf(own, 'start')) ?? calendar[0]?.date ?? '';
  conference['end'] = legalDate(textOf(own, 'end')) ?? calendar.at(-1)?.date ?? '';
  conference['daysCount'] = calendar.length;
  conference['timeslot_duration'] = textOf(own, 'timeslot_duration') ?? '00:05';
  const zone = textOf(own, 'time_zone_name');
  if (zone !== undefined && /^(?:[A-Z][a-z]+\/[A-Z][a-z]+.*|UTC)$/.test(zone)) conference['time_zone_name'] = zone;
  const base = textOf(own, 'base_url');
  for (const name of ['logo', 'url']) setUri(conference, name, textOf(own, name), base);
  const colors = Object.entries(membersOf(own['colors'])).filter(([, color]) => isHexColor(color));
  if (colors.length > 0) conference['colors'] = Object.fromEntries(colors);
  setMember(conference, 'keywords', textsOf(own, 'keywords'));
  conference['tracks'] = [...schedule.tracks.values()].filter(isListed).map(trackOf);
  conference['rooms'] = [...schedule.rooms]
    .filter(([, room]) => isListed(room))
    .map(([name, room]) => roomOf(name, room));
  if (isMembers(own['meta'])) conference['meta'] = own['meta'];
  const events = new EventObjects(schedule, base);
  conference['days'] = calendar.map((day) => dayOf(day, events));
  return conference;
}

/** A name alone stands in every event. */
function isListed(place: Members): boolean {
  return Object.keys(place).length > 1;
}

/** The schema lets a track have members of any name. */
function trackOf(own: Members): Members {
  const track = membersWithout(foreignMembers(own), 'slug', 'color');
  const slug = textOf(own, 'slug');
  if (slug !== undefined && SLUG.test(slug)) track['slug'] = slug;
  if (isHexColor(own['color'])) track['color'] = own['color'];
  return track;
}

const ROOM_TYPES: ReadonlySet<string> = new Set([
  'lecturehall',
  'stage',
  'workshop',
  'outside',
  'online',
  'project',
  'bbb',
  'hangar',
  'other',
]);

function roomOf(name: string, own: Members): Members {
  const guid = textOf(own, 'guid');
  const room: Members = { name, guid: guid !== undefined && UUID.test(guid) ? guid : uuidOf('room', name) };
  const slug = textOf(own, 'slug');
  if (slug !== undefined && SLUG.test(slug)) room['slug'] = slug;
  const { type, stream_id, description, capacity, features } = own;
  if (typeof type === 'string' && ROOM_TYPES.has(type)) room['type'] = type;
  if (typeof stream_id === 'string') setMember(room, 'stream_id', stream_id);
  if (typeof description === 'string' || isMembers(description)) setMember(room, 'description', description);
  if (typeof capacity === 'number') room['capacity'] = capacity;
  setUri(room, 'url', textOf(own, 'url'));
  if (isMembers(features) && features['recording'] === undefined) room['features'] = features;
  return room;
}

function dayOf({ index, date, start, end, rooms }: OutgoingDay, events: EventObjects): Members {
  // Not by assignment: a room may have any name.
  const byRoom = Object.fromEntries(
    [...rooms].map(([name, guids]): [string, JsonValue] => [name, guids.map((guid) => events.objectOf(guid, name))]),
  );
  return { index, date, day_start: start, day_end: end, rooms: byRoom };
}

class EventObjects {
  readonly #schedule: OutgoingSchedule;
  readonly #base: string | undefined;
  readonly #ids: UniqueNumbers;

  constructor(schedule: OutgoingSchedule, base: string | undefined) {
    this.#schedule = schedule;
    this.#base = base;
    this.#ids = new UniqueNumbers([...schedule.events.values()].map((event) => event['id']));
  }

  objectOf(guid: string, room: string): Members {
    const own = this.#schedule.events.get(guid) ?? {};
    const text = (name: string): string => textOf(own, name) ?? '';
    const code = textOf(own, 'code');
    const event: Members = { guid, id: this.#ids.take(own['id'], guid) };
    if (code !== undefined && CODE.test(code)) event['code'] = code;
    // It may be relative to base_url, as the schema remarks.
    setMember(event, 'logo', textOf(own, 'logo'));
    const url = textOf(own, 'url');
    const durationMs = parseDuration(text('duration')) ?? 0;
    Object.assign(event, {
      date: text('date'),
      start: text('start').slice(0, 'hh:mm'.length),
      ...(own['end'] === undefined ? {} : { end: text('end') }),
      duration: minutesText(durationMs),
      room,
      slug: legalSlug(own, guid),
      url: (url === undefined ? undefined : toUri(url, this.#base)) ?? `urn:uuid:${guid}`,
      title: text('title'),
      subtitle: text('subtitle'),
      track: text('track'),
      type: text('type'),
      language: text('language'),
      abstract: proseOf(own, 'abstract') ?? '',
      description: proseOf(own, 'description') ?? '',
    });
    setMember(event, 'recording_license', textOf(own, 'recording_license'));
    if (typeof own['do_not_record'] === 'boolean') event['do_not_record'] = own['do_not_record'];
    if (typeof own['do_not_stream'] === 'boolean') event['do_not_stream'] = own['do_not_stream'];
    const speakers = this.#schedule.speakers.get(guid) ?? [];
    event['persons'] = speakers.map(({ key, name }) => this.#personOf(key, name));
    event['links'] = referencesOf(own, 'links', this.#base);
    event['attachments'] = referencesOf(own, 'attachments', this.#base);
    for (const name of ['feedback_url', 'origin_url']) setUri(event, name, textOf(own, name), this.#base);
    return event;
  }

  /**
   * The schema knows two kinds of persons, and nobody may be both: frab's with `id` and `public_name`, pretalx's with `name`.
   * The file's own kind is kept. Members of other names are free.
   */
  #personOf(key: string, name: string): Members {
    const own = this.#schedule.people.get(key) ?? {};
    const isFrabs = typeof own['id'] === 'number' && textOf(own, 'public_name') !== undefined;
    const person = membersWithout(foreignMembers(own), ...PERSON_MEMBERS);
    if (Number.isSafeInteger(own['id'])) person['id'] = own['id'] ?? null;
    if (key.startsWith('guid:')) person['guid'] = key.slice('guid:'.length);
    const code = textOf(own, 'code');
    if (code !== undefined && CODE.test(code)) person['code'] = code;
    person[isFrabs ? 'public_name' : 'name'] = name;
    if (!isFrabs && typeof own['id'] !== 'number') setMember(person, 'public_name', textOf(own, 'public_name'));
    for (const url of ['avatar', 'url']) setUri(person, url, textOf(own, url), this.#base);
    setMember(person, 'biography', proseOf(own, 'biography'));
    setMember(person, 'links', referencesOf(own, 'links', this.#base));
    return person;
  }
}

/** Members of a person that the schema holds to a form. */
const PERSON_MEMBERS = ['id', 'guid', 'code', 'name', 'public_name', 'avatar', 'url', 'biography', 'links'];

const REFERENCE_TYPES: ReadonlySet<string> = new Set([
  'slides',
  'paper',
  'web',
  'blog',
  'article',
  'media',
  'related',
  'activitypub',
]);

/** Links or attachments; one whose address is no URI cannot be told. */
function referencesOf(own: Members, name: string, base: string | undefined): Members[] {
  return rowsOf(own, name).flatMap((link) => {
    const url = toUri(textOf(link, 'url') ?? '', base);
    if (url === undefined || textOf(link, 'url') === undefined) return [];
    const reference: Members = { url };
    setMember(reference, 'title', textOf(link, 'title'));
    const type = textOf(link, 'type');
    if (type !== undefined && REFERENCE_TYPES.has(type)) reference['type'] = type;
    return [reference];
  });
}

const CODE = /^[A-Z\d]+$/;
const SLUG = /^[a-z\d_-]+[a-z\d]$/;

function legalDate(text: string | undefined): string | undefined {
  return text !== undefined && isDateOrDateTime(text) ? text : undefined;
}

function legalSlug(own: Members, guid: string): string {
  const slug = textOf(own, 'slug');
  if (slug !== undefined && SLUG.test(slug)) return slug;
  const made = slugOf(slug ?? textOf(own, 'title') ?? '')
    .slice(0, 80)
    .replace(/-+$/, '');
  return SLUG.test(made) ? made : guid.toLowerCase();
}

/** At least four of a-z, 0-9 and _. */
function legalAcronym(acronym: string): string {
  return foldText(acronym)
    .replaceAll(/[^a-z\d_]+/g, '_')
    .padEnd(4, '_');
}

/** Hours and minutes, the seconds left to `end`. */
function minutesText(durationMs: number): string {
  const minutes = Math.floor(durationMs / 60_000);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function setUri(members: Members, name: string, text: string | undefined, base?: string): void {
  if (text !== undefined) setMember(members, name, toUri(text, base));
}

function membersOf(value: JsonValue | undefined): Members {
  return isMembers(value) ? value : {};
}
