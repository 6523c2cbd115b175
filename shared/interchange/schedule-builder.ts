import type { JsonValue } from '../base/json.ts';
import type { SkippedPart } from '../catalog/schedule-bundle.ts';
import {
  addMembers,
  foreignMembers,
  setMember,
  textOf,
  textsOf,
  type Appearance,
  type FrabSchedule,
  type Members,
} from './frab-schedule.ts';

/** Gathers what a reader comes upon, in file order: the same room, track or person is one thing however often it is named. */
export class ScheduleBuilder {
  readonly schedule: FrabSchedule = { conference: {}, tracks: [], rooms: [], people: [], days: [], events: [] };
  readonly skipped: SkippedPart[];
  readonly #tracks = new Map<string, Members>();
  readonly #rooms = new Map<string, Members>();
  readonly #people = new Map<string, Members>();

  constructor(skipped: SkippedPart[]) {
    this.skipped = skipped;
  }

  skip(where: string, reason: string): void {
    this.skipped.push({ where, reason });
  }

  addConferenceMember(name: string, value: JsonValue | undefined): void {
    if (!Object.hasOwn(this.schedule.conference, name)) setMember(this.schedule.conference, name, value);
  }

  addTrack(members: Members): void {
    addNamed(this.schedule.tracks, this.#tracks, members);
  }

  /** A track or room of the file's own list: its place there is kept. */
  addListedTrack(members: Members): void {
    addNamed(this.schedule.tracks, this.#tracks, members, listedIn(this.schedule.tracks));
  }

  addRoom(members: Members): void {
    addNamed(this.schedule.rooms, this.#rooms, members);
  }

  addListedRoom(members: Members): void {
    addNamed(this.schedule.rooms, this.#rooms, members, listedIn(this.schedule.rooms));
  }

  /** A day, and its index: where the file gives none that is free, the next free one. */
  addDay(members: Members): Members {
    const taken = new Set(this.schedule.days.map((day) => day['index']));
    let index = Number(textOf(members, 'index') ?? Number.NaN);
    if (!Number.isSafeInteger(index) || index < 1 || taken.has(index)) {
      index = 1;
      while (taken.has(index)) index += 1;
    }
    const day: Members = { ...foreignMembers(members), index };
    this.schedule.days.push(day);
    return day;
  }

  addRoomToDay(day: Members, name: string): void {
    const rooms = textsOf(day, 'rooms');
    if (!rooms.includes(name)) day['rooms'] = [...rooms, name];
  }

  /** A person as an event names them: known by guid, else id, else code, else name. Undefined where there is no name. */
  addPerson(members: Members): Appearance | undefined {
    const name = textOf(members, 'name') ?? textOf(members, 'public_name') ?? textOf(members, 'full_public_name');
    if (name === undefined) return undefined;
    const key = personKey(members, name);
    const known = this.#people.get(key);
    const details: Members = { ...foreignMembers(members), 'offstage:key': key, name };
    if (known === undefined) {
      this.#people.set(key, details);
      this.schedule.people.push(details);
    } else {
      addMembers(known, details);
    }
    return { person: key, name };
  }

  /** The event, with its room and track, and the index of its day. */
  addEvent(members: Members, day: JsonValue): void {
    const track = textOf(members, 'track');
    if (track !== undefined) this.addTrack({ name: track });
    const room = textOf(members, 'room');
    if (room !== undefined) this.addRoom({ name: room });
    const event = foreignMembers(members);
    setMember(event, 'offstage:day', day);
    this.schedule.events.push(event);
  }
}

/** An id of 0 or below is what some programs write for everybody: it tells nobody apart. */
export function personKey(members: Members, name: string): string {
  const guid = textOf(members, 'guid');
  if (guid !== undefined) return `guid:${guid.toLowerCase()}`;
  const id = textOf(members, 'id');
  if (id !== undefined && !/^(-\d+|0+)$/.test(id)) return `id:${id}`;
  const code = textOf(members, 'code');
  return code === undefined ? `name:${name}` : `code:${code}`;
}

/** The place of the next thing in a file's own list. */
function listedIn(things: readonly Members[]): number {
  return things.filter((thing) => thing['offstage:order'] !== undefined).length;
}

function addNamed(list: Members[], known: Map<string, Members>, members: Members, order?: number): void {
  const name = textOf(members, 'name');
  if (name === undefined) return;
  const before = known.get(name);
  const said: Members = { ...foreignMembers(members), name };
  if (order !== undefined) said['offstage:order'] = order;
  if (before === undefined) {
    known.set(name, said);
    list.push(said);
  } else {
    addMembers(before, said);
  }
}

/** A count or an id: a number where the text is one that JSON can hold, else the text. */
export function numberOrText(text: string | undefined): number | string | undefined {
  if (text === undefined || !/^(0|[1-9]\d*)$/.test(text.trim())) return text?.trim();
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text.trim();
}
