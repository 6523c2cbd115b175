import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';

/**
 * The VTIMEZONE of an IANA zone (RFC 5545, 3.6.5), good for every instant between the two: one observance for what holds at
 * the first, and one for each change of offset until the last.
 *
 * @param fromMs @param toMs milliseconds since the Unix epoch
 */
export function timeZoneComponent(zone: string, fromMs: number, toMs: number): ICAL.Component {
  const component = new ICAL.Component('vtimezone');
  component.updatePropertyWithValue('tzid', zone);
  const from = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone);
  // Asked for what comes before, the next nanosecond's answer includes the instant itself.
  let onset = from.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  component.addSubcomponent(onset === null ? observanceAlways(from) : observanceFrom(onset));
  onset = from.getTimeZoneTransition('next');
  while (onset !== null && onset.epochMilliseconds <= toMs) {
    component.addSubcomponent(observanceFrom(onset));
    onset = onset.getTimeZoneTransition('next');
  }
  return component;
}

function observanceAlways(at: Temporal.ZonedDateTime): ICAL.Component {
  return observance(
    'standard',
    Temporal.PlainDateTime.from('1970-01-01T00:00:00'),
    at.offsetNanoseconds,
    at.offsetNanoseconds,
  );
}

/** What a change of offset begins. Its DTSTART is what clocks showed just then that had not been changed yet. */
function observanceFrom(onset: Temporal.ZonedDateTime): ICAL.Component {
  const before = onset.subtract({ nanoseconds: 1 });
  const local = before.toPlainDateTime().add({ nanoseconds: 1 });
  const kind = onset.offsetNanoseconds > before.offsetNanoseconds ? 'daylight' : 'standard';
  return observance(kind, local, before.offsetNanoseconds, onset.offsetNanoseconds);
}

function observance(
  kind: 'standard' | 'daylight',
  start: Temporal.PlainDateTime,
  fromNs: number,
  toNs: number,
): ICAL.Component {
  const component = new ICAL.Component(kind);
  component.updatePropertyWithValue('dtstart', calendarTime(start));
  component.updatePropertyWithValue('tzoffsetfrom', ICAL.UtcOffset.fromSeconds(fromNs / 1e9));
  component.updatePropertyWithValue('tzoffsetto', ICAL.UtcOffset.fromSeconds(toNs / 1e9));
  return component;
}

/** A date with a time as iCalendar counts it, in whole seconds. */
export function calendarTime({ year, month, day, hour, minute, second }: Temporal.PlainDateTime): ICAL.Time {
  return ICAL.Time.fromData({ year, month, day, hour, minute, second, isDate: false });
}
