import { Temporal } from 'temporal-polyfill';

import { isCalendarDate, parseInstant } from '../base/date-time.ts';
import { because, type Reason } from '../base/reasons.ts';
import { isTimeZone } from '../catalog/catalog.ts';
import { textOf, type FrabSchedule, type Members } from './frab-schedule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** No date or duration is longer. Against longer ones, patterns with several runs of blanks could take for ever. */
const MAX_TEXT_LENGTH = 64;

/** When a conference day ends that does not say so: the hour that c3voc's and pretalx's schedules use. */
const USUAL_DAY_CHANGE_MS = 4 * HOUR_MS;

/**
 * A duration in milliseconds, from `1:30` and `01:30:00` (hours first), `90` (minutes), `1d 2h 30m` or ISO 8601 (`PT1H30M`);
 * undefined for anything else.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const clock = /^(\d{1,6}):(\d{1,2})(?::(\d{1,2})(\.\d+)?)?$/.exec(text);
  if (clock !== null) {
    const [hours, minutes, seconds] = [clock[1], clock[2], clock[3] ?? 0].map(Number) as [number, number, number];
    return hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000 + Math.round(Number(clock[4] ?? 0) * 1000);
  }
  if (/^\d{1,7}(\.\d+)?$/.test(text)) return Math.round(Number(text) * MINUTE_MS);
  const parts =
    /^P?(?:(\d+)\s*d[a-z]*)?[\s,]*T?(?:(\d+(?:\.\d+)?)\s*h[a-z]*)?[\s,]*(?:(\d+(?:\.\d+)?)\s*m[a-z]*)?[\s,]*(?:(\d+(?:\.\d+)?)\s*s[a-z]*)?\.?$/i.exec(
      text.trim(),
    );
  if (parts === null || parts.slice(1).every((part) => part === undefined)) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return Math.round(days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000);
}

/** A time of day in milliseconds since midnight, from `9:30` or `09:30:00`; `25:30` is half past one the next night. */
export function parseTimeOfDay(text: string): number | undefined {
  const parts = /^(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?$/.exec(text);
  if (parts === null) return undefined;
  const [hours, minutes, seconds] = [parts[1], parts[2], parts[3] ?? 0].map(Number) as [number, number, number];
  if (hours > 47 || minutes > 59 || seconds > 59) return undefined;
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000;
}

/** A date as files write it, with or without time and offset. */
interface WrittenDate {
  date: string;
  timeMs: number | undefined;
  /** `Z` or `+01:00`. */
  offset: string | undefined;
}

const WRITTEN_DATE =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d{1,2}):?(\d\d)(?::?(\d\d)(\.\d+)?)?)?\s*(?:([Zz]|UTC|GMT)|([+-]\d\d):?(\d\d)?)?(?:\[.*\])?$/;

function parseWrittenDate(text: string | undefined): WrittenDate | undefined {
  if (text !== undefined && text.length > MAX_TEXT_LENGTH) return undefined;
  const parts = WRITTEN_DATE.exec(text?.trim() ?? '');
  const date = parts?.[1];
  if (parts === null || date === undefined || !isCalendarDate(date)) return undefined;
  const [, , hour, minute, second, fraction, utc, zoneHour, zoneMinute] = parts;
  const offset = utc === undefined ? zoneHour && `${zoneHour}:${zoneMinute ?? '00'}` : 'Z';
  if (hour === undefined) return { date, timeMs: undefined, offset };
  const timeMs = parseTimeOfDay(`${hour}:${minute ?? '00'}:${second ?? '00'}`);
  if (timeMs === undefined || timeMs > DAY_MS) return undefined;
  return { date, timeMs: timeMs + Math.round(Number(fraction ?? 0) * 1000), offset };
}

/** The calendar date that a text begins with. */
export function calendarDateOf(text: string | undefined): string | undefined {
  return parseWrittenDate(text)?.date;
}

/** The instant of a date with a time; one without an offset is in the zone. In milliseconds since the Unix epoch. */
export function instantOf(text: string | undefined, zone: string): number | undefined {
  const written = parseWrittenDate(text);
  if (written?.timeMs === undefined) return undefined;
  if (written.offset === undefined) return localInstant(written.date, written.timeMs, zone);
  const midnight = parseInstant(`${written.date}T00:00:00${written.offset}`);
  return midnight === undefined ? undefined : usable(midnight + written.timeMs);
}

/** The instant of a time of day in a zone. An hour that the clocks skip is taken after the gap, one they repeat the first time. */
export function localInstant(date: string, timeMs: number, zone: string): number | undefined {
  const local = Temporal.PlainDate.from(date).toPlainDateTime().add({ milliseconds: timeMs });
  return usable(local.toZonedDateTime(zone).epochMilliseconds);
}

