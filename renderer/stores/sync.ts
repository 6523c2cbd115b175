import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';

import type { SyncStatus } from '../../shared/rpc/sync-messages.ts';
import { useHost } from '../host/bridge-key.ts';
import { useEvent } from './event.ts';
import { useWorkspace } from './workspace.ts';

/** How the event looked at stands with its headquarters. */
export const useSync = defineStore('sync', () => {
  const { follow } = useHost();
  const event = useEvent();
  const workspace = useWorkspace();

  /** Of the events of its tenant that have a headquarters. */
  const told = shallowRef<SyncStatus | null>();
  /** Null where there is no headquarters, undefined as long as it is not known. Of one event, another's headquarters tells nothing. */
  const status = computed(() =>
    told.value !== undefined && workspace.current?.upstream === undefined ? null : told.value,
  );

  let stop: (() => void) | undefined;
  watch(
    () => event.tenantId,
    (tenantId) => {
      stop?.();
      stop = undefined;
      told.value = undefined;
      if (tenantId === '') return;
      stop = follow((bridge, signal) => bridge.sync.watch({ tenantId }, { signal }), {
        onMessage: (message) => (told.value = message),
      });
    },
    { immediate: true },
  );

  return {
    status,
    /** Whether headquarters' sessions were not read since Offstage started. */
    isFirstFetch: computed(() => status.value != null && status.value.last_pull_at === undefined),
    /** How many things a person must decide. */
    needsYou: computed(() => {
      const { refused = 0, conflicts = 0, held = 0, brake = [] } = status.value ?? {};
      return refused + conflicts + held + brake.length;
    }),
  };
});
