import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { snap, type SnapMinutes } from '../../../shared/schedule/day-axis.ts';
import { moveTo, resizeTo, unschedule, type MovedFields } from '../../../shared/schedule/move-session.ts';
import { spanOf, type Span } from '../../../shared/schedule/scheduled-session.ts';
import type { ZoneClock } from '../../../shared/schedule/zone-clock.ts';

const MINUTE_MS = 60_000;

/** How long a session becomes that is put on the board and has no length yet. */
const NEW_LENGTH_MINUTES = 30;

/** What is being carried over the board, by hand or by keys. Instants are milliseconds since the Unix epoch. */
export interface Carried {
  /** `start` and `end`: that edge of the first session. */
  readonly what: 'session' | 'start' | 'end';
  /** The one that was grabbed, and then those that move with it. */
  readonly sessions: readonly [SessionSummary, ...SessionSummary[]];
  /** Where it was grabbed: the instant and the room; without, it comes from the tray. */
  readonly from: { readonly atMs: number; readonly roomId: string } | undefined;
}

/** Where the hand is. */
export interface CarriedTo {
  readonly atMs: number;
  readonly roomId: string;
}

/** Where something that is carried would come to stand. */
export interface Landing {
  /** The fields that each session would change, by id; a session that stays as it is has none here. */
  readonly fields: ReadonlyMap<string, MovedFields>;
  /** The sessions as they would stand, the grabbed one first. */
  readonly sessions: readonly [SessionSummary, ...SessionSummary[]];
}

export interface LandingRules {
  readonly snapMinutes: SnapMinutes;
  /** The rooms of the board, in order. */
  readonly rooms: readonly string[];
  readonly clock: ZoneClock;
}

/**
 * What would come of it if what is carried were let go there. The time snaps, unless the hand has moved by less than half a step: who only
 * changes the room of a session that begins at 10:03 does not want it at 10:05. Several keep their places towards each other, and none leaves the
 * rooms shown.
 */
export function landingOf(carried: Carried, to: CarriedTo, rules: LandingRules): Landing {
  const { sessions, what, from } = carried;
  if (what !== 'session') return landed(sessions, [edgeMoved(carried, to, rules)]);
  if (from === undefined)
    return landed(
      sessions,
      sessions.map((session) => placedFromTray(session, to, rules)),
    );
  const [first] = sessions;
  const startMs = spanOf(first)?.startMs ?? from.atMs;
  const movedMs = startOf(startMs, to.atMs - from.atMs, rules) - startMs;
  const columnOf = (roomId: string): number => rules.rooms.indexOf(roomId);
  const wanted = columnOf(to.roomId) - columnOf(from.roomId);
  const held = sessions.flatMap((session) => columnsOf(session, rules.rooms));
  // All go as far as the one that is nearest to the edge can.
  const columns =
    sessions.length === 1
      ? wanted
      : Math.max(-Math.min(...held), Math.min(wanted, rules.rooms.length - 1 - Math.max(...held)));
  return landed(
    sessions,
    sessions.map((session, index) => {
      const span = spanOf(session);
      const time = span === undefined || movedMs === 0 ? {} : { startMs: span.startMs + movedMs };
      if (columns === 0) return moveTo(session, time, rules.clock);
      if (index === 0 && sessions.length === 1) {
        // Within its own rooms a session is only moved in time.
        const isOwn = session.room_ids?.includes(to.roomId) === true;
        return moveTo(session, isOwn ? time : { ...time, roomId: to.roomId, fromRoomId: from.roomId }, rules.clock);
      }
      return { ...moveTo(session, time, rules.clock), ...shiftedRooms(session, columns, rules.rooms) };
    }),
  );
}

/** All of them taken off the board. */
export function landingInTray(sessions: Carried['sessions']): Landing {
  return landed(
    sessions,
    sessions.map((session) => unschedule(session)),
  );
}

/** Where a session that begins there comes to stand after the hand has moved by so much. */
function startOf(startMs: number, movedMs: number, { snapMinutes, clock }: LandingRules): number {
  if (Math.abs(movedMs) < (snapMinutes * MINUTE_MS) / 2) return startMs;
  return snap(startMs + movedMs, snapMinutes, clock);
}

function edgeMoved({ sessions, what, from }: Carried, to: CarriedTo, rules: LandingRules): MovedFields {
  const [session] = sessions;
  const span = spanOf(session);
  if (span === undefined || from === undefined) return {};
  const edgeMs = startOf(what === 'start' ? span.startMs : span.endMs, to.atMs - from.atMs, rules);
  return resizeTo(session, what === 'start' ? { startMs: edgeMs } : { endMs: edgeMs }, rules.clock);
}

function placedFromTray(session: SessionSummary, to: CarriedTo, { snapMinutes, clock }: LandingRules): MovedFields {
  const startMs = snap(to.atMs, snapMinutes, clock);
  return moveTo(session, { startMs, roomId: to.roomId, newLengthMinutes: NEW_LENGTH_MINUTES }, clock);
}

function columnsOf(session: SessionSummary, rooms: readonly string[]): number[] {
  return (session.room_ids ?? []).map((id) => rooms.indexOf(id)).filter((column) => column !== -1);
}

function shiftedRooms(session: SessionSummary, columns: number, rooms: readonly string[]): MovedFields {
  const roomIds = session.room_ids ?? [];
  if (columnsOf(session, rooms).length === 0) return {};
  const shifted = roomIds.map((id) => {
    const column = rooms.indexOf(id);
    return column === -1 ? id : rooms[column + columns]!;
  });
  return { room_ids: [...new Set(shifted)] };
}

function landed(sessions: Carried['sessions'], moves: readonly MovedFields[]): Landing {
  const fields = new Map<string, MovedFields>();
  const standing = sessions.map((session, index): SessionSummary => {
    const moved = moves[index] ?? {};
    if (Object.keys(moved).length === 0) return session;
    fields.set(session.id, moved);
    return withFields(session, moved);
  });
  return { fields, sessions: standing as unknown as Landing['sessions'] };
}

/** The session with these fields; one that is undefined is taken away. */
export function withFields(session: SessionSummary, fields: MovedFields): SessionSummary {
  const changed: Record<string, unknown> = { ...session, ...fields };
  for (const [field, value] of Object.entries(fields)) if (value === undefined) delete changed[field];
  return changed as unknown as SessionSummary;
}

/** The stretch that two places of one room span, at round times and at least one step long. */
export function stretchBetween(oneMs: number, otherMs: number, { snapMinutes, clock }: LandingRules): Span {
  const startMs = snap(Math.min(oneMs, otherMs), snapMinutes, clock);
  const endMs = snap(Math.max(oneMs, otherMs), snapMinutes, clock);
  return { startMs, endMs: Math.max(endMs, startMs + snapMinutes * MINUTE_MS) };
}
