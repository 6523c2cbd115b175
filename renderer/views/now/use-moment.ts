import { useEventListener } from '@vueuse/core';
import { computed, onScopeDispose, shallowRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

import { useDays } from '../../stores/days.ts';
import { readMoment, writeMoment } from './moment.ts';

/** How often the clock is read, in milliseconds, at whole multiples: so the minute changes when it does on every other clock. */
const TICK_MS = 5_000;

/** The moment that the screen shows: now, moving on by itself, or the one that the address names (`?at=2026-09-18T10:30`), which stands still. */
export function useMoment() {
  const route = useRoute();
  const router = useRouter();
  const days = useDays();

  const liveMs = shallowRef(Date.now());
  let timer: ReturnType<typeof setTimeout>;
  const tick = (): void => {
    clearTimeout(timer);
    liveMs.value = Date.now();
    timer = setTimeout(tick, TICK_MS - (liveMs.value % TICK_MS));
  };
  tick();
  onScopeDispose(() => clearTimeout(timer));
  // Timers of a window that is not seen, or of a laptop that slept, come late.
  useEventListener(document, 'visibilitychange', tick);

  const lookedAtMs = computed(() => readMoment(route.query['at'], days.clock));
  const nowMs = computed(() => lookedAtMs.value ?? liveMs.value);

  return {
    nowMs,
    isLive: computed(() => lookedAtMs.value === undefined),
    day: computed(() => days.days.at(nowMs.value)),
    lookAt: async (instantMs: number): Promise<void> =>
      void (await router.replace({ query: { ...route.query, at: writeMoment(instantMs, days.clock) } })),
    backToNow: async (): Promise<void> => {
      const { at: _, ...query } = route.query;
      await router.replace({ query });
    },
  };
}
