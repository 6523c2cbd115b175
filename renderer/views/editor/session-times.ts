import { instantOf } from '../../../shared/schedule/scheduled-session.ts';
import { writtenAs } from '../../../shared/schedule/move-session.ts';
import type { ZoneClock } from '../../../shared/schedule/zone-clock.ts';
import type { JsonObject } from '../../../shared/base/json.ts';

/** What a new session's end is set to once it has a start, in minutes. */
const USUAL_LENGTH_MINUTES = 30;

/** The length in minutes; undefined without a start and an end after it. */
export function lengthOf({ start_date: start, end_date: end }: JsonObject): number | undefined {
  const [startMs, endMs] = [read(start), read(end)];
  if (startMs === undefined || endMs === undefined || endMs < startMs) return undefined;
  return (endMs - startMs) / 60_000;
}

/** The longest that a session may be told to last, in minutes: a year. */
const MAX_LENGTH_MINUTES = 527_040;

/** A length as a person types it, `90` or `1:30`, in minutes; undefined for what is none. */
export function readLength(text: string): number | undefined {
  const [, hours, rest] = /^\s*(\d+):([0-5]\d)\s*$/.exec(text) ?? [];
  const minutes =
    text.trim() === '' ? Number.NaN : hours === undefined ? Number(text) : Number(hours) * 60 + Number(rest);
  return minutes >= 0 && minutes <= MAX_LENGTH_MINUTES ? minutes : undefined;
}

/**
 * The fields that a new start changes: the end moves with it, so that the length stays, also across a change of the clocks.
 * @param minutes the length before; without one, an end is the person's to mend, and one that is missing comes after the usual time
 */
export function withStart(
  session: JsonObject,
  start: string | undefined,
  minutes: number | undefined,
  clock: ZoneClock,
): JsonObject {
  const startMs = read(start);
  if (startMs === undefined) return { start_date: start };
  const hasEnd = session['end_date'] !== undefined && session['end_date'] !== null;
  const length = hasEnd ? minutes : USUAL_LENGTH_MINUTES;
  if (length === undefined) return { start_date: start };
  return { start_date: start, end_date: endAfter(session, startMs, length, clock) };
}

/** The fields that a new length changes. */
export function withLength(session: JsonObject, minutes: number, clock: ZoneClock): JsonObject {
  const startMs = read(session['start_date']);
  return startMs === undefined ? {} : { end_date: endAfter(session, startMs, minutes, clock) };
}

function endAfter(session: JsonObject, startMs: number, minutes: number, clock: ZoneClock): string {
  const like = [session['end_date'], session['start_date']].find((text) => read(text) !== undefined);
  return writtenAs(like as string | undefined, startMs + minutes * 60_000, clock);
}

function read(text: unknown): number | undefined {
  return typeof text === 'string' ? instantOf(text) : undefined;
}
