import { watchDebounced } from '@vueuse/core';
import { computed, shallowRef } from 'vue';

import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { useHost } from '../host/bridge-key.ts';
import { useEvent } from '../stores/event.ts';

/** After a change of the sessions the engine is asked again, in milliseconds. */
const PAUSE_MS = 500;

/** The event's sessions by the custom fields that they have a value of: summaries do not hold them, so the engine is asked while this is looked at. */
export function useCustomFieldUses(isWanted: () => boolean) {
  const { bridge, state } = useHost();
  const event = useEvent();
  const told = shallowRef<Readonly<Record<string, readonly string[]>>>({});

  let turn = 0;
  async function ask(): Promise<void> {
    if (!isWanted() || event.event === undefined) return;
    const mine = (turn += 1);
    try {
      const uses = await bridge.event.customFieldUses({ tenantId: event.tenantId, eventId: event.event.id });
      if (mine === turn) told.value = uses;
    } catch {
      // The frame tells that the engine is away; its return asks again.
    }
  }
  watchDebounced([() => event.sessions, () => event.sessions.size, isWanted, state], ask, {
    debounce: PAUSE_MS,
    maxWait: 2 * PAUSE_MS,
  });
  void ask();

  return computed<ReadonlyMap<string, SessionSummary[]>>(
    () =>
      new Map(
        Object.entries(told.value).map(([id, sessions]) => [
          id,
          sessions.flatMap((session) => event.sessions.get(session) ?? []),
        ]),
      ),
  );
}
