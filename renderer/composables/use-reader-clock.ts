import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

import { isOfLanguage } from '../i18n/i18n.ts';
import { usePreferences } from '../stores/preferences.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a hundred times what using it costs. */
export function formatterFor(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formatters.set(key, made);
  return made;
}

/** How the reader writes dates and times, whatever is told of: by their variety of the language, and by the clock that they prefer. */
export function useReaderClock() {
  const { locale: language } = useI18n();
  const preferences = usePreferences();

  /** The reader's own variety of the language, such as British English: it decides how dates and times are written. */
  const locale = computed(() => navigator.languages.find((tag) => isOfLanguage(tag, language.value)) ?? language.value);
  const hourCycle = computed(() => {
    const { timeFormat } = preferences.current;
    const own = formatterFor(locale.value, { hour: 'numeric' }).resolvedOptions().hourCycle;
    return timeFormat === 'system' ? own : timeFormat === '12' ? 'h12' : 'h23';
  });
  return {
    locale,
    hourCycle,
    /** Of hours, minutes and, where the clock has twelve hours, which half of the day: those are written without a zero before them. */
    clockTime: computed<Intl.DateTimeFormatOptions>(() => ({
      hour: hourCycle.value === 'h12' || hourCycle.value === 'h11' ? 'numeric' : '2-digit',
      minute: '2-digit',
      ...(hourCycle.value === undefined ? {} : { hourCycle: hourCycle.value }),
    })),
  };
}
