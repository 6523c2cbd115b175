import { isCalendarDate } from '../../../shared/base/date-time.ts';
import type { ScheduleDay } from '../../../shared/schedule/schedule-days.ts';
import { spanOf, type ScheduledSession } from '../../../shared/schedule/scheduled-session.ts';
import type { ZoneClock } from '../../../shared/schedule/zone-clock.ts';

/** A moment by the clocks of the event, as an address holds it: `2026-09-18T10:30`. */
export function writeMoment(instantMs: number, clock: ZoneClock): string {
  const { date, hour, minute } = clock.wallClockAt(instantMs);
  return `${date}T${[hour, minute].map((part) => String(part).padStart(2, '0')).join(':')}`;
}

/** The instant of such a text; undefined for anything else. Of a time that the clocks show twice it is the first. */
export function readMoment(text: unknown, clock: ZoneClock): number | undefined {
  if (typeof text !== 'string') return undefined;
  const [, date = '', hour, minute] = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})$/.exec(text) ?? [];
  if (!isCalendarDate(date) || Number(hour) > 23 || Number(minute) > 59) return undefined;
  return clock.instantOf(date, Number(hour) * 60 + Number(minute));
}

/**
 * The instant of a day at which its clocks show so many minutes after midnight; a time before the day change is that of the night that follows.
 * @param minutes 0 up to 1,439
 */
export function momentOn(day: ScheduleDay, minutes: number, clock: ZoneClock): number {
  const sameDate = clock.instantOf(day.date, minutes);
  return sameDate >= day.startMs ? sameDate : clock.instantOf(day.date, minutes + 1440);
}

/** When to look at a day first: at the time of day given if anything is on then, else when its first session begins. */
export function firstMomentOn(
  day: ScheduleDay,
  sessions: readonly ScheduledSession[],
  minutes: number,
  clock: ZoneClock,
): number {
  const wanted = momentOn(day, minutes, clock);
  let firstMs = Number.POSITIVE_INFINITY;
  for (const session of sessions) {
    const span = spanOf(session);
    if (span === undefined) continue;
    if (span.startMs <= wanted && wanted < span.endMs) return wanted;
    firstMs = Math.min(firstMs, Math.max(span.startMs, day.startMs));
  }
  return Number.isFinite(firstMs) ? firstMs : wanted;
}
