import type { JsonValue } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import {
  proseOf,
  saysNothing,
  setMember,
  textOf,
  type FrabSchedule,
  type Members,
  type ParsedFile,
} from './frab-schedule.ts';
import { parseJson } from './parse-json.ts';
import { parseXml, type XmlElement } from './parse-xml.ts';
import { numberOrText, ScheduleBuilder } from './schedule-builder.ts';
import type { SkipList } from './skip-list.ts';

/** Target of the processing instruction that carries the supplement. */
export const SUPPLEMENT_TARGET = 'offstage';

/**
 * Reads schedule XML as frab, pentabarf, pretalx, wafer and FOSDEM write it. Lenient: elements in any order, unknown ones of the
 * conference and of events kept, events outside of rooms, tracks in the conference or beside it.
 * Throws `invalid` where the text is not well-formed XML or no schedule.
 */
export function readFrabXml(text: string, skipped: SkipList): ParsedFile {
  const { root, instructions } = parseXml(text, skipped);
  if (root.name !== 'schedule') {
    throw new ContractError('invalid', because('xml_no_schedule', { name: root.name.slice(0, 80) }));
  }
  const schedule = scheduleFromXml(root, skipped);
  return { schedule, supplement: readSupplement(instructions.get(SUPPLEMENT_TARGET), skipped) };
}

/** A supplement that somebody has damaged costs what it alone tells, not the schedule. */
function readSupplement(body: string | undefined, skipped: SkipList): JsonValue {
  if (body === undefined) return null;
  try {
    return parseJson(body);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    skipped.add(because('in_part', { name: `<?${SUPPLEMENT_TARGET}?>` }), error.because);
    return null;
  }
}

/** The schedule that a `<schedule>` element holds. */
export function scheduleFromXml(root: XmlElement, skipped: SkipList): FrabSchedule {
  const builder = new ScheduleBuilder(skipped);
  for (const element of root.children) readPart(element, builder);
  return builder.schedule;
}

function readPart(element: XmlElement, builder: ScheduleBuilder): void {
  switch (element.name) {
    case 'version':
    case 'base_url':
      builder.addConferenceMember(element.name, element.text.trim());
      break;
    case 'url':
      builder.addConferenceMember('schedule_url', element.text.trim());
      break;
    case 'generator':
      break; // Names the program that wrote the file; our own files name ours.
    case 'conference':
      for (const child of element.children) readConferencePart(child, builder);
      break;
    case 'tracks':
    case 'track':
    case 'day':
    case 'room':
    case 'event':
      readConferencePart(element, builder);
      break;
    default:
      builder.skip(because('in_part', { name: `<${element.name}>` }), because('unknown_part'));
  }
}

function readConferencePart(element: XmlElement, builder: ScheduleBuilder): void {
  switch (element.name) {
    case 'tracks':
      for (const child of element.children) readConferencePart(child, builder);
      break;
    case 'track':
      builder.addListedTrack({ ...element.attributes, name: element.attributes['name'] ?? element.text });
      break;
    case 'color':
      builder.addConferenceMember('colors', { ...element.attributes });
      break;
    case 'days':
      builder.addConferenceMember('daysCount', numberOrText(element.text));
      break;
    case 'day':
      readDay(element, builder);
      break;
    case 'room':
      readRoom(element, undefined, builder);
      break;
    case 'event':
      readEvent(element, undefined, null, builder);
      break;
    default:
      for (const [name, value] of readText(element)) builder.addConferenceMember(name, value);
  }
}

function readDay(element: XmlElement, builder: ScheduleBuilder): void {
  const day = builder.addDay(element.attributes);
  for (const child of element.children) {
    if (child.name === 'room') readRoom(child, day, builder);
    else if (child.name === 'event') readEvent(child, undefined, day['index'] ?? null, builder);
    else
      builder.skip(
        because('in_day_part', { day: String(day['index']), name: `<${child.name}>` }),
        because('unknown_day_part'),
      );
  }
}

function readRoom(element: XmlElement, day: Members | undefined, builder: ScheduleBuilder): void {
  const room = textOf(element.attributes, 'name');
  builder.addRoom(element.attributes);
  if (room !== undefined && day !== undefined) builder.addRoomToDay(day, room);
  for (const child of element.children) {
    if (child.name === 'event') readEvent(child, room, day?.['index'] ?? null, builder);
    else
      builder.skip(
        because('in_room_part', { room: room ?? '?', name: `<${child.name}>` }),
        because('unknown_room_part'),
      );
  }
}

