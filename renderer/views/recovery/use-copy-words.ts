import { useIntervalFn } from '@vueuse/core';
import { computed, shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';

import type { KeptCopy } from '../../../shared/rpc/messages.ts';
import { usePreferences } from '../../stores/preferences.ts';

const MINUTE_MS = 60_000;

const STEPS = [
  { unit: 'day', ms: 24 * 60 * MINUTE_MS },
  { unit: 'hour', ms: 60 * MINUTE_MS },
  { unit: 'minute', ms: MINUTE_MS },
] as const;

/** What is told of a copy. A copy holds every event: its time is this machine's, not an event's. */
export function useCopyWords() {
  const { t, locale: language } = useI18n();
  const preferences = usePreferences();
  /** The reader's own variety of the language, as for all other times. */
  const locale = computed(() => navigator.languages.find((tag) => tag.startsWith(language.value)) ?? language.value);
  const nowMs = shallowRef(Date.now());
  useIntervalFn(() => (nowMs.value = Date.now()), MINUTE_MS);

  /** Such as "Monday, 24 November 2026 at 10:05". */
  const timeOf = ({ at }: Pick<KeptCopy, 'at'>): string => {
    const { timeFormat } = preferences.current;
    const hours = timeFormat === 'system' ? {} : ({ hourCycle: timeFormat === '12' ? 'h12' : 'h23' } as const);
    const format = new Intl.DateTimeFormat(locale.value, { dateStyle: 'full', timeStyle: 'short', ...hours });
    return format.format(Date.parse(at));
  };

  return {
    timeOf,
    /** Such as "2 hours ago". */
    ageOf({ at }: Pick<KeptCopy, 'at'>): string {
      const elapsedMs = Math.max(0, nowMs.value - Date.parse(at));
      const { unit, ms } = STEPS.find((step) => elapsedMs >= step.ms) ?? STEPS[2];
      const format = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' });
      return format.format(-Math.floor(elapsedMs / ms), unit);
    },
    /** Such as "1.4 MB". */
    sizeOf({ sizeBytes }: Pick<KeptCopy, 'sizeBytes'>): string {
      const options = { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 } as const;
      return new Intl.NumberFormat(locale.value, options).format(sizeBytes / 1_000_000);
    },
    /** What it is, with its time. */
    nameOf: (copy: KeptCopy): string => t(`recovery.names.${copy.kind}`, { time: timeOf(copy) }),
  };
}
