import { because, textOf } from '../base/reasons.ts';
import type { SessionFields } from '../contract/session.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { digestOf } from './session-digest.ts';
import { hearRefusal, nextStep, notArrived, stateOf } from './session-state.ts';
import { changeAsHeadquarters, findRecord, update, type SyncContext } from './sync-context.ts';
import { hearInto, take } from './take.ts';

/** A session of headquarters' that nobody here knows and that carries no external id. */
export interface Candidate {
  state: SessionFields;
  proven: boolean;
}

/** Creates for an event that were sent and may have arrived. */
export function createsInDoubt({ store, tenantId, upstream }: SyncContext, eventId: string): Stored<SessionRecord>[] {
  return store
    .read((view) => view.listUnsent(tenantId))
    .filter(({ sync }) => sync.upstream === upstream && sync.sent?.states.at(-1)?.['event_id'] === eventId)
    .filter((record) => nextStep(stateOf(record)) === 'find');
}

/**
 * Settles what became of creates in doubt once an event is listed. Those that a listing with their external id held are known by now; where
 * headquarters drops external ids, one is found by what was sent: all fields agree. As many candidates as creates that say the same are theirs, more
 * than that are for a person to choose from. What a listing that counts does not hold did not arrive, and may be sent again.
 *
 * @param inDoubt those that were in doubt before the listing began: it tells nothing of later ones
 */
export async function adoptLostCreates(
  context: SyncContext,
  eventId: string,
  inDoubt: readonly Stored<SessionRecord>[],
  candidates: readonly Candidate[],
  counts: boolean,
): Promise<void> {
  const stillOpen = new Set(createsInDoubt(context, eventId).map(({ session }) => session.id));
  const byContent = Map.groupBy(candidates, ({ state }) => digestOf(state));
  const lost = inDoubt.filter(({ session }) => stillOpen.has(session.id));
  const left = new Set(candidates);
  for (const [content, records] of Map.groupBy(lost, ({ sync }) => digestOf(sync.sent?.states.at(-1) ?? {}))) {
    const matches = byContent.get(content) ?? [];
    const isClear = matches.length <= records.length;
    for (const [at, { session }] of records.entries()) {
      const match = matches[at];
      if (match === undefined) {
        if (counts) await update(context, session.id, notArrived);
      } else if (isClear) {
        left.delete(match);
        await changeAsHeadquarters(context, (change) => {
          const record = findRecord(change, context.tenantId, session.id);
          if (record !== undefined) hearInto(context, change, record, match.state, { from: 'read' });
        });
      } else {
        const reason = because('one_of_many_alike', { n: matches.length });
        const message = textOf(reason);
        const refused = { status: 409, message, because: reason, faults: [], atMs: context.clock() };
        await update(context, session.id, (state) => hearRefusal(state, refused));
      }
    }
  }
  if (left.size === 0) return;
  await changeAsHeadquarters(context, (change) => {
    for (const { state, proven } of left) take(context, change, state, proven);
  });
}
