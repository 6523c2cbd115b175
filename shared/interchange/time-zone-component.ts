import { Temporal } from 'temporal-polyfill';

import { component, localTime, type ContentLine } from './icalendar-notation.ts';

/**
 * The VTIMEZONE of an IANA zone (RFC 5545, 3.6.5), good for every instant between the two: one observance for what holds at
 * the first, and one for each change of offset until the last.
 *
 * @param fromMs @param toMs milliseconds since the Unix epoch
 */
export function timeZoneComponent(zone: string, fromMs: number, toMs: number): ContentLine[] {
  const from = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone);
  // Asked for what comes before, the next nanosecond's answer includes the instant itself.
  let onset = from.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  const observances = onset === null ? observanceAlways(from) : observanceFrom(onset);
  onset = from.getTimeZoneTransition('next');
  while (onset !== null && onset.epochMilliseconds <= toMs) {
    observances.push(...observanceFrom(onset));
    onset = onset.getTimeZoneTransition('next');
  }
  return component('VTIMEZONE', [`TZID:${zone}`, ...observances]);
}

function observanceAlways(at: Temporal.ZonedDateTime): ContentLine[] {
  return observance('STANDARD', Temporal.PlainDateTime.from('1970-01-01T00:00:00'), at, at);
}

/** What a change of offset begins. Its DTSTART is what clocks showed just then that had not been changed yet. */
function observanceFrom(onset: Temporal.ZonedDateTime): ContentLine[] {
  const before = onset.subtract({ nanoseconds: 1 });
  const local = before.toPlainDateTime().add({ nanoseconds: 1 });
  const kind = onset.offsetNanoseconds > before.offsetNanoseconds ? 'DAYLIGHT' : 'STANDARD';
  return observance(kind, local, before, onset);
}

function observance(
  kind: 'STANDARD' | 'DAYLIGHT',
  start: Temporal.PlainDateTime,
  before: Temporal.ZonedDateTime,
  after: Temporal.ZonedDateTime,
): ContentLine[] {
  return component(kind, [
    `DTSTART:${localTime(start)}`,
    `TZOFFSETFROM:${offsetOf(before)}`,
    `TZOFFSETTO:${offsetOf(after)}`,
  ]);
}

/** `+0530`; with seconds, too, where the zone has them, as all had before they had standard time. */
function offsetOf({ offset }: Temporal.ZonedDateTime): string {
  return offset.replaceAll(':', '');
}
