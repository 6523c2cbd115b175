import { computed } from 'vue';

import type { Span } from '../../shared/schedule/scheduled-session.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';
import { useEvent } from '../stores/event.ts';
import { formatterFor, useReaderClock } from './use-reader-clock.ts';

const DAY_MS = 86_400_000;

/** Dates and times as they are shown: in the event's zone, by language and preference. Instants are milliseconds since the Unix epoch. */
export function useTimes() {
  const { locale, clockTime } = useReaderClock();
  const event = useEvent();

  const clock = computed(() => ZoneClock.ofEvent(event.event ?? {}));

  /** The years of the event: a date without its year is one of those. */
  const ownYears = computed(() => {
    const { start_date: start, end_date: end = start } = event.event ?? {};
    if (start === undefined || end === undefined) return { fromMs: Number.NEGATIVE_INFINITY, toMs: Infinity };
    const beginOf = (year: number): number => clock.value.instantOf(`${String(year).padStart(4, '0')}-01-01`, 0);
    return { fromMs: beginOf(Number(start.slice(0, 4))), toMs: beginOf(Number(end.slice(0, 4)) + 1) };
  });
  const date = (instantMs: number): Intl.DateTimeFormatOptions => ({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(instantMs < ownYears.value.fromMs || instantMs >= ownYears.value.toMs ? { year: 'numeric' } : {}),
  });

  const format = (instantMs: number, options: Intl.DateTimeFormatOptions): string =>
    formatterFor(locale.value, { timeZone: clock.value.zone, ...options }).format(instantMs);

  return {
    clock,
    /** Such as `Europe/Brussels`. */
    zone: computed(() => clock.value.zone),
    /** `09:30` */
    time: (instantMs: number): string => format(instantMs, clockTime.value),
    /** `09:30–10:20`, however the language writes it; with the days where it lasts for one or longer. */
    timeRange({ startMs, endMs }: Span): string {
      const isShort = endMs - startMs < DAY_MS;
      const from = isShort ? {} : date(startMs);
      const written = formatterFor(locale.value, { timeZone: clock.value.zone, ...from, ...clockTime.value });
      // A night is told by its clocks alone: the formatter would write both dates in full.
      return isShort && clock.value.dateAt(startMs) !== clock.value.dateAt(endMs)
        ? `${written.format(startMs)}–${written.format(endMs)}`
        : written.formatRange(startMs, endMs);
    },
    /** `22:00 – 01:00`: the clocks alone, also where midnight is between them. */
    hours: ({ startMs, endMs }: Span): string =>
      `${format(startMs, clockTime.value)} – ${format(endMs, clockTime.value)}`,
    /** The short name that the zone has at an instant, such as `CET`. */
    zoneAt(instantMs: number): string {
      const format = formatterFor(locale.value, { timeZone: clock.value.zone, timeZoneName: 'short' });
      return format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')?.value ?? clock.value.zone;
    },
    /** `Sat 1 Feb`, and its year where the event is not in it. */
    day: (instantMs: number): string => format(instantMs, date(instantMs)),
    /** `Saturday, 1 February 2025` */
    fullDay: (instantMs: number): string =>
      format(instantMs, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    /** `Sat 1 Feb, 09:30`, and its year where the event is not in it. */
    dateTime: (instantMs: number): string => format(instantMs, { ...date(instantMs), ...clockTime.value }),
    /** `1 h 30 min`, in the language's own units. */
    length(minutes: number): string {
      const parts: [number, 'hour' | 'minute'][] = [
        [Math.floor(minutes / 60), 'hour'],
        [Math.round(minutes % 60), 'minute'],
      ];
      const shown = parts.filter(([count]) => count > 0);
      return (shown.length === 0 ? parts.slice(1) : shown)
        .map(([count, unit]) => new Intl.NumberFormat(locale.value, { style: 'unit', unit }).format(count))
        .join(' ');
    },
  };
}
