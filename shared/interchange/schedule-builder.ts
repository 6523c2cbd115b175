import type { JsonValue } from '../base/json.ts';
import { because, type Reason } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import {
  addMembers,
  foreignMembers,
  setMember,
  textOf,
  type Appearance,
  type FrabSchedule,
  type Members,
} from './frab-schedule.ts';
import type { SkipList } from './skip-list.ts';

/** Gathers what a reader comes upon, in file order: the same room, track or person is one thing however often it is named. */
export class ScheduleBuilder {
  readonly schedule: FrabSchedule = { conference: {}, tracks: [], rooms: [], people: [], days: [], events: [] };
  readonly #skipped: SkipList;
  readonly #tracks = new NamedThings();
  readonly #rooms = new NamedThings();
  readonly #people = new Map<string, Members>();
  /** By index, with the rooms of each. */
  readonly #days = new Map<number, Set<string>>();

  constructor(skipped: SkipList) {
    this.#skipped = skipped;
    this.schedule.tracks = this.#tracks.things;
    this.schedule.rooms = this.#rooms.things;
  }

  skip(where: Reason, reason: Reason): void {
    this.#skipped.add(where, reason);
  }

  addConferenceMember(name: string, value: JsonValue | undefined): void {
    if (!Object.hasOwn(this.schedule.conference, name)) setMember(this.schedule.conference, name, value);
  }

  addTrack(members: Members): void {
    this.#tracks.add(members, false);
  }

  /** A track or room of the file's own list: its place there is kept. */
  addListedTrack(members: Members): void {
    this.#tracks.add(members, true);
  }

  addRoom(members: Members): void {
    this.#rooms.add(members, false);
  }

  addListedRoom(members: Members): void {
    this.#rooms.add(members, true);
  }

  /** A day, and its index: where the file gives none that is free, the next free one. */
  addDay(members: Members): Members {
    let index = Number(textOf(members, 'index') ?? Number.NaN);
    if (!Number.isSafeInteger(index) || index < 1 || this.#days.has(index)) {
      index = 1;
      while (this.#days.has(index)) index += 1;
    }
    const day: Members = { ...foreignMembers(members), index, rooms: [] };
    refuseMore(this.schedule.days.push(day), MAX_DAYS, 'file_days');
    this.#days.set(index, new Set());
    return day;
  }

  addRoomToDay(day: Members, name: string): void {
    const known = this.#days.get(Number(day['index']));
    if (known === undefined || known.has(name) || !Array.isArray(day['rooms'])) return;
    known.add(name);
    day['rooms'].push(name);
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
      refuseMore(this.schedule.people.push(details), MAX_THINGS, 'file_people');
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
    refuseMore(this.schedule.events.push(event), MAX_THINGS, 'file_events');
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

/** Rooms or tracks: what is said of one name anywhere is said of one thing. */
class NamedThings {
  readonly things: Members[] = [];
  readonly #byName = new Map<string, Members>();
  #listed = 0;

  /** @param isListed whether it stands in the file's own list of such things, where its place counts */
  add(members: Members, isListed: boolean): void {
    const name = textOf(members, 'name');
    if (name === undefined) return;
    const known = this.#byName.get(name);
    const said: Members = { ...foreignMembers(members), name };
    // A name that is listed twice keeps its first place.
    if (isListed && known?.['offstage:order'] === undefined) {
      said['offstage:order'] = this.#listed;
      this.#listed += 1;
    }
    if (known !== undefined) return addMembers(known, said);
    this.#byName.set(name, said);
    refuseMore(this.things.push(said), MAX_THINGS, 'file_rooms');
  }
}

/** Nobody plans so much; without a bound, a file of 32 MiB could keep the machine busy for minutes. */
const MAX_THINGS = 50_000;
const MAX_DAYS = 1000;

function refuseMore(
  count: number,
  most: number,
  code: 'file_days' | 'file_people' | 'file_events' | 'file_rooms',
): void {
  if (count > most) throw new ContractError('invalid', because(code, { most }));
}

/** A count or an id: a number where the text is one that JSON can hold, else the text. */
export function numberOrText(text: string | undefined): number | string | undefined {
  if (text === undefined || !/^(0|[1-9]\d*)$/.test(text.trim())) return text?.trim();
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text.trim();
}
