import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';

import type { SyncStatus } from '../../shared/rpc/sync-messages.ts';
import { useHost } from '../host/bridge-key.ts';
import { useEvent } from './event.ts';

/** How the event looked at stands with its headquarters. */
export const useSync = defineStore('sync', () => {
  const { follow } = useHost();
  const event = useEvent();

  /** Null where there is no headquarters, undefined as long as it is not known. */
  const status = shallowRef<SyncStatus | null>();

  let stop: (() => void) | undefined;
  watch(
    () => event.tenantId,
    (tenantId) => {
      stop?.();
      stop = undefined;
      status.value = undefined;
      if (tenantId === '') return;
      stop = follow((bridge, signal) => bridge.sync.watch({ tenantId }, { signal }), {
        onMessage: (message) => (status.value = message),
      });
    },
    { immediate: true },
  );

  return {
    status,
    /** How many things a person must decide. */
    needsYou: computed(() => {
      const { refused = 0, conflicts = 0, held = 0, brake = [] } = status.value ?? {};
      return refused + conflicts + held + brake.length;
    }),
  };
});
