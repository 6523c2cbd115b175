import type { JsonObject } from '../base/json.ts';
import { because, textOf } from '../base/reasons.ts';
import type { SessionFields } from '../contract/session.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { agreesWithSent, digestOf, saidFields } from './session-digest.ts';
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
 * headquarters drops external ids, one is found by what was sent: all fields that were sent agree. As many candidates as creates that say the same are
 * theirs, more than that are for a person to choose from. What a listing that counts does not hold did not arrive, and may be sent again.
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
  const lost = inDoubt.filter(({ session }) => stillOpen.has(session.id));
  const left = new Set(candidates);
  for (const { sent, records, equals } of groupAlike(lost, candidates)) {
    const matches = equals.length > 0 ? equals : [...left].filter(({ state }) => agreesWithSent(sent, state));
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
        context.count('changes_sent', 1);
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

/** Creates that said the same when they were sent, and the candidates that say just that. */
interface Alike {
  sent: JsonObject;
  records: Stored<SessionRecord>[];
  equals: Candidate[];
}

/** What can be told without doubt comes first, then what was sent with more fields: what is left then is for those that fit more. */
function groupAlike(lost: readonly Stored<SessionRecord>[], candidates: readonly Candidate[]): Alike[] {
  const sentOf = ({ sync }: Stored<SessionRecord>): JsonObject => sync.sent?.states.at(-1) ?? {};
  const byContent = Map.groupBy(candidates, ({ state }) => digestOf(state));
  return [...Map.groupBy(lost, (record) => digestOf(sentOf(record)))]
    .map(([content, records]) => ({ sent: sentOf(records[0]!), records, equals: byContent.get(content) ?? [] }))
    .toSorted(
      (a, b) =>
        Number(b.equals.length > 0) - Number(a.equals.length > 0) ||
        saidFields(b.sent).length - saidFields(a.sent).length,
    );
}
