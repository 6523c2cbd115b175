import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';

import type { CatalogKind } from '../../shared/catalog/catalog.ts';
import type { SyncLogEntry } from '../../shared/rpc/messages.ts';
import type {
  KeptSession,
  PendingSession,
  RefusedSession,
  Resolution,
  SessionConflict,
} from '../../shared/rpc/sync-messages.ts';
import { useHost } from '../host/bridge-key.ts';
import { useEdit } from './edit.ts';
import { useEvent } from './event.ts';
import { useSync } from './sync.ts';

/** Everything that is open with headquarters, for a person to look through. It is read anew whenever the status changes. */
export interface OpenWithHeadquarters {
  pending: readonly PendingSession[];
  refused: readonly RefusedSession[];
  conflicts: readonly SessionConflict[];
  /** Kept here though headquarters has them no more. */
  kept: readonly KeptSession[];
  log: readonly SyncLogEntry[];
}

const NOTHING: OpenWithHeadquarters = { pending: [], refused: [], conflicts: [], kept: [], log: [] };

/** What waits, what was refused and what was changed on both sides, and how a person settles it. */
export const useSyncReview = defineStore('sync-review', () => {
  const { bridge } = useHost();
  const event = useEvent();
  const sync = useSync();
  const edit = useEdit();

  const open = shallowRef<OpenWithHeadquarters>();
  let asked = 0;

  async function read(): Promise<void> {
    const ask = { tenantId: event.tenantId };
    const own = (asked += 1);
    if (ask.tenantId === '' || sync.status === null || sync.status === undefined) {
      open.value = sync.status === null ? NOTHING : undefined;
      return;
    }
    const [pending, refused, conflicts, kept, log] = await Promise.all([
      bridge.sync.pending(ask),
      bridge.sync.refused(ask),
      bridge.sync.conflicts(ask),
      bridge.sync.kept(ask),
      bridge.sync.log(ask),
    ]);
    // An answer that was overtaken by a later question tells of the past.
    if (own === asked) open.value = { pending, refused, conflicts, kept, log: log.toReversed() };
  }

  // What fails here fails because the engine is away: the status comes again when it is back, and asks again.
  watch([() => event.tenantId, () => sync.status], () => void read().catch(() => {}), { immediate: true });

  /** Runs a call about the tenant looked at, and reads anew; what fails is told in a notice. */
  async function settle(call: (tenantId: string) => Promise<unknown>): Promise<void> {
    await edit.perform(async () => await call(event.tenantId)).catch(() => {});
    await read();
  }

  return {
    open: computed(() => open.value),
    syncNow: async () => await settle(async (tenantId) => await bridge.sync.run({ tenantId })),
    pause: async () => await settle(async (tenantId) => await bridge.sync.pause({ tenantId })),
    resume: async () => await settle(async (tenantId) => await bridge.sync.resume({ tenantId })),
    cancel: async () => await settle(async (tenantId) => await bridge.sync.cancel({ tenantId })),
    retry: async (id?: string) =>
      await settle(async (tenantId) => await bridge.sync.retry(id === undefined ? { tenantId } : { tenantId, id })),
    discard: async (id: string) => await settle(async (tenantId) => await bridge.sync.discard({ tenantId, id })),
    /** Lets what came out of a backup be sent: one session's change, or all. */
    release: async (id?: string) =>
      await settle(async (tenantId) => await bridge.sync.release(id === undefined ? { tenantId } : { tenantId, id })),
    /** Sends what is kept here alone as a new session, or removes it here: one, or all. */
    settleKept: async (action: 'send' | 'remove', id?: string) =>
      await settle(
        async (tenantId) => await bridge.sync.settleKept({ tenantId, action, ...(id === undefined ? {} : { id }) }),
      ),
    /** Without `to`, the reference is left out. */
    replaceReference: async (kind: CatalogKind, from: string, to?: string) =>
      await settle(
        async (tenantId) =>
          await bridge.sync.replaceReference({ tenantId, kind, from, ...(to === undefined ? {} : { to }) }),
      ),
    resolve: async (id: string, resolution: Resolution) =>
      await settle(async (tenantId) => await bridge.sync.resolve({ tenantId, id, resolution })),
    answerBrake: async (action: 'apply' | 'keep', eventId: string) =>
      await settle(async (tenantId) => await bridge.sync.brake({ tenantId, action, eventId })),
  };
});
