import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

import type { Span } from '../../shared/schedule/scheduled-session.ts';
import { useDays } from '../stores/days.ts';
import { usePreferences } from '../stores/preferences.ts';

/**
 * Times and dates of the event, in its zone, as the reader's language and settings write them. Instants are milliseconds since the Unix epoch; all
 * functions are reactive to language, time format and zone.
 */
export function useTimes() {
  const { locale } = useI18n();
  const preferences = usePreferences();
  const days = useDays();

  const formats = computed(() => {
    // The reader's own variety of the language, such as British English, says how dates are written.
    const locales = navigator.languages.filter((tag) => tag.startsWith(locale.value));
    const timeZone = days.clock.zone;
    const { timeFormat } = preferences.current;
    const hourCycle = timeFormat === '12' ? 'h12' : timeFormat === '24' ? 'h23' : undefined;
    const make = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
      new Intl.DateTimeFormat([...locales, locale.value], {
        timeZone,
        ...(hourCycle !== undefined && options.hour !== undefined && { hourCycle }),
        ...options,
      });
    return {
      time: make({ hour: 'numeric', minute: '2-digit' }),
      day: make({ weekday: 'short', day: 'numeric', month: 'short' }),
      longDay: make({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
      dateTime: make({ weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }),
      zone: make({ timeZoneName: 'short' }),
    };
  });

  /** The short name that the zone has at an instant, such as `CET`. */
  function zoneAt(instantMs: number): string {
    const part = formats.value.zone.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName');
    return part?.value ?? days.clock.zone;
  }

  return {
    /** The zone's name, such as `Europe/Brussels`. */
    zone: computed(() => days.clock.zone),
    zoneAt,
    time: (instantMs: number): string => formats.value.time.format(instantMs),
    timeRange: ({ startMs, endMs }: Span): string => formats.value.time.formatRange(startMs, endMs),
    day: (instantMs: number): string => formats.value.day.format(instantMs),
    longDay: (instantMs: number): string => formats.value.longDay.format(instantMs),
    dateTime: (instantMs: number): string => formats.value.dateTime.format(instantMs),
  };
}
