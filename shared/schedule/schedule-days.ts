import { isCalendarDate } from '../base/date-time.ts';
import { spanOf, type ScheduledSession, type Span } from './scheduled-session.ts';
import type { ZoneClock } from './zone-clock.ts';

const DAY_MS = 24 * 60 * 60_000;

/** When a schedule's day gives way to the next, in minutes after midnight: four in the morning, as c3voc's and pretalx's schedules have it. */
const USUAL_DAY_CHANGE_MINUTES = 240;

/** An event that claims more days than this is shown by the days that have sessions. */
const MAX_DAYS = 400;

/** What the days of an event are made from; dates are calendar dates in its zone. */
export interface DatedEvent {
  readonly time_zone?: string | undefined;
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
}

/** One day of the schedule: from one day change to the next, so 23 or 25 hours long where the clocks are changed. */
export interface ScheduleDay extends Span {
  /** The calendar date on which it begins, `2026-03-29`. */
  readonly date: string;
  /** Whether it is one of the event's own days; without dates of its own, an event has every day. */
  readonly isOfEvent: boolean;
}

/** The part of a session that falls into one day. */
export interface DayPiece<Item extends ScheduledSession = ScheduledSession> extends Span {
  readonly session: Item;
  readonly beginsEarlier: boolean;
  readonly endsLater: boolean;
}

/**
 * The days of an event's schedule, in its time zone. A day goes on past midnight until the day change, so that a session at one in the
 * morning stands on the board of the evening before. Law: every instant is in exactly one day, and days follow each other without a gap.
 */
export class ScheduleDays {
  readonly clock: ZoneClock;
  readonly dayChangeMinutes: number;
  readonly #event: DatedEvent;
  readonly #days = new Map<string, ScheduleDay>();
  #last: ScheduleDay | undefined;

  /** @param dayChangeMinutes minutes after midnight, 0 up to 1,439; see `dayChangeFor` */
  constructor(event: DatedEvent, clock: ZoneClock, dayChangeMinutes = USUAL_DAY_CHANGE_MINUTES) {
    this.clock = clock;
    this.dayChangeMinutes = dayChangeMinutes;
    this.#event = event;
  }

  /** From the begin of the event's first day to the end of its last; where it does not say, without bound. */
  get eventSpan(): Span {
    const { start_date: first, end_date: last } = this.#event;
    return {
      startMs: isDate(first) ? this.on(first).startMs : Number.NEGATIVE_INFINITY,
      endMs: isDate(last) ? this.on(last).endMs : Number.POSITIVE_INFINITY,
    };
  }

  /** The day that begins on that calendar date. */
  on(date: string): ScheduleDay {
    const known = this.#days.get(date);
    if (known !== undefined) return known;
    const { start_date: first, end_date: last } = this.#event;
    const day = {
      date,
      startMs: this.clock.instantOf(date, this.dayChangeMinutes),
      endMs: this.clock.instantOf(dateAfter(date, 1), this.dayChangeMinutes),
      isOfEvent: (!isDate(first) || date >= first) && (!isDate(last) || date <= last),
    };
    this.#days.set(date, day);
    return day;
  }

  /** The day that an instant belongs to. */
  at(instantMs: number): ScheduleDay {
    if (this.#last !== undefined && contains(this.#last, instantMs)) return this.#last;
    let day = this.on(this.clock.dateAt(instantMs));
    while (instantMs < day.startMs) day = this.on(dateAfter(day.date, -1));
    while (instantMs >= day.endMs) day = this.on(dateAfter(day.date, 1));
    this.#last = day;
    return day;
  }

  /** The days to choose from, in order: the event's own, and those on which any of the sessions begins. */
  list(sessions: Iterable<ScheduledSession>): ScheduleDay[] {
    const dates = new Set(this.#ownDates());
    for (const session of sessions) {
      const span = spanOf(session);
      if (span !== undefined) dates.add(this.at(span.startMs).date);
    }
    return [...dates]
      .map((date) => this.on(date))
      .filter(({ startMs, endMs }) => startMs < endMs)
      .sort((a, b) => a.startMs - b.startMs);
  }

  /** What of the sessions falls into the day, by begin; each cut at the day's bounds. */
  piecesOn<Item extends ScheduledSession>(day: ScheduleDay, sessions: Iterable<Item>): DayPiece<Item>[] {
    const pieces: DayPiece<Item>[] = [];
    for (const session of sessions) {
      const span = spanOf(session);
      if (span === undefined || span.startMs >= day.endMs) continue;
      if (span.endMs <= day.startMs && span.startMs < day.startMs) continue;
      pieces.push({
        session,
        startMs: Math.max(span.startMs, day.startMs),
        endMs: Math.min(span.endMs, day.endMs),
        beginsEarlier: span.startMs < day.startMs,
        endsLater: span.endMs > day.endMs,
      });
    }
    return pieces.sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs || (a.session.id < b.session.id ? -1 : 1));
  }

  #ownDates(): string[] {
    const { start_date: first, end_date: last } = this.#event;
    if (!isDate(first) && !isDate(last)) return [];
    const from = isDate(first) ? first : last!;
    const to = isDate(last) ? last : from;
    const count = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
    if (count > MAX_DAYS) return [];
    return Array.from({ length: Math.max(0, count) }, (_, index) => dateAfter(from, index));
  }
}

/**
 * When the days of these sessions had better change, in minutes after midnight: at four, or at another full hour before six, six included, if fewer
 * sessions then run on into the next day. To be asked when a schedule is opened, and not with every edit: a board must not jump.
 */
export function dayChangeFor(sessions: Iterable<ScheduledSession>, clock: ZoneClock): number {
  const cutAt = [0, 0, 0, 0, 0, 0, 0];
  for (const session of sessions) {
    const span = spanOf(session);
    // What is a day long or longer is cut at any hour.
    if (span === undefined || span.endMs - span.startMs >= DAY_MS) continue;
    const from = clock.minuteOfDayAt(span.startMs);
    const to = from + (span.endMs - span.startMs) / 60_000;
    for (let hour = 0; hour < cutAt.length; hour++) {
      const isCut = [hour * 60, hour * 60 + 1440].some((minute) => from < minute && minute < to);
      if (isCut) cutAt[hour]! += 1;
    }
  }
  const usual = USUAL_DAY_CHANGE_MINUTES / 60;
  const hours = cutAt.map((_, hour) => hour).sort((a, b) => Math.abs(a - usual) - Math.abs(b - usual) || b - a);
  const fewest = Math.min(...cutAt);
  return hours.find((hour) => cutAt[hour] === fewest)! * 60;
}

function contains({ startMs, endMs }: Span, instantMs: number): boolean {
  return startMs <= instantMs && instantMs < endMs;
}

function isDate(text: string | undefined): text is string {
  return typeof text === 'string' && isCalendarDate(text);
}

function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, -14);
}
