import { defineStore } from 'pinia';
import { computed, shallowRef, watch, type ShallowRef } from 'vue';

import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { dayChangeFor, ScheduleDays, type ScheduleDay } from '../../shared/schedule/schedule-days.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';
import { useEvent, type SessionsChange } from './event.ts';
import { SessionDays } from './session-days.ts';

/**
 * The days of the event looked at, in its time zone, and which sessions run on each. When the days change (at four in the morning or at another
 * hour that fits the event better) is decided once, when all of its sessions are here: a board must not jump while it is worked on.
 */
export const useDays = defineStore('days', () => {
  const event = useEvent();

  const zone = computed(() => event.event?.time_zone);
  const clock = computed(() => ZoneClock.ofEvent({ time_zone: zone.value }));
  const dayChange = shallowRef<number>();
  const firstDate = computed(() => event.event?.start_date);
  const lastDate = computed(() => event.event?.end_date);
  const days = computed(
    () =>
      new ScheduleDays(
        { time_zone: zone.value, start_date: firstDate.value, end_date: lastDate.value },
        clock.value,
        dayChange.value,
      ),
  );

  let index = new SessionDays(days.value);
  // Held here, too: to read the event's own would tie whoever draws one day to the changes of all.
  let held: ReadonlyMap<string, SessionSummary> = event.sessions;
  const listVersion = shallowRef(0);
  const trayVersion = shallowRef(0);
  /** By date, a count of its changes: who draws a day is called when that day changes, and for no other. */
  const versions = new Map<string, ShallowRef<number>>();
  function versionOf(date: string): ShallowRef<number> {
    let version = versions.get(date);
    if (version === undefined) versions.set(date, (version = shallowRef(0)));
    return version;
  }

  function rebuild(): void {
    index = new SessionDays(days.value);
    held = event.sessions;
    index.update(held.values());
    for (const version of versions.values()) version.value += 1;
    listVersion.value += 1;
    trayVersion.value += 1;
  }

  function take({ changed, removed, reset }: SessionsChange): void {
    if (reset) {
      dayChange.value = undefined;
      rebuild();
      return;
    }
    const touched = index.update(changed, removed);
    for (const date of touched.dates) versionOf(date).value += 1;
    if (touched.isListChanged) listVersion.value += 1;
    if (touched.isTrayChanged) trayVersion.value += 1;
  }

  rebuild();
  event.onChange(take);
  watch(days, rebuild, { flush: 'sync' });
  watch(
    () => event.stage === 'complete',
    (isComplete) => {
      if (isComplete) dayChange.value = dayChangeFor(held.values(), clock.value);
    },
    { immediate: true, flush: 'sync' },
  );

  const list = computed<readonly ScheduleDay[]>(() => {
    void listVersion.value;
    return index.list();
  });
  const chosenDate = shallowRef<string>();

  // However many sessions an event has, those of the day that is seen first come first.
  event.wantFirst((opened) => {
    const asked = new ScheduleDays(opened, ZoneClock.ofEvent(opened));
    const own = asked.list([]);
    const day = own.find(({ date }) => date === asked.at(Date.now()).date) ?? own[0];
    return day && { fromMs: day.startMs, toMs: day.endMs };
  });

  /** The day looked at: the one chosen, as long as it is there; else today, else the first. */
  const current = computed<ScheduleDay | undefined>(() => {
    const today = days.value.at(Date.now()).date;
    return (
      list.value.find(({ date }) => date === chosenDate.value) ??
      list.value.find(({ date }) => date === today) ??
      list.value[0]
    );
  });

  function listOf(ids: Iterable<string>): SessionSummary[] {
    return Array.from(ids, (id) => held.get(id)!);
  }

  return {
    clock,
    days,
    list,
    current,
    choose(date: string): void {
      chosenDate.value = date;
    },
    /** The date of the day on which a session begins; undefined for one without a time. */
    dateOf: (id: string): string | undefined => index.dateOf(id),
    /** The sessions that run on the day, in no order; whoever reads it is called again when one of them changes. */
    sessionsOn(date: string): SessionSummary[] {
      void versionOf(date).value;
      return listOf(index.idsOn(date));
    },
    /** The sessions that lack a time or a room; likewise. */
    unscheduled: computed(() => {
      void trayVersion.value;
      return listOf(index.unscheduled);
    }),
  };
});