/** Instants that RFC 3339 can write in every zone: of the years 1 to 9998. */
function usable(instantMs: number): number | undefined {
  return instantMs > -62_135_500_000_000 && instantMs < 253_370_000_000_000 ? instantMs : undefined;
}

/** RFC 3339 with the offset that the zone has at that instant. */
export function zonedText(instantMs: number, zone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.round(instantMs)).toZonedDateTimeISO(zone);
  return zoned.toString({ timeZoneName: 'never' });
}

/** The date and time of day that clocks in the zone show at that instant. */
export function localDateTime(instantMs: number, zone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.round(instantMs)).toZonedDateTimeISO(zone).toPlainDateTime();
}

/** The calendar date of an instant in a zone. */
export function localDate(instantMs: number, zone: string): string {
  return localDateTime(instantMs, zone).toPlainDate().toString();
}

/** The time of day as an event's `start` has it: `09:30`, with seconds where there are any. */
export function startTimeText(instantMs: number, zone: string): string {
  const time = localDateTime(instantMs, zone).toPlainTime();
  return time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' });
}

/** A duration as parseDuration reads it: `01:30`, with seconds where there are any, ISO 8601 where there are fractions. */
export function durationText(durationMs: number): string {
  if (durationMs % 1000 !== 0) return `PT${durationMs / 1000}S`;
  const hours = Math.floor(durationMs / HOUR_MS);
  const parts = [hours, Math.floor((durationMs % HOUR_MS) / MINUTE_MS)];
  const seconds = (durationMs % MINUTE_MS) / 1000;
  return (seconds === 0 ? parts : [...parts, seconds]).map((part) => String(part).padStart(2, '0')).join(':');
}

/** Whether every schema takes the text as a date with a time and an offset. */
export function isStrictDateTime(text: string | undefined): boolean {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
  return text !== undefined && form.test(text) && parseInstant(text) !== undefined;
}

/** The date and bounds of a conference day: its own where they are of the right form, else from day change to day change. */
export function boundsOfDay(
  day: Members,
  fallback: string,
  changeMs: number,
  zone: string,
): { date: string; start: string; end: string } {
  const date = calendarDateOf(textOf(day, 'date')) ?? calendarDateOf(textOf(day, 'start')) ?? fallback;
  const [start, end] = [textOf(day, 'start'), textOf(day, 'end')].map((text) => {
    const instantMs = instantOf(text, zone);
    if (instantMs === undefined) return undefined;
    return isStrictDateTime(text) ? text : zonedText(instantMs, zone);
  });
  const at = (timeMs: number): string => zonedText(localInstant(date, timeMs, zone) ?? 0, zone);
  return { date, start: start ?? at(changeMs), end: end ?? at(changeMs + DAY_MS - MINUTE_MS) };
}

/** The zone of a schedule; where it names none that exists, the one its times stand at, with a remark for the user. */
export function zoneOf(schedule: FrabSchedule): { zone: string; remark?: Reason } {
  const named = ['time_zone_name', 'timezone', 'time_zone'].map((name) => textOf(schedule.conference, name));
  const known = named.find((name) => name !== undefined && isTimeZone(name));
  if (known !== undefined) return { zone: known };
  const written = [
    ...schedule.events.map((event) => textOf(event, 'date')),
    ...schedule.days.flatMap((day) => [textOf(day, 'start'), textOf(day, 'end')]),
    ...['start', 'end'].map((name) => textOf(schedule.conference, name)),
  ];
  const offset = written.map((text) => parseWrittenDate(text)?.offset).find((text) => text !== undefined);
  const unknown = named.find((name) => name !== undefined);
  if (offset === undefined) {
    return {
      zone: 'UTC',
      remark: unknown === undefined ? because('without_zone') : because('unknown_zone', { zone: unknown }),
    };
  }
  return {
    zone: fixedZone(offset),
    remark:
      unknown === undefined
        ? because('without_zone_at', { offset })
        : because('unknown_zone_at', { zone: unknown, offset }),
  };
}

