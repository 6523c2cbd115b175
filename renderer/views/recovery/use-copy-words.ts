import { useIntervalFn } from '@vueuse/core';
import { shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';

import type { KeptCopy } from '../../../shared/rpc/messages.ts';
import { useReaderClock } from '../../composables/use-reader-clock.ts';

const MINUTE_MS = 60_000;

const STEPS = [
  { unit: 'day', ms: 24 * 60 * MINUTE_MS },
  { unit: 'hour', ms: 60 * MINUTE_MS },
  { unit: 'minute', ms: MINUTE_MS },
] as const;

/** What is told of a copy. A copy holds every event: its time is this machine's, not an event's. */
export function useCopyWords() {
  const { t } = useI18n();
  const { locale, hourCycle } = useReaderClock();
  const nowMs = shallowRef(Date.now());
  useIntervalFn(() => (nowMs.value = Date.now()), MINUTE_MS);

  /** Such as "Monday, 24 November 2026 at 10:05". */
  const timeOf = ({ at }: Pick<KeptCopy, 'at'>): string => {
    const hours = hourCycle.value === undefined ? {} : { hourCycle: hourCycle.value };
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
