import { fullnessOf, type Fullness } from './fullness.ts';
import { instantOf, spanOf, type ScheduledSession, type ScheduleRoom, type Span } from './scheduled-session.ts';

const HOUR_MS = 60 * 60_000;

/** A session with its time. */
export interface TimedSession<Item extends ScheduledSession> extends Span {
  readonly session: Item;
}

/** A session that goes on, by the plan, when the next in its room should begin. */
export interface LateSession<Item extends ScheduledSession> extends TimedSession<Item> {
  readonly roomId: string;
  readonly next: TimedSession<Item>;
  /** How far it runs into the next. */
  readonly lateMs: number;
}

/** One room at an instant. */
export interface RoomNow<Item extends ScheduledSession> {
  readonly roomId: string;
  /** What runs there, by begin: one session, none, or several where the plan has it so. */
  readonly running: readonly TimedSession<Item>[];
  /** What begins there next, today. */
  readonly next: TimedSession<Item> | undefined;
  /** Where nothing runs: until when; the end of the schedule's day if nothing more comes. */
  readonly freeUntilMs: number | undefined;
}

/** The event at one instant. */
export interface Now<Item extends ScheduledSession> {
  /** In the order given. */
  readonly rooms: readonly RoomNow<Item>[];
  /** What runs, by begin, wherever it is. */
  readonly running: readonly TimedSession<Item>[];
  /** What begins within the hour, by begin, wherever it is. */
  readonly soon: readonly TimedSession<Item>[];
  /** What of these is late. */
  readonly late: readonly LateSession<Item>[];
  /** What of these is full. */
  readonly full: readonly (TimedSession<Item> & { readonly fullness: Fullness })[];
}

/**
 * What goes on at an instant, from the plan alone. Nobody tells the plan when a session really begins or ends: late is what, as the plan now
 * stands, ends after the next in its room should begin and before that ends, as it comes to stand when a coordinator lengthens what overruns.
 * What contains another session, such as an exhibition, is a clash and not late. A session without an end runs until the next in its room begins, for
 * an hour at most. One pass over the sessions, and a sort of what is left of the day.
 *
 * @param day the schedule's day of that instant, `ScheduleDays.at`
 */
export function nowOf<Item extends ScheduledSession>(
  sessions: Iterable<Item>,
  rooms: readonly ScheduleRoom[],
  day: Span,
  nowMs: number,
): Now<Item> {
  const ahead = aheadOf(sessions, day, nowMs);
  const isSoon = ({ startMs }: Span): boolean => startMs <= nowMs + HOUR_MS;
  const byRoom = new Map<string, TimedSession<Item>[]>(rooms.map(({ id }) => [id, []]));
  for (const timed of ahead) for (const id of new Set(timed.session.room_ids)) byRoom.get(id)?.push(timed);
  const late: LateSession<Item>[] = [];
  const roomsNow = rooms.map(({ id: roomId }): RoomNow<Item> => {
    const coming = byRoom
      .get(roomId)!
      .map(untilNext)
      .filter(({ endMs }) => endMs > nowMs);
    late.push(...coming.filter(isSoon).flatMap((timed) => latenessOf(timed, roomId, coming) ?? []));
    const running = coming.filter(({ startMs }) => startMs <= nowMs);
    const next = coming.find(({ startMs }) => startMs > nowMs);
    return { roomId, running, next, freeUntilMs: running.length > 0 ? undefined : (next?.startMs ?? day.endMs) };
  });
  const near = ahead.filter(isSoon);
  const seatsOfRooms = new Map(rooms.map(({ id, capacity }) => [id, capacity]));
  return {
    rooms: roomsNow,
    running: near.filter(({ startMs }) => startMs <= nowMs),
    soon: near.filter(({ startMs }) => startMs > nowMs),
    late: late.sort((a, b) => a.startMs - b.startMs),
    full: near.flatMap((timed) => {
      const fullness = fullnessOf(timed.session, seatsOfRooms);
      return fullness.isFull ? [{ ...timed, fullness }] : [];
    }),
  };
}

/** What is not over and begins today, or began before, by begin. */
function aheadOf<Item extends ScheduledSession>(sessions: Iterable<Item>, day: Span, nowMs: number) {
  const ahead: TimedSession<Item>[] = [];
  for (const session of sessions) {
    const span = spanOf(session);
    if (span === undefined || span.startMs >= day.endMs) continue;
    const endMs = isOpen(session) ? span.startMs + HOUR_MS : span.endMs;
    if (endMs > nowMs) ahead.push({ session, startMs: span.startMs, endMs });
  }
  return ahead.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs || (a.session.id < b.session.id ? -1 : 1));
}

function isOpen(session: ScheduledSession): boolean {
  return instantOf(session.end_date) === undefined;
}

/** A session of a room; one without an end ends when the next begins. */
function untilNext<Item extends ScheduledSession>(
  timed: TimedSession<Item>,
  index: number,
  inRoom: readonly TimedSession<Item>[],
): TimedSession<Item> {
  const next = isOpen(timed.session) ? nextAfter(timed, inRoom.slice(index)) : undefined;
  return next === undefined ? timed : { ...timed, endMs: Math.min(timed.endMs, next.startMs) };
}

function latenessOf<Item extends ScheduledSession>(
  timed: TimedSession<Item>,
  roomId: string,
  inRoom: readonly TimedSession<Item>[],
): LateSession<Item> | undefined {
  const next = nextAfter(timed, inRoom);
  if (next === undefined || next.startMs >= timed.endMs || next.endMs <= timed.endMs) return undefined;
  return { ...timed, roomId, next, lateMs: timed.endMs - next.startMs };
}

function nextAfter<Item extends ScheduledSession>(timed: Span, inRoom: readonly TimedSession<Item>[]) {
  return inRoom.find(({ startMs }) => startMs > timed.startMs);
}
