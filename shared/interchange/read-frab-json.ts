import type { JsonValue } from '../base/json.ts';
import { because, type Reason } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import { isMembers, membersWithout, setMember, textOf, type Members, type ParsedFile } from './frab-schedule.ts';
import { parseJson } from './parse-json.ts';
import { numberOrText, ScheduleBuilder } from './schedule-builder.ts';
import type { SkipList } from './skip-list.ts';

/** The member of `conference.meta` that carries the supplement. */
export const SUPPLEMENT_MEMBER = 'offstage';

/**
 * Reads schedule JSON as frab, pretalx and the c3voc write it. Lenient: rooms of a day as an object or a list, texts as
 * translations, persons and links as mere text, unknown members of the conference, persons and events kept.
 * Throws `invalid` where the text is not JSON or no schedule.
 */
export function readFrabJson(text: string, skipped: SkipList): ParsedFile {
  return scheduleFromJson(parseJson(text), skipped);
}

/** The schedule that a JSON value holds. */
export function scheduleFromJson(root: JsonValue, skipped: SkipList): ParsedFile {
  const file = isMembers(root) && isMembers(root['schedule']) ? root['schedule'] : root;
  if (!isMembers(file) || !isMembers(file['conference'])) {
    throw new ContractError('invalid', because('json_no_schedule'));
  }
  const builder = new ScheduleBuilder(skipped);
  const conference = file['conference'];
  const meta = isMembers(conference['meta']) ? conference['meta'] : {};
  for (const [name, value] of Object.entries(file)) {
    if (name === 'version' || name === 'base_url') builder.addConferenceMember(name, textOrValue(value));
    else if (name === 'url') builder.addConferenceMember('schedule_url', value);
    else if (!['conference', 'days', 'generator', '$schema'].includes(name)) {
      builder.skip(because('in_part', { name: `schedule.${name}` }), because('unknown_part'));
    }
  }
  for (const [name, value] of Object.entries(conference)) {
    if (name === 'tracks') for (const track of listed(value)) builder.addListedTrack(track);
    else if (name === 'rooms') for (const room of listed(value)) builder.addListedRoom(room);
    else if (name === 'title') builder.addConferenceMember(name, plainText(value));
    else if (name === 'meta') builder.addConferenceMember(name, nonEmpty(membersWithout(meta, SUPPLEMENT_MEMBER)));
    else if (name !== 'days') builder.addConferenceMember(name, value);
  }
  const days = Array.isArray(conference['days']) ? conference['days'] : file['days'];
  if (Array.isArray(days)) for (const day of days) readDay(day, builder);
  return { schedule: builder.schedule, supplement: meta[SUPPLEMENT_MEMBER] ?? null };
}

function readDay(value: JsonValue, builder: ScheduleBuilder): void {
  if (!isMembers(value)) return builder.skip(because('in_day'), because('no_object'));
  const { day_start, day_end, rooms, ...others } = value;
  const day = builder.addDay({ start: day_start ?? null, end: day_end ?? null, ...others });
  const index = day['index'] ?? null;
  const where = (room: string): Reason => because('in_day_room', { day: String(index), room });
  for (const [name, events, members] of roomsOf(rooms)) {
    const room = name.trim();
    if (room !== '') {
      builder.addRoom({ ...members, name: room });
      builder.addRoomToDay(day, room);
    }
    if (!Array.isArray(events)) builder.skip(where(room), because('events_no_list'));
    else for (const event of events) readEvent(event, room, index, where(room), builder);
  }
}

/** The rooms of a day: an object of lists of events by room name, or a list of rooms with their events. */
function roomsOf(rooms: JsonValue | undefined): [name: string, events: JsonValue | undefined, members: Members][] {
  if (isMembers(rooms)) return Object.entries(rooms).map(([name, events]) => [name, events, {}]);
  if (!Array.isArray(rooms)) return [];
  return rooms.filter(isMembers).map(({ events, ...room }) => [textOf(room, 'name') ?? '', events, room]);
}

function readEvent(value: JsonValue, room: string, day: JsonValue, where: Reason, builder: ScheduleBuilder): void {
  if (!isMembers(value)) return builder.skip(where, because('event_no_object'));
  const event: Members = {};
  for (const [name, member] of Object.entries(value)) setMember(event, name, readMember(name, member, builder));
  const { recording } = value;
  if (isMembers(recording)) {
    setMember(event, 'recording_license', recording['license']);
    setMember(event, 'do_not_record', recording['optout']);
  }
  const persons = Array.isArray(value['persons']) ? value['persons'] : [];
  event['persons'] = persons.flatMap((item) => {
    const person = builder.addPerson(readPerson(item));
    if (person === undefined)
      builder.skip(because('in_person_of', { title: textOf(event, 'title') ?? '?' }), because('nameless'));
    return person ?? [];
  });
  // The room that an event is listed in is its room, whatever else it says.
  setMember(event, 'room', room);
  builder.addEvent(event, day);
}

function readMember(name: string, value: JsonValue, builder: ScheduleBuilder): JsonValue | undefined {
  switch (name) {
    case 'id':
      return typeof value === 'string' ? numberOrText(value) : value;
    case 'links':
    case 'attachments':
      return Array.isArray(value) ? value.flatMap(readLink) : undefined;
    case 'track':
      if (isMembers(value)) builder.addTrack(value);
      return plainText(value);
    case 'room':
    case 'title':
    case 'subtitle':
    case 'type':
    case 'abstract':
    case 'description':
      return plainText(value);
    case 'recording':
      return undefined;
    default:
      return value;
  }
}

function readPerson(value: JsonValue): Members {
  if (!isMembers(value)) return { name: value };
  return typeof value['id'] === 'string' ? { ...value, id: numberOrText(value['id']) ?? null } : value;
}

function readLink(value: JsonValue): Members[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [{ url: value.trim() }];
  if (!isMembers(value)) return [];
  const { href, ...others } = value;
  return [membersWithout({ url: href ?? null, ...others })];
}

/** A text, or of an object its name or, of translations, the English or the first. */
function plainText(value: JsonValue): JsonValue | undefined {
  if (!isMembers(value)) return textOrValue(value);
  return [value['name'], value['en'], ...Object.values(value)].find((text) => typeof text === 'string');
}

function textOrValue(value: JsonValue): JsonValue {
  return typeof value === 'number' ? String(value) : value;
}

function listed(value: JsonValue): Members[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => (typeof item === 'string' ? { name: item } : item)).filter(isMembers);
}

function nonEmpty(members: Members): Members | undefined {
  return Object.keys(members).length > 0 ? members : undefined;
}