function readEvent(element: XmlElement, room: string | undefined, day: JsonValue, builder: ScheduleBuilder): void {
  const event: Members = { ...element.attributes };
  if (event['id'] !== undefined) event['id'] = numberOrText(element.attributes['id']) ?? null;
  const title = element.children.find((child) => child.name === 'title')?.text.trim();
  for (const child of element.children) {
    for (const [name, value] of readEventPart(child, builder, title)) {
      if (!Object.hasOwn(event, name)) setMember(event, name, value);
    }
  }
  // The room that an event stands in is its room, whatever else it says.
  if (room !== undefined) event['room'] = room;
  builder.addEvent(event, day);
}

/** The members that one child of an event stands for. */
function readEventPart(
  element: XmlElement,
  builder: ScheduleBuilder,
  title: string | undefined,
): [string, JsonValue | undefined][] {
  switch (element.name) {
    case 'persons':
      return [['persons', readPersons(element, builder, title)]];
    case 'links':
    case 'attachments':
      return [[element.name, element.children.map(readLink)]];
    case 'recording':
      return element.children.flatMap((child) => readRecordingPart(child));
    case 'track':
      builder.addTrack({ ...element.attributes, name: element.text });
      return [['track', element.text.trim()]];
    case 'abstract':
    case 'description':
      // Some write their HTML without escaping it: then it is the markup that was meant.
      return [[element.name, proseOf({ text: element.children.length > 0 ? element.markup : element.text }, 'text')]];
    default:
      return readText(element);
  }
}

function readPersons(element: XmlElement, builder: ScheduleBuilder, title: string | undefined): JsonValue[] {
  return element.children.flatMap((child) => {
    const id = numberOrText(child.attributes['id']);
    const members: Members = { ...child.attributes, ...(id === undefined ? {} : { id }) };
    const person = builder.addPerson({ ...members, name: child.text.trim() || (child.attributes['name'] ?? '') });
    if (person === undefined) builder.skip(because('in_person_of', { title: title ?? '?' }), because('nameless'));
    return person ?? [];
  });
}

function readLink(element: XmlElement): Members {
  const { href, ...others } = element.attributes;
  const link: Members = {};
  setMember(link, 'url', href?.trim());
  setMember(link, 'title', element.text.trim());
  for (const [name, value] of Object.entries(others)) setMember(link, name, value);
  return link;
}

function readRecordingPart(element: XmlElement): [string, JsonValue][] {
  const text = element.text.trim();
  if (element.name === 'license') return [['recording_license', text]];
  if (element.name !== 'optout') return [[`recording_${element.name}`, toJson(element)]];
  if (/^(true|1|yes)$/i.test(text)) return [['do_not_record', true]];
  return /^(false|0|no)$/i.test(text) ? [['do_not_record', false]] : [];
}

/** Elements whose text is what counts, whatever attributes or markup some program adds to them. */
const TEXT_ELEMENTS = new Set(
  ['title', 'subtitle', 'acronym', 'start', 'end', 'date', 'duration', 'time_zone_name', 'day_change'].concat([
    'timeslot_duration',
    'room',
    'type',
    'language',
    'slug',
    'url',
    'base_url',
    'logo',
    'feedback_url',
    'origin_url',
  ]),
);

function readText(element: XmlElement): [string, JsonValue][] {
  if (!TEXT_ELEMENTS.has(element.name)) return [[element.name, toJson(element)]];
  const attributes = Object.entries(element.attributes);
  const more = attributes.map(([name, value]): [string, string] => [`${element.name}@${name}`, value]);
  return [[element.name, element.text.trim()], ...more];
}

/** An element that has no form of its own here: its text; with attributes or children, an object of them. */
function toJson(element: XmlElement): JsonValue {
  const text = element.text.trim();
  if (element.children.length === 0 && Object.keys(element.attributes).length === 0) return text;
  const members: Members = {};
  for (const [name, value] of Object.entries(element.attributes)) setMember(members, `@${name}`, value);
  for (const child of element.children) {
    if (child.name === '__proto__') continue;
    const before = Object.hasOwn(members, child.name) ? members[child.name] : undefined;
    const value = toJson(child);
    if (before === undefined) setMember(members, child.name, value);
    else members[child.name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  if (!saysNothing(text)) members['#text'] = text;
  return members;
}
