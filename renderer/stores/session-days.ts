import type { ScheduleDay, ScheduleDays } from '../../shared/schedule/schedule-days.ts';
import { spanOf, type ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { isUnscheduled } from '../../shared/schedule/unscheduled.ts';

/** A session that claims to run for longer stands on the first of its days only. */
const MAX_DAYS_OF_ONE = 60;

/** What an update touched. */
export interface TouchedDays {
  /** The days whose sessions are others now, or changed. */
  dates: ReadonlySet<string>;
  /** Whether the days to choose from are others now. */
  isListChanged: boolean;
  isTrayChanged: boolean;
}

/**
 * Which sessions run on which day, and which have no place yet: kept up with every edit, so that a board looks at the sessions of its day alone,
 * however many the event has.
 */
export class SessionDays {
  readonly #days: ScheduleDays;
  readonly #datesOf = new Map<string, readonly string[]>();
  readonly #idsOn = new Map<string, Set<string>>();
  /** On how many sessions' account a day is there to choose: those that begin on it. */
  readonly #begins = new Map<string, number>();
  readonly #unscheduled = new Set<string>();

  constructor(days: ScheduleDays) {
    this.#days = days;
  }

  /** Takes sessions in, in place of what was known of them, and others out. */
  update(changed: Iterable<ScheduledSession>, removed: Iterable<string> = []): TouchedDays {
    const touched = { dates: new Set<string>(), isListChanged: false, isTrayChanged: false };
    for (const id of removed) {
      this.#place(id, [], touched);
      if (this.#unscheduled.delete(id)) touched.isTrayChanged = true;
    }
    for (const session of changed) {
      this.#place(session.id, this.#datesFor(session), touched);
      const wasUnscheduled = this.#unscheduled.delete(session.id);
      const isNow = isUnscheduled(session);
      if (isNow) this.#unscheduled.add(session.id);
      if (wasUnscheduled || isNow) touched.isTrayChanged = true;
    }
    return touched;
  }

  idsOn(date: string): ReadonlySet<string> {
    return this.#idsOn.get(date) ?? new Set();
  }

  /** The day on which a session begins. */
  dateOf(id: string): string | undefined {
    return this.#datesOf.get(id)?.[0];
  }

  get unscheduled(): ReadonlySet<string> {
    return this.#unscheduled;
  }

  /** The days to choose from: the event's own, and those on which a session begins. */
  list(): ScheduleDay[] {
    const own = this.#days.list([]);
    const known = new Set(own.map(({ date }) => date));
    const others = [...this.#begins.keys()].filter((date) => !known.has(date)).map((date) => this.#days.on(date));
    return [...own, ...others].sort((a, b) => a.startMs - b.startMs);
  }

  #datesFor(session: ScheduledSession): string[] {
    const span = spanOf(session);
    if (span === undefined) return [];
    const dates: string[] = [];
    let day = this.#days.at(span.startMs);
    do {
      dates.push(day.date);
      day = this.#days.at(day.endMs);
    } while (day.startMs < span.endMs && dates.length < MAX_DAYS_OF_ONE);
    return dates;
  }

  #place(id: string, dates: readonly string[], touched: { dates: Set<string>; isListChanged: boolean }): void {
    const before = this.#datesOf.get(id) ?? [];
    for (const date of before) this.#idsOn.get(date)!.delete(id);
    for (const date of dates) {
      const ids = this.#idsOn.get(date) ?? new Set();
      this.#idsOn.set(date, ids.add(id));
    }
    if (dates.length > 0) this.#datesOf.set(id, dates);
    else this.#datesOf.delete(id);
    for (const date of [...before, ...dates]) touched.dates.add(date);
    if (before[0] === dates[0]) return;
    for (const [date, by] of [[before[0], -1] as const, [dates[0], 1] as const]) {
      if (date === undefined) continue;
      const count = (this.#begins.get(date) ?? 0) + by;
      if (count === 0) this.#begins.delete(date);
      else this.#begins.set(date, count);
      if (count === 0 || (by === 1 && count === 1)) touched.isListChanged = true;
    }
  }
}
