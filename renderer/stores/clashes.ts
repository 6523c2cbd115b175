import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { z } from 'zod/mini';

import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import type { BusyPlaces } from '../../shared/schedule/busy-places.ts';
import { ClashIndex } from '../../shared/schedule/clash-index.ts';
import { clashSettings, type ClashSettings } from '../../shared/schedule/clash-settings.ts';
import type { Clash } from '../../shared/schedule/clash.ts';
import type { ScheduledSession, Span } from '../../shared/schedule/scheduled-session.ts';
import { useDays } from './days.ts';
import { useEvent, type SessionsChange } from './event.ts';
import { useSavedSetting } from './saved-setting.ts';

const acknowledgements = z.object({ acknowledged: z.array(z.string()) });

/** As many keys as surely fit into one setting. */
const MAX_ACKNOWLEDGED = 1_000;

/**
 * The clashes of the event looked at, kept up with every change of its sessions, its rooms and its rules; and which of them a person has
 * acknowledged. What reads `all`, `open`, `of`, `openOf` or `severityOf` is called again when any clash comes or goes.
 */
export const useClashes = defineStore('clashes', () => {
  const event = useEvent();
  const days = useDays();

  const eventName = (): string => `${event.tenantId}/${event.event?.id ?? ''}`;
  const { value: settings, save: saveSettings } = useSavedSetting<ClashSettings>(
    () => `clash-rules/${eventName()}`,
    (saved) => {
      const known = clashSettings.safeParse(saved ?? {});
      return known.success ? known.data : clashSettings.parse({});
    },
  );
  const { value: kept, save: saveKept } = useSavedSetting<z.infer<typeof acknowledgements>>(
    () => `clashes/${eventName()}`,
    (saved) => {
      const known = acknowledgements.safeParse(saved);
      return known.success ? known.data : { acknowledged: [] };
    },
  );
  const acknowledged = computed<ReadonlySet<string>>(() => new Set(kept.value.acknowledged));

  let index: ClashIndex;
  const version = shallowRef(0);

  function rebuild(): void {
    const context = {
      settings: settings.value,
      eventSpan: days.days.eventSpan,
      rooms: event.catalog.rooms.values(),
    };
    index = new ClashIndex(context);
    index.update(event.sessions.values());
    version.value += 1;
  }

  function take({ changed, removed, reset }: SessionsChange): void {
    if (reset) {
      rebuild();
      return;
    }
    const { came, gone } = index.update(changed, removed);
    if (came.length + gone.length > 0) version.value += 1;
  }

  rebuild();
  event.onChange(take);
  watch([settings, () => days.days, () => event.catalog.rooms], rebuild, { flush: 'sync' });

  const all = computed<readonly Clash[]>(() => {
    void version.value;
    return [...index.all()];
  });
  const open = computed(() => all.value.filter(({ key }) => !acknowledged.value.has(key)));

  function of(sessionId: string): readonly Clash[] {
    void version.value;
    return index.of(sessionId);
  }

  function openOf(sessionId: string): readonly Clash[] {
    return of(sessionId).filter(({ key }) => !acknowledged.value.has(key));
  }

  async function saveAcknowledged(keys: ReadonlySet<string>): Promise<void> {
    // What no clash bears any more may go: it is kept only so long as not everything is here to be sure.
    const borne = new Set(all.value.map(({ key }) => key));
    const known = event.stage === 'complete' ? [...keys].filter((key) => borne.has(key)) : [...keys];
    await saveKept({ acknowledged: known.slice(-MAX_ACKNOWLEDGED) });
  }

  /** What would be wrong with the event if these sessions stood so, and is not now. */
  function broughtBy(sessions: readonly ScheduledSession[]): Clash[] {
    const before = sessions.flatMap(({ id }) => event.sessions.get(id) ?? []);
    const made = sessions.filter(({ id }) => !event.sessions.has(id)).map(({ id }) => id);
    const known = new Set(before.flatMap(({ id }) => index.of(id).map(matterOf)));
    const { came } = index.update(sessions);
    index.update(before, made);
    return came.filter((clash) => !known.has(matterOf(clash)));
  }

  return {
    settings,
    saveSettings: async (changes: Partial<ClashSettings>): Promise<void> =>
      await saveSettings({ ...settings.value, ...changes }),

    /** Every clash, also those acknowledged. */
    all,
    /** Those that nobody has acknowledged. */
    open,
    acknowledgedKeys: acknowledged,
    of,
    openOf,
    /** How bad it is: that of the worst open clash of the session. */
    severityOf(sessionId: string): Clash['severity'] | undefined {
      const clashes = openOf(sessionId);
      if (clashes.length === 0) return undefined;
      return clashes.some(({ severity }) => severity === 'block') ? 'block' : 'warn';
    },
    async acknowledge(key: string): Promise<void> {
      await saveAcknowledged(new Set(acknowledged.value).add(key));
    },
    async takeBack(key: string): Promise<void> {
      await saveAcknowledged(new Set([...acknowledged.value].filter((other) => other !== key)));
    },

    /** The clashes that a session would have a part in if it stood so, also those that it has already. */
    candidate(session: ScheduledSession): Clash[] {
      return index.candidate(session);
    },
    broughtBy,
    /**
     * Of what these sessions would bring if they stood so, what the rules forbid: whoever would save them so must not. What is wrong already,
     * between the same sessions and by the same rule, may be changed: else a clash could not be mended step by step.
     */
    forbiddenBy(sessions: readonly SessionSummary[]): Clash[] {
      return broughtBy(sessions).filter(({ severity }) => severity === 'block');
    },
    /** See `ClashIndex.busyPlaces`. */
    busyPlaces(session: ScheduledSession, window: Span, roomIds: readonly string[]): BusyPlaces {
      return index.busyPlaces(session, window, roomIds);
    },
  };
});

/** What a clash is about, whatever the times. */
function matterOf(clash: Clash): string {
  return JSON.stringify([clash.rule, clash.sessionIds]);
}
