import type { Clock } from '../base/clock.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import type { Store } from '../store/open-store.ts';
import { hearGone, isEdited, stateOf } from './session-state.ts';
import type { SyncMemory } from './sync-memory.ts';

/** What an answer to the brake works with. */
export interface BrakeContext {
  store: Store;
  tenantId: string;
  upstream: string;
  memory: SyncMemory;
  clock: Clock;
}

/**
 * Takes a person's answer to the brake, for one event or for all that are stopped: `apply` lets the next sync prove the absences again, all of
 * them, and remove; `keep` keeps the sessions here, marked "not at headquarters", and one that was edited is a conflict, as whenever headquarters
 * deletes what was edited here. Throws `not_found` where nothing is stopped.
 */
export async function answerBrake(
  { store, tenantId, upstream, memory, clock }: BrakeContext,
  action: 'apply' | 'keep',
  eventId?: string,
): Promise<void> {
  const stopped = Object.entries(memory.current.events).filter(
    ([id, { brake }]) => brake !== undefined && (eventId === undefined || id === eventId),
  );
  if (stopped.length === 0) throw new ContractError('not_found', because('nothing_to_answer'));
  for (const [id, { brake }] of stopped) {
    if (brake === undefined) continue;
    if (action === 'apply') {
      await memory.rememberEvent(id, { brake: { ...brake, apply: true } });
      continue;
    }
    const context = { tenantId, principalId: 'local', operation: 'keep', atMs: clock() };
    await store.change(context, (change) => {
      for (const record of change.findByRemoteIds(tenantId, brake.remoteIds)) {
        const { session, sync, _deleted } = record;
        if (_deleted || sync.upstream !== upstream || sync.absent !== undefined) continue;
        const state = stateOf(record);
        const kept = { session, sync: { ...sync, absent: 'not at headquarters' as const }, deleted: false };
        change.settleSession(isEdited(state) ? hearGone(state) : kept, record);
      }
    });
    await memory.rememberEvent(id, { brake: undefined });
  }
}
