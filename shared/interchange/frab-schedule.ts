import type { JsonValue } from '../base/json.ts';

/** Members of one thing in a schedule file. Absent, null, '' and [] say the same: nothing. */
export type Members = Record<string, JsonValue>;

/**
 * A schedule as the frab family says it, whichever its syntax: members by the names that the JSON form gives them
 * (https://c3voc.de/wiki/schedule), unknown ones kept. It differs from the JSON form where that says things twice:
 * - `conference` has the schedule's `version`, `base_url` and `schedule_url`, too, and not its tracks, rooms and days;
 * - `days` name their rooms (`rooms: string[]`, in order, empty ones included) and have `start` and `end`;
 * - `events` stand in one list; each names its `room` and, as read, the index of its day, `offstage:day`;
 * - `people` stand once each, under an `offstage:key`; an event's `persons` are {@link Appearance}s;
 * - tracks and rooms that the file lists have an `offstage:order`; those that only events name have none.
 *
 * Members that begin with `offstage:` are ours: readers and our supplement make them, and a file's own by such a name are
 * passed over.
 */
export interface FrabSchedule {
  conference: Members;
  tracks: Members[];
  rooms: Members[];
  people: Members[];
  days: Members[];
  events: Members[];
}

/** A person in an event: the key in `people`, the name as it is spelled there, and the kind of speaker where told. */
export interface Appearance extends Members {
  person: string;
}

/** What a file holds before its supplement is put back (supplement.ts). */
export interface ParsedFile {
  schedule: FrabSchedule;
  supplement: JsonValue;
}

export function saysNothing(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The member's text, trimmed; a number's digits; undefined where it says nothing or is no text. */
export function textOf(members: Members, name: string): string | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/** The member's text as it stands, line ends and all, undefined where it is blank or no text. */
export function proseOf(members: Members, name: string): string | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The member's texts; none where it is no list. */
export function textsOf(members: Members, name: string): string[] {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The member's objects; none where it is no list. */
export function rowsOf(members: Members, name: string): Members[] {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return Array.isArray(value) ? value.filter(isMembers) : [];
}

export function isMembers(value: JsonValue | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members that say something and are not left out. */
export function membersWithout(members: Members, ...names: readonly string[]): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => !names.includes(name) && !saysNothing(value)),
  );
}

/** What a file says: the members that say something, without any that only we may give. */
export function foreignMembers(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => !name.startsWith('offstage:') && !saysNothing(value)),
  );
}

/** Sets the member, unless it would say nothing. */
export function setMember(members: Members, name: string, value: JsonValue | undefined): void {
  if (value !== undefined && !saysNothing(value) && name !== '__proto__') members[name] = value;
}

/** Adds what these members say and the others do not. */
export function addMembers(members: Members, more: Members): void {
  for (const [name, value] of Object.entries(more)) {
    if (!Object.hasOwn(members, name)) setMember(members, name, value);
  }
}