/** A zone that always has this offset. */
function fixedZone(offset: string): string {
  const [, sign, hours = '0', minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  if (sign === undefined || (Number(hours) === 0 && minutes === '00')) return 'UTC';
  // The database of zones counts west as positive: Etc/GMT-1 is one hour ahead of UTC.
  const named = `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
  if (minutes === '00' && isTimeZone(named)) return named;
  return isTimeZone(offset) ? offset : 'UTC';
}

/** How a schedule's instants fall into its conference days, which go on past midnight. */
export class ConferenceDays {
  readonly #zone: string;
  readonly #changeMs: number;
  readonly #days: { index: number; date: string; startMs: number | undefined; endMs: number | undefined }[];

  constructor(conference: Members, days: readonly Members[], zone: string) {
    this.#zone = zone;
    this.#days = days.flatMap((day) => {
      const date = calendarDateOf(textOf(day, 'date')) ?? calendarDateOf(textOf(day, 'start'));
      const [startMs, endMs] = [instantOf(textOf(day, 'start'), zone), instantOf(textOf(day, 'end'), zone)];
      return date === undefined ? [] : [{ index: Number(day['index']), date, startMs, endMs }];
    });
    this.#changeMs = this.#dayChange(conference);
  }

  /** When one conference day gives way to the next, in milliseconds since midnight. */
  get changeMs(): number {
    return this.#changeMs;
  }

  /** The calendar date on which a day begins. */
  dateOf(index: number): string | undefined {
    return this.#days.find((day) => day.index === index)?.date;
  }

  /** The index of the day that an instant belongs to, or the date of the day that would have to be added. */
  dayAt(instantMs: number): { index: number } | { date: string } {
    const within = this.#days.find((day) => contains(day, instantMs));
    if (within !== undefined) return { index: within.index };
    const date = localDateTime(instantMs, this.#zone)
      .subtract({ milliseconds: this.#changeMs })
      .toPlainDate()
      .toString();
    const named = this.#days.find((day) => day.date === date);
    return named === undefined ? { date } : { index: named.index };
  }

  /**
   * The instant of an event that names only a time of day: on the date of its conference day or, where that is before the day
   * began, on the next.
   */
  instantOn(index: number, timeMs: number): number | undefined {
    const day = this.#days.find((day) => day.index === index);
    if (day === undefined) return undefined;
    const sameDate = localInstant(day.date, timeMs, this.#zone);
    const nextDate = localInstant(day.date, timeMs + DAY_MS, this.#zone);
    if (sameDate !== undefined && contains(day, sameDate)) return sameDate;
    if (nextDate !== undefined && contains(day, nextDate)) return nextDate;
    return timeMs < this.#changeMs ? nextDate : sameDate;
  }

  /** As the file says; else where its days begin, but not later than four: what is shown at five is an early bird. */
  #dayChange(conference: Members): number {
    const said = parseTimeOfDay(textOf(conference, 'day_change') ?? '');
    if (said !== undefined && said < DAY_MS) return said;
    const starts = this.#days.flatMap(({ startMs }) => (startMs === undefined ? [] : [timeOfDay(startMs, this.#zone)]));
    return Math.min(USUAL_DAY_CHANGE_MS, ...starts);
  }
}

function contains(day: { startMs: number | undefined; endMs: number | undefined }, instantMs: number): boolean {
  return day.startMs !== undefined && day.endMs !== undefined && instantMs >= day.startMs && instantMs <= day.endMs;
}

function timeOfDay(instantMs: number, zone: string): number {
  const { hour, minute, second } = localDateTime(instantMs, zone);
  return hour * HOUR_MS + minute * MINUTE_MS + second * 1000;
}

/** When an event is: `startMs` and, where it tells its length, `endMs`; with what of it could not be understood. */
export interface EventTimes {
  startMs?: number;
  endMs?: number;
  remarks: Reason[];
}

/** The times of an event: `date` rules over `start`, `end` over `duration`; without a date, its conference day serves. */
export function timesOf(event: Members, days: ConferenceDays, zone: string): EventTimes {
  const startMs = startOf(event, days, zone);
  if (startMs === undefined) {
    const said = textOf(event, 'date') ?? textOf(event, 'start');
    const remark = said === undefined ? because('without_start') : because('unread_start', { text: said.slice(0, 80) });
    return { remarks: [remark] };
  }
  const end = instantOf(textOf(event, 'end'), zone);
  if (end !== undefined && end >= startMs) return { startMs, endMs: end, remarks: [] };
  const duration = textOf(event, 'duration');
  const lengthMs = duration === undefined ? undefined : parseDuration(duration);
  const endMs = lengthMs === undefined ? undefined : usable(startMs + lengthMs);
  if (endMs !== undefined) return { startMs, endMs, remarks: [] };
  const remark =
    duration === undefined ? because('without_duration') : because('unread_duration', { text: duration.slice(0, 80) });
  return { startMs, remarks: [remark] };
}

function startOf(event: Members, days: ConferenceDays, zone: string): number | undefined {
  const date = textOf(event, 'date');
  const full = instantOf(date, zone) ?? instantOf(textOf(event, 'start'), zone);
  if (full !== undefined) return full;
  const timeMs = parseTimeOfDay(textOf(event, 'start') ?? '');
  if (timeMs === undefined) return undefined;
  const calendarDate = calendarDateOf(date);
  const index = Number(event['offstage:day']);
  // A date that is the conference day's own may mean the night after it; any other is the calendar's.
  if (calendarDate !== undefined && days.dateOf(index) !== calendarDate) {
    return localInstant(calendarDate, timeMs, zone);
  }
  return days.instantOn(index, timeMs);
}
