import { computed, shallowRef, toValue, watch, type ComputedRef, type MaybeRefOrGetter } from 'vue';

import type { FieldConflict, PendingSession, RefusedSession, Resolution } from '../../../shared/rpc/sync-messages.ts';
import { useHost } from '../../host/bridge-key.ts';
import { useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';

/** How a session stands with its headquarters, field by field. */
export interface SyncNotes {
  /** What waits to be sent; undefined where nothing does. */
  readonly waiting: PendingSession | undefined;
  readonly refused: RefusedSession | undefined;
  readonly conflicts: readonly FieldConflict[];
  /** Where it was deleted, if one side deleted what the other edited. */
  readonly deleted: 'here' | 'at headquarters' | undefined;
}

const settled: SyncNotes = { waiting: undefined, refused: undefined, conflicts: [], deleted: undefined };

/** What the engine tells of a session's way to headquarters, read again whenever the session changes. */
export function useSyncNotes(id: MaybeRefOrGetter<string | undefined>) {
  const { bridge } = useHost();
  const event = useEvent();
  const edit = useEdit();
  const notes = shallowRef<SyncNotes>(settled);

  const summary = computed(() => event.sessions.get(toValue(id) ?? ''));
  let asked = 0;
  watch(summary, read, { immediate: true });

  async function read(): Promise<void> {
    const turn = (asked += 1);
    const wanted = toValue(id);
    const { tenantId } = event;
    if (wanted === undefined || summary.value === undefined || summary.value.sync === 'clean') {
      notes.value = settled;
      return;
    }
    const one = <Entry extends { id: string }>(entries: readonly Entry[]): Entry | undefined =>
      entries.find((entry) => entry.id === wanted);
    try {
      const [pending, refused, conflicts] = await Promise.all([
        bridge.sync.pending({ tenantId }),
        bridge.sync.refused({ tenantId }),
        bridge.sync.conflicts({ tenantId }),
      ]);
      // An answer that was overtaken by a later one is of no use.
      if (turn !== asked) return;
      const conflict = one(conflicts);
      notes.value = {
        waiting: one(pending),
        refused: one(refused),
        conflicts: conflict?.fields ?? [],
        deleted: conflict?.deleted,
      };
    } catch {
      // The marks stay as they are; the frame tells that the engine is away, and its return brings the session anew.
    }
  }

  return {
    notes: computed(() => notes.value),
    async resolve(resolution: Resolution): Promise<void> {
      const wanted = toValue(id);
      if (wanted === undefined) return;
      await edit.perform(async () => await bridge.sync.resolve({ tenantId: event.tenantId, id: wanted, resolution }));
    },
    async retry(): Promise<void> {
      const wanted = toValue(id);
      if (wanted === undefined) return;
      await edit.perform(async () => await bridge.sync.retry({ tenantId: event.tenantId, id: wanted }));
    },
  } satisfies { notes: ComputedRef<SyncNotes> } & Record<string, unknown>;
}
