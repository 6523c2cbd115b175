import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { z } from 'zod/mini';

import type { EventDifferences } from '../../shared/contract/session-difference.ts';
import { useHost } from '../host/bridge-key.ts';
import { useDays } from './days.ts';
import { useEdit } from './edit.ts';
import { useEvent } from './event.ts';
import { useSavedSetting } from './saved-setting.ts';

/** What can be printed. */
export const printKinds = ['day', 'doors', 'speakers', 'changes'] as const;

export type PrintKind = (typeof printKinds)[number];

/** When each was last printed, in milliseconds since the Unix epoch. */
const savedPrints = z.partialRecord(z.enum(printKinds), z.number());

export type LastPrints = z.infer<typeof savedPrints>;

/** Since when changes are told: by the clocks of the event, since something was printed, or a time that a person says. */
export type Moment = 'today' | 'yesterday' | PrintKind | 'other';

/** How long edits may rest before changes are asked for anew, in milliseconds. */
const PAUSE_MS = 500;

/** What of the event looked at is printed, chosen for as long as the window lives, and when it last was, which is kept. */
export const usePrinting = defineStore('printing', () => {
  const { bridge } = useHost();
  const event = useEvent();
  const days = useDays();
  const edit = useEdit();

  const kind = shallowRef<PrintKind>('day');
  /** None chosen means all. */
  const dates = shallowRef<readonly string[]>([]);
  const roomIds = shallowRef<readonly string[]>([]);
  const chosenMoment = shallowRef<Moment>();
  const otherMs = shallowRef<number>();
  const name = (): string => `printed/${event.tenantId}/${event.event?.id ?? ''}`;
  const { value: lastPrints, save: saveLastPrints } = useSavedSetting<LastPrints>(
    name,
    (saved) => savedPrints.safeParse(saved ?? {}).data ?? {},
  );
  /** Undefined until they are known. */
  const differences = shallowRef<EventDifferences>();

  watch(name, () => {
    dates.value = [];
    roomIds.value = [];
    chosenMoment.value = undefined;
    otherMs.value = undefined;
  });

  /** Since the schedule was last printed, if it was; else since this morning. */
  const moment = computed<Moment>(() => {
    if (chosenMoment.value !== undefined) return chosenMoment.value;
    const { day = 0, doors = 0 } = lastPrints.value;
    return day === 0 && doors === 0 ? 'today' : day >= doors ? 'day' : 'doors';
  });
  const sinceMs = computed<number | undefined>(() => {
    const { clock } = days;
    const today = clock.dateAt(Date.now());
    switch (moment.value) {
      case 'today':
        return clock.instantOf(today, 0);
      case 'yesterday':
        return clock.instantOf(clock.dateAt(clock.instantOf(today, 0) - 1), 0);
      case 'other':
        return otherMs.value;
      default:
        return lastPrints.value[moment.value];
    }
  });

  const isAsked = shallowRef(false);
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function askForChanges(): Promise<void> {
    const mine = (turn += 1);
    const { tenantId, event: current } = event;
    const since = sinceMs.value;
    if (current === undefined || since === undefined) {
      differences.value = undefined;
      return;
    }
    try {
      const known = await edit.perform(
        async () => await bridge.event.changesSince({ tenantId, eventId: current.id, sinceMs: since }),
      );
      if (mine === turn) differences.value = known;
    } catch {
      // Told in a notice.
    }
  }

  watch([isAsked, kind, sinceMs, name], () => {
    turn += 1;
    differences.value = undefined;
    if (isAsked.value && kind.value === 'changes') void askForChanges();
  });
  event.onChange(() => {
    if (!isAsked.value || kind.value !== 'changes') return;
    clearTimeout(timer);
    timer = setTimeout(() => void askForChanges(), PAUSE_MS);
  });

  return {
    kind,
    dates,
    roomIds,
    moment,
    chosenMoment,
    otherMs,
    sinceMs,
    lastPrints,
    differences,
    /** Whether somebody looks at what would be printed. */
    isAsked,
    /** Notes that what is chosen was printed now. */
    async notePrinted(): Promise<void> {
      await saveLastPrints({ ...lastPrints.value, [kind.value]: Date.now() });
    },
  };
});
