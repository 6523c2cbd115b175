import { because } from '../base/reasons.ts';
import type { Decision, HubApi, HubOrder, OpenAbove } from '../contract/change-feed.ts';
import type { CatalogKind } from '../catalog/catalog.ts';
import { ContractError } from '../contract/errors.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import {
  requireVersion,
  type PendingSession,
  type RefusedSession,
  type ReviewContext,
  type SessionConflict,
} from './review.ts';

/** What waits at the hub that is the upstream, or further up, as the hub told it. */
export function listPendingAbove(context: ReviewContext): PendingSession[] {
  return listAbove(context, ({ pending }) => pending);
}

/** What was refused further up. */
export function listRefusedAbove(context: ReviewContext): RefusedSession[] {
  return listAbove(context, ({ refused }) => refused as Omit<RefusedSession, keyof Named> | undefined);
}

/** What is in conflict further up: "mine" is the side of the hub where it stands. */
export function listConflictsAbove(context: ReviewContext): SessionConflict[] {
  return listAbove(context, ({ conflict }) => conflict);
}

/** What is told of each. */
type Named = Pick<PendingSession, 'id' | 'name' | 'event_id' | 'where' | 'made_here'>;

function listAbove<Item extends object>(
  context: ReviewContext,
  pick: (open: OpenAbove) => Item | undefined,
): (Named & Item)[] {
  return markedRecords(context).flatMap(({ session, sync }) =>
    (sync.above ?? []).flatMap((open) => {
      const item = pick(open);
      if (item === undefined) return [];
      const { name, event_id } = open;
      return [
        {
          ...item,
          id: session.id,
          name,
          event_id,
          where: 'hub' as const,
          made_here: open.replica === context.store.replicaId,
        },
      ];
    }),
  );
}

/** Lets the hub settle what stands there, or further up. Throws `not_found` where nothing of the kind is open. */
export async function settleAbove(
  context: ReviewContext,
  hub: HubApi | undefined,
  remoteTenantId: string,
  id: string,
  decision: Decision,
  version?: number,
): Promise<void> {
  const wanted = decision.about === 'conflict' ? 'conflict' : 'refused';
  const record = markedRecords(context).find(
    ({ session, sync }) => session.id === id && sync.above?.some((open) => open[wanted] !== undefined) === true,
  );
  if (hub === undefined || record === undefined) {
    throw new ContractError('not_found', because('nothing_to_decide'));
  }
  requireVersion(record, version);
  const seen = decision.about === 'conflict' ? { version: record.sync.version?.sys_version } : {};
  await hub.settle(remoteTenantId, { ...decision, ...seen, id: record.sync.remote_id });
}

/** Lets the hub send again, or mend, all that was refused there; answers how many that are. */
export async function settleAllAbove(
  context: ReviewContext,
  hub: HubApi | undefined,
  remoteTenantId: string,
  order: Extract<HubOrder, { about: 'all refused' }>,
): Promise<number> {
  const refused = listRefusedAbove(context).filter(
    ({ missing }) =>
      order.action === 'retry' ||
      missing.some(({ kind, id }) => kind === (order.kind as CatalogKind) && id === order.from),
  );
  if (hub === undefined || refused.length === 0) return 0;
  await hub.settle(remoteTenantId, order);
  return refused.length;
}

function markedRecords({ store, tenantId, upstream }: ReviewContext): Stored<SessionRecord>[] {
  return store
    .read((view) => view.listUnsettled(tenantId))
    .filter(({ sync }) => sync.above !== undefined && sync.upstream === upstream);
}

/** What was made at this replica first: whoever sits here knows it best. */
export function madeHereFirst<Item extends { made_here: boolean }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => Number(b.made_here) - Number(a.made_here));
}
