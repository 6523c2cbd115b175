import type { Span } from './scheduled-session.ts';
import { Temporal } from './temporal.ts';

const MINUTE_MS = 60_000;

/** What the clocks of a zone show at an instant. */
export interface WallClock {
  /** `2026-03-29` */
  readonly date: string;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** `+02:00` */
  readonly offset: string;
  /** Where the clocks show the same twice that day, which of the two times it is: to be told beside the hour. */
  readonly fold?: 'first' | 'second';
}

/** The clocks of a zone are put forward or back; offsets in milliseconds, east of UTC positive. */
export interface ClockChange {
  readonly atMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** A stretch of time in which the offset of a zone stays the same. */
interface OffsetSpan extends Span {
  readonly offsetMs: number;
}

/**
 * The clocks of a time zone. Instants are milliseconds since the Unix epoch. What the zone's offset is, is asked once for each stretch between
 * two changes of the clocks; from then on a wall clock is plain arithmetic, so that a board of a thousand labels costs nothing.
 *
 * @throws RangeError for a zone that is unknown here
 */
export class ZoneClock {
  readonly zone: string;
  readonly #spans: OffsetSpan[] = [];

  constructor(zone: string) {
    this.zone = zone;
    this.#spans.push(this.#spanAt(0));
  }

  /** The clock of an event; of UTC where it names no zone, or one that is unknown here. */
  static ofEvent(event: { readonly time_zone?: string | undefined }): ZoneClock {
    try {
      return new ZoneClock(event.time_zone ?? 'UTC');
    } catch (error) {
      if (error instanceof RangeError) return new ZoneClock('UTC');
      throw error;
    }
  }

  /** How far ahead of UTC the clocks are, in milliseconds. */
  offsetAt(instantMs: number): number {
    return this.#stretchOf(instantMs).offsetMs;
  }

  wallClockAt(instantMs: number): WallClock {
    const offsetMs = this.offsetAt(instantMs);
    const local = new Date(Math.floor(instantMs) + offsetMs);
    const fold = this.#foldOf(instantMs);
    return {
      date: dateText(local),
      hour: local.getUTCHours(),
      minute: local.getUTCMinutes(),
      second: local.getUTCSeconds(),
      offset: offsetText(offsetMs),
      ...(fold !== undefined && { fold }),
    };
  }

  /** The calendar date, `2026-03-29`. */
  dateAt(instantMs: number): string {
    return dateText(new Date(Math.floor(instantMs) + this.offsetAt(instantMs)));
  }

  /** Minutes since midnight as the clocks show them, with a fraction for seconds. */
  minuteOfDayAt(instantMs: number): number {
    const localMs = instantMs + this.offsetAt(instantMs);
    return (((localMs / MINUTE_MS) % 1440) + 1440) % 1440;
  }

  /**
   * The instant at which the clocks show so many minutes after midnight of that date (more than 1,440 are the next day's). A time that the clocks
   * skip is taken after the gap, one that they show twice the first time.
   */
  instantOf(date: string, minutes: number): number {
    return Temporal.PlainDate.from(date).toPlainDateTime().add({ minutes }).toZonedDateTime(this.zone)
      .epochMilliseconds;
  }

  /** RFC 3339 with the zone's offset; fractions of a second only where there are any. */
  dateTimeAt(instantMs: number): string {
    const wholeMs = Math.round(instantMs);
    // RFC 3339 has no seconds in an offset; some zones had, until about 1930. The instant is kept.
    const offsetMs = Math.round(this.offsetAt(wholeMs) / MINUTE_MS) * MINUTE_MS;
    const local = new Date(wholeMs + offsetMs).toISOString();
    return `${local.slice(0, 19)}${wholeMs % 1000 === 0 ? '' : local.slice(19, 23)}${offsetText(offsetMs)}`;
  }

  /** When the clocks are changed within the span, its begin and end excluded. */
  changesWithin({ startMs, endMs }: Span): ClockChange[] {
    const changes: ClockChange[] = [];
    let before = this.#stretchOf(startMs);
    while (before.endMs < endMs) {
      const after = this.#stretchOf(before.endMs);
      changes.push({ atMs: before.endMs, beforeMs: before.offsetMs, afterMs: after.offsetMs });
      before = after;
    }
    return changes;
  }

  /** Whether the clocks show the same wall time twice, and if so, which time this is. */
  #foldOf(instantMs: number): 'first' | 'second' | undefined {
    const { startMs, endMs, offsetMs } = this.#stretchOf(instantMs);
    const offsetAt = (atMs: number): number => (Number.isFinite(atMs) ? this.offsetAt(atMs) : offsetMs);
    if (instantMs >= endMs - (offsetMs - offsetAt(endMs))) return 'first';
    return instantMs < startMs + (offsetAt(startMs - 1) - offsetMs) ? 'second' : undefined;
  }

  #stretchOf(instantMs: number): OffsetSpan {
    const known = this.#spans.find(({ startMs, endMs }) => startMs <= instantMs && instantMs < endMs);
    if (known !== undefined) return known;
    const span = this.#spanAt(instantMs);
    this.#spans.push(span);
    return span;
  }

  #spanAt(instantMs: number): OffsetSpan {
    const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(instantMs)).toZonedDateTimeISO(this.zone);
    // 'previous' is the change before an instant, not the one at it.
    const start = at.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
    const end = at.getTimeZoneTransition('next');
    return {
      startMs: start?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
      endMs: end?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
      offsetMs: at.offsetNanoseconds / 1e6,
    };
  }
}

function dateText(local: Date): string {
  return local.toISOString().slice(0, -14);
}

function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetMs < 0 ? '-' : '+'}${hour}:${minute}`;
}
