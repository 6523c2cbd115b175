import type { Store } from '../store/open-store.ts';
import { heldBack, stateOf } from './session-state.ts';

/**
 * Holds everything that waits in a store that comes from a backup. The next sync finds out what of it headquarters has had since, and merges; what
 * is left is sent only when a person says so. Answers of how many sessions something is held.
 */
export async function holdRestored(store: Store, atMs: number): Promise<number> {
  const byTenant = Map.groupBy(
    store.read((view) => view.listUnsentOfAll()),
    ({ tenant_id }) => tenant_id,
  );
  let held = 0;
  for (const [tenantId, records] of byTenant) {
    const context = { tenantId, principalId: 'restore', operation: 'restore', atMs };
    held += await store.change(context, (change) => {
      const changed = records.filter((record) => heldBack(stateOf(record)).sync !== record.sync);
      for (const record of changed) change.settleSession(heldBack(stateOf(record)), record);
      return changed.length;
    });
  }
  return held;
}
