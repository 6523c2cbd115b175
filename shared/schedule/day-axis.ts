import type { Span } from './scheduled-session.ts';
import type { ScheduleDays, DayPiece, ScheduleDay } from './schedule-days.ts';
import type { ClockChange, WallClock, ZoneClock } from './zone-clock.ts';

const MINUTE_MS = 60_000;

/** What a drag may snap to, in minutes of the wall clock. */
export const SNAP_MINUTES = [5, 10, 15, 30, 60] as const;

export type SnapMinutes = (typeof SNAP_MINUTES)[number];

/** A place on the axis where the wall clock shows a round time. */
export interface AxisTick {
  readonly atMs: number;
  /** Minutes since the axis begins: as long as time really takes, whatever the clocks show. */
  readonly minute: number;
  readonly clock: WallClock;
}

/**
 * The time axis of one day. Positions are minutes of real time since its begin, so a session is as long as it lasts also in the night that the clocks
 * are changed; labels are what the clocks show. Any board, table or print draws `minute × pixels per minute`.
 */
export class DayAxis {
  readonly span: Span;
  /** How long the axis is. */
  readonly minutes: number;
  /** Where the clocks are changed: a line to draw. */
  readonly changes: readonly (ClockChange & { readonly minute: number })[];
  readonly #clock: ZoneClock;

  constructor(span: Span, clock: ZoneClock) {
    this.span = span;
    this.#clock = clock;
    this.minutes = (span.endMs - span.startMs) / MINUTE_MS;
    this.changes = clock.changesWithin(span).map((change) => ({ ...change, minute: this.minuteOf(change.atMs) }));
  }

  /** Minutes since the axis begins; below 0 or beyond `minutes` where the instant lies outside. */
  minuteOf(instantMs: number): number {
    return (instantMs - this.span.startMs) / MINUTE_MS;
  }

  /** The instant at a position. */
  instantAt(minute: number): number {
    return this.span.startMs + minute * MINUTE_MS;
  }

  /** The instant at a position, at the nearest round time of the wall clock. */
  snappedInstantAt(minute: number, step: SnapMinutes): number {
    return snap(this.instantAt(minute), step, this.#clock);
  }

  /** Every round time of the wall clock on the axis, its begin and end included. An hour shown twice has its ticks twice, with `fold` set. */
  ticks(step: SnapMinutes): AxisTick[] {
    const stepMs = step * MINUTE_MS;
    const ticks: AxisTick[] = [];
    let atMs = snapUp(this.span.startMs, stepMs, this.#clock);
    while (atMs <= this.span.endMs) {
      ticks.push({ atMs, minute: this.minuteOf(atMs), clock: this.#clock.wallClockAt(atMs) });
      atMs = snapUp(atMs + 1, stepMs, this.#clock);
    }
    return ticks;
  }
}

/**
 * The part of a day worth drawing: from the full hour before its first piece to the full hour after its last, at least `leastMinutes` long; of a day
 * without any, from nine to six. Never beyond the day itself.
 */
export function drawnSpan(day: ScheduleDay, pieces: readonly DayPiece[], days: ScheduleDays, leastMinutes = 60): Span {
  const [from, to] =
    pieces.length === 0
      ? [days.clock.instantOf(day.date, 9 * 60), days.clock.instantOf(day.date, 18 * 60)]
      : [Math.min(...pieces.map(({ startMs }) => startMs)), Math.max(...pieces.map(({ endMs }) => endMs))];
  const hourMs = 60 * MINUTE_MS;
  const startMs = Math.max(day.startMs, snapDown(from, hourMs, days.clock));
  const endMs = snapUp(Math.max(to, startMs + leastMinutes * MINUTE_MS), hourMs, days.clock);
  return { startMs, endMs: Math.min(day.endMs, endMs) };
}

/** The instant nearest to this one at which the wall clock shows a multiple of so many minutes. Law: snapping twice is snapping once. */
export function snap(instantMs: number, step: SnapMinutes, clock: ZoneClock): number {
  const stepMs = step * MINUTE_MS;
  const above = snapUp(instantMs, stepMs, clock);
  const below = snapDown(instantMs, stepMs, clock);
  return instantMs - below < above - instantMs ? below : above;
}

/** The first instant, from this one on, at which the wall clock shows a multiple of the step. */
function snapUp(instantMs: number, stepMs: number, clock: ZoneClock): number {
  const offsetMs = clock.offsetAt(instantMs);
  const atMs = Math.ceil((instantMs + offsetMs) / stepMs) * stepMs - offsetMs;
  // Where the clocks are changed in between, the round times of the new offset count from the change on.
  const [change] = clock.changesWithin({ startMs: instantMs, endMs: atMs + 1 });
  return change === undefined ? atMs : snapUp(change.atMs, stepMs, clock);
}

/** The last instant, up to this one, at which the wall clock shows a multiple of the step. */
function snapDown(instantMs: number, stepMs: number, clock: ZoneClock): number {
  const offsetMs = clock.offsetAt(instantMs);
  const atMs = Math.floor((instantMs + offsetMs) / stepMs) * stepMs - offsetMs;
  const change = clock.changesWithin({ startMs: atMs, endMs: instantMs + 1 }).at(-1);
  return change === undefined ? atMs : snapDown(change.atMs - 1, stepMs, clock);
}
