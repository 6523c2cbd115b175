import { instantOf } from '../../../shared/schedule/scheduled-session.ts';
import { writtenAs } from '../../../shared/schedule/move-session.ts';
import type { ZoneClock } from '../../../shared/schedule/zone-clock.ts';
import { isCalendarDate } from '../../../shared/base/date-time.ts';

/** A date-time as two inputs show it: by the clocks of the event's zone. What is missing or cannot be read is the text that was typed. */
export interface WallTime {
  /** `2026-03-29` */
  readonly date: string;
  /** `09:30`, with seconds only where there are any. */
  readonly time: string;
  /** Where the clocks show the same twice that day, which of the two it is. */
  readonly fold?: 'first' | 'second';
}

/** Splits a value into date and time; one that is incomplete stands as `date T time`, as `fromWallTime` wrote it. */
export function toWallTime(value: unknown, clock: ZoneClock): WallTime {
  if (typeof value !== 'string') return { date: '', time: '' };
  const instantMs = instantOf(value);
  if (instantMs === undefined) {
    const [date = '', time = ''] = value.split('T', 2);
    return { date: date.trim(), time: time.trim() };
  }
  const { date, hour, minute, second, fold } = clock.wallClockAt(instantMs);
  const parts = second === 0 ? [hour, minute] : [hour, minute, second];
  const time = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return { date, time, ...(fold === undefined ? {} : { fold }) };
}

/**
 * The value of a date and a time that were typed: undefined where both are empty, `date T time` where one is missing or cannot be read, which the
 * contract's rule then finds, and nothing is lost.
 * @param like the value before, whose form is kept
 */
export function fromWallTime({ date, time, fold }: WallTime, clock: ZoneClock, like: unknown): string | undefined {
  if (date === '' && time === '') return undefined;
  const seconds = readTime(time);
  if (!isCalendarDate(date) || seconds === undefined) return `${date} T ${time}`;
  const instantMs = instantOfWall(date, seconds, fold, clock);
  return writtenAs(typeof like === 'string' && instantOf(like) !== undefined ? like : undefined, instantMs, clock);
}

/** Whether the clocks skip this time of that date: it is then taken after the gap. */
export function isSkipped({ date, time }: WallTime, clock: ZoneClock): boolean {
  const seconds = readTime(time);
  if (!isCalendarDate(date) || seconds === undefined || seconds >= 86_400) return false;
  const { hour, minute } = clock.wallClockAt(clock.instantOf(date, Math.floor(seconds / 60)));
  return hour * 60 + minute !== Math.floor(seconds / 60);
}

function instantOfWall(date: string, seconds: number, fold: WallTime['fold'], clock: ZoneClock): number {
  const firstMs = clock.instantOf(date, Math.floor(seconds / 60)) + (seconds % 60) * 1_000;
  if (fold !== 'second' || clock.wallClockAt(firstMs).fold !== 'first') return firstMs;
  // The second time comes as much later as the clocks are put back.
  const [change] = clock.changesWithin({ startMs: firstMs, endMs: firstMs + 3 * 3_600_000 });
  return change === undefined ? firstMs : firstMs + change.beforeMs - change.afterMs;
}

/** Seconds after midnight of a time as people type it: `9`, `930`, `9:30`, `9.30 pm`, `21h30`. Undefined for what is none. */
export function readTime(text: string): number | undefined {
  const found = /^(\d{1,2})(?:[:.h]?(\d{2}))?(?:[:.](\d{2}))?\s*(?:h|uhr)?\s*([ap])?\.?(?:m\.?)?$/i.exec(text.trim());
  if (found === null) return undefined;
  const [hour, minute, second] = [found[1], found[2] ?? 0, found[3] ?? 0].map(Number) as [number, number, number];
  const half = found[4]?.toLowerCase();
  if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
  const wholeHour = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0);
  if (wholeHour > 23 || minute > 59 || second > 59) return undefined;
  return (wholeHour * 60 + minute) * 60 + second;
}
