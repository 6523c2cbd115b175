import { instantOf, spanOf, type ScheduledSession } from './scheduled-session.ts';
import type { ZoneClock } from './zone-clock.ts';

const MINUTE_MS = 60_000;

/** The fields that a move changes, and no others; what is undefined is to be removed. */
export interface MovedFields {
  start_date?: string | undefined;
  end_date?: string | undefined;
  room_ids?: string[] | undefined;
}

/** Where a session is to go; what is left out stays. */
export interface MoveTarget {
  readonly startMs?: number;
  readonly roomId?: string;
  /** Which of its rooms `roomId` takes the place of; without it, of all. */
  readonly fromRoomId?: string;
  /** How long it will be if it has no length yet. */
  readonly newLengthMinutes?: number;
}

/**
 * A session moved to another time, another room, or both: it keeps its length. Date-times are written as the field had them (`Z` stays `Z`,
 * milliseconds stay), else with the offset that the event's zone has at that instant. A session without an end gets one only with a new length.
 */
export function moveTo(session: ScheduledSession, target: MoveTarget, clock: ZoneClock): MovedFields {
  const moved: MovedFields = {};
  const { startMs, roomId, fromRoomId, newLengthMinutes } = target;
  if (startMs !== undefined && startMs !== instantOf(session.start_date)) {
    moved.start_date = writtenAs(session.start_date, startMs, clock);
  }
  const lengthMs = lengthOf(session, newLengthMinutes);
  const beginMs = startMs ?? instantOf(session.start_date);
  if (lengthMs !== undefined && beginMs !== undefined && beginMs + lengthMs !== instantOf(session.end_date)) {
    moved.end_date = writtenAs(session.end_date ?? session.start_date, beginMs + lengthMs, clock);
  }
  if (roomId !== undefined) {
    const before = session.room_ids ?? [];
    const after =
      fromRoomId !== undefined && before.includes(fromRoomId)
        ? [...new Set(before.map((id) => (id === fromRoomId ? roomId : id)))]
        : [roomId];
    if (after.length !== before.length || after.some((id, index) => id !== before[index])) moved.room_ids = after;
  }
  return moved;
}

/** A session that begins or ends elsewhere; its other end stays. Never shorter than `leastMinutes`. */
export function resizeTo(
  session: ScheduledSession,
  edge: { readonly startMs: number } | { readonly endMs: number },
  clock: ZoneClock,
  leastMinutes = 5,
): MovedFields {
  const span = spanOf(session);
  if (span === undefined) return {};
  const leastMs = leastMinutes * MINUTE_MS;
  if ('startMs' in edge) {
    const startMs = Math.min(edge.startMs, span.endMs - leastMs);
    return startMs === span.startMs ? {} : { start_date: writtenAs(session.start_date, startMs, clock) };
  }
  const endMs = Math.max(edge.endMs, span.startMs + leastMs);
  if (endMs === instantOf(session.end_date)) return {};
  return { end_date: writtenAs(session.end_date ?? session.start_date, endMs, clock) };
}

/** A session taken off the board: no time and no room. */
export function unschedule(session: ScheduledSession): MovedFields {
  return {
    ...(session.start_date !== undefined && { start_date: undefined }),
    ...(session.end_date !== undefined && { end_date: undefined }),
    ...(session.room_ids !== undefined && { room_ids: undefined }),
  };
}

function lengthOf(session: ScheduledSession, newLengthMinutes: number | undefined): number | undefined {
  const span = instantOf(session.end_date) === undefined ? undefined : spanOf(session);
  return span === undefined ? newLengthMinutes && newLengthMinutes * MINUTE_MS : span.endMs - span.startMs;
}

/** The instant in the form of the text: in UTC with a `Z`, or with the zone's offset; with milliseconds or without. */
export function writtenAs(text: string | undefined, instantMs: number, clock: ZoneClock): string {
  const isUtc = typeof text === 'string' && /z$/i.test(text);
  const written = isUtc ? new Date(Math.round(instantMs)).toISOString() : clock.dateTimeAt(instantMs);
  const hasMs = typeof text === 'string' && text.includes('.');
  const isWhole = Math.round(instantMs) % 1000 === 0;
  if (hasMs === written.includes('.') || (!hasMs && !isWhole)) return written;
  return hasMs ? written.replace(/^(.{19})/, '$1.000') : written.replace('.000', '');
}
