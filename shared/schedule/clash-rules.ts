import type { Clash, ClashFacts } from './clash.ts';
import type { ClashRule, ClashSettings } from './clash-settings.ts';
import type { CheckedSession } from './checked-session.ts';
import type { ScheduleRoom, Span } from './scheduled-session.ts';

const MINUTE_MS = 60_000;

/** What the rules need beside the sessions. */
export interface ClashContext {
  readonly settings: ClashSettings;
  /** From the begin of the event's first day to the end of its last: `ScheduleDays.eventSpan`. */
  readonly eventSpan: Span;
  /** Rooms of the catalog; one that is not there has no known capacity. */
  readonly rooms: Iterable<ScheduleRoom>;
}

/**
 * The rules that sessions are held against, in any order and without memory.
 *
 * What they take a user to mean: touching sessions do not clash; a break or a plenary takes each of its rooms, a hidden session takes its room and
 * its speakers like any other; without a start a session takes neither, without a room only its speakers; an end before the start is told as such,
 * and nothing else is made of those times.
 */
export class ClashRules {
  readonly #settings: ClashSettings;
  /** How long a speaker is taken beyond the end of a session. */
  readonly walkMs: number;
  readonly #eventSpan: Span;
  readonly #seats: ReadonlyMap<string, number | undefined>;

  constructor({ settings, eventSpan, rooms }: ClashContext) {
    this.#settings = settings;
    this.walkMs = this.isOn('speaker_walk') ? settings.walking_minutes * MINUTE_MS : 0;
    this.#eventSpan = eventSpan;
    this.#seats = new Map(Array.from(rooms, (room) => [room.id, room.capacity]));
  }

  isOn(rule: ClashRule): boolean {
    return this.#settings[rule] !== 'off';
  }

  severityOf(rule: ClashRule): ClashSettings[ClashRule] {
    return this.#settings[rule];
  }

  /** What is wrong with a session by itself. */
  ofOne(session: CheckedSession): Clash[] {
    return [this.#outsideDays(session), this.#roomTooSmall(session), this.#endBeforeStart(session)].flatMap(
      (clash) => clash ?? [],
    );
  }

  /** What is wrong between two sessions, of which `before` begins no later than `after`. */
  ofTwo(before: CheckedSession, after: CheckedSession): Clash[] {
    if (before.taken === undefined || after.taken === undefined) return [];
    const times = [before, after].map(({ id, startMs, endMs }) => [id, startMs, endMs]);
    times.sort(([a], [b]) => (a! < b! ? -1 : 1));
    const sessionIds = times.map(([id]) => String(id));
    const roomIds = shared(before.roomIds, after.roomIds);
    const contactIds = shared(before.contactIds, after.contactIds);
    const startMs = after.taken.startMs;
    const endMs = Math.min(before.taken.endMs, after.taken.endMs);
    if (startMs < before.taken.endMs) {
      const clashes: Clash[] = [];
      if (roomIds.length > 0 && this.isOn('room_overlap')) {
        clashes.push(this.#clash({ rule: 'room_overlap', roomIds, startMs, endMs }, sessionIds, [times, roomIds]));
      }
      if (contactIds.length > 0 && this.isOn('speaker_overlap')) {
        const facts = { rule: 'speaker_overlap', contactIds, startMs, endMs } as const;
        clashes.push(this.#clash(facts, sessionIds, [times, contactIds]));
      }
      return clashes;
    }
    const gapMs = startMs - (before.endMs ?? before.taken.startMs);
    const isElsewhere = roomIds.length === 0 && before.roomIds.length > 0 && after.roomIds.length > 0;
    if (contactIds.length === 0 || !isElsewhere || gapMs >= this.walkMs) return [];
    const rooms = [before, after].toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((session) => session.roomIds);
    const facts = { rule: 'speaker_walk', contactIds, gapMinutes: gapMs / MINUTE_MS } as const;
    return [this.#clash(facts, sessionIds, [times, contactIds, rooms])];
  }

  /** What is wrong with sessions of one code, given by their ids. */
  ofCode(code: string, ids: readonly string[]): Clash | undefined {
    if (ids.length < 2 || !this.isOn('duplicate_code')) return undefined;
    return this.#clash({ rule: 'duplicate_code', code }, ids.toSorted(), [code]);
  }

  /** Whether its rooms are too small for it. */
  isTooSmall(session: CheckedSession): boolean {
    return this.#roomTooSmall(session) !== undefined;
  }

  /** Which begins, of those in the window, put a session of this length outside the event's days. */
  outsideBegins(window: Span, lengthMs: number): Span[] {
    if (!this.isOn('outside_days')) return [];
    const { startMs, endMs } = this.#eventSpan;
    return [
      { startMs: window.startMs, endMs: Math.min(window.endMs, startMs) },
      { startMs: Math.max(window.startMs, endMs - lengthMs + 1), endMs: window.endMs },
    ].filter((span) => span.startMs < span.endMs);
  }

  #outsideDays({ id, startMs, endMs, taken }: CheckedSession): Clash | undefined {
    if (startMs === undefined || !this.isOn('outside_days')) return undefined;
    // Where the end cannot be meant, the start alone counts.
    const lastMs = taken === undefined ? startMs + 1 : taken.endMs;
    if (startMs >= this.#eventSpan.startMs && lastMs <= this.#eventSpan.endMs) return undefined;
    return this.#clash({ rule: 'outside_days' }, [id], [startMs, endMs]);
  }

  /**
   * People spread over all of a session's rooms; one of unknown capacity holds them all. Registrations come in all the time: an acknowledgement
   * outlasts them until another tenth of the seats is missing.
   */
  #roomTooSmall({ id, roomIds, capacity, registrations }: CheckedSession): Clash | undefined {
    if (roomIds.length === 0 || !this.isOn('room_too_small')) return undefined;
    let seats = 0;
    for (const roomId of roomIds) {
      const ofRoom = this.#seats.get(roomId);
      if (ofRoom === undefined) return undefined;
      seats += ofRoom;
    }
    if (registrations > seats) {
      const missing = Math.ceil((registrations - seats) / Math.max(1, seats / 10));
      const facts = {
        rule: 'room_too_small',
        roomIds,
        seats,
        needed: registrations,
        because: 'registrations',
      } as const;
      return this.#clash(facts, [id], [roomIds, seats, 'registrations', missing]);
    }
    if (capacity === undefined || capacity <= seats) return undefined;
    const facts = { rule: 'room_too_small', roomIds, seats, needed: capacity, because: 'capacity' } as const;
    return this.#clash(facts, [id], [roomIds, seats, 'capacity', capacity]);
  }

  #endBeforeStart({ id, startMs, endMs }: CheckedSession): Clash | undefined {
    if (startMs === undefined || endMs === undefined || endMs >= startMs || !this.isOn('end_before_start')) {
      return undefined;
    }
    return this.#clash({ rule: 'end_before_start' }, [id], [startMs, endMs]);
  }

  #clash(facts: ClashFacts, sessionIds: readonly string[], lookedAt: readonly unknown[]): Clash {
    const key = JSON.stringify([facts.rule, sessionIds, ...lookedAt]);
    return { ...facts, key, severity: this.#settings[facts.rule] === 'block' ? 'block' : 'warn', sessionIds };
  }
}

/** What two sorted lists have in common. */
function shared(a: readonly string[], b: readonly string[]): string[] {
  return a.filter((id) => b.includes(id));
}
