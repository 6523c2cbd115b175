import { jsonEqual } from '../base/json.ts';
import { because, reasonOf } from '../base/reasons.ts';
import { isPlaceholder, type CatalogItem } from '../catalog/catalog.ts';
import { referencesOf } from '../catalog/references.ts';
import type { CatalogEdit, HubApi } from '../contract/change-feed.ts';
import type { ContractError } from '../contract/errors.ts';
import type { CatalogRecord, Stored } from '../store/records.ts';
import { isOfOneSession } from './listing.ts';
import { changeAsHeadquarters, type SyncContext } from './sync-context.ts';
import { takeItem } from './take-catalog.ts';

/** So many items go in one request. */
const ITEMS_PER_REQUEST = 100;

/**
 * Sends a hub what its catalog lacks: items made or changed here, and, whatever is known of them, those that sessions which wait refer to. They
 * go before the sessions. Sent twice, an item is taken once; what the hub made of it is taken in turn. A change that the hub refuses returns to
 * the hub's value: ours is in history, and that is said.
 */
export async function pushCatalog(context: SyncContext, hub: HubApi): Promise<void> {
  const due = findDue(context);
  for (let from = 0; from < due.length; from += ITEMS_PER_REQUEST) {
    context.signal.throwIfAborted();
    const records = due.slice(from, from + ITEMS_PER_REQUEST);
    const edits = records.map((record) => toEdit(context, record));
    try {
      const outcomes = await hub.editCatalog(context.remoteTenantId, edits);
      await changeAsHeadquarters(context, (change) => {
        for (const [at, { kind, item: sent }] of records.entries()) {
          const outcome = outcomes[at];
          if (outcome?.id !== sent.id || outcome.kind !== kind) continue;
          if (outcome.refused !== undefined) {
            const why = reasonOf({ message: outcome.refused, because: outcome.because });
            context.log(because('hub_refused_item', { kinds: kind, id: sent.id, why }));
          }
          const theirs = outcome.item as CatalogItem | undefined;
          if (theirs !== undefined) takeItem(context, change, kind, theirs, sent);
          else {
            // It takes no such item: sessions that need it are refused, and tell. Changed here, it is sent again.
            const now = change.findCatalogItem(context.tenantId, kind, sent.id);
            if (now !== undefined) change.settleCatalogItem(kind, now, { upstream: context.upstream, item: sent });
          }
        }
      });
    } catch (error) {
      if (!isOfOneSession(error)) throw error;
      context.log(because('hub_takes_no_items', { why: (error as ContractError).because }));
      return;
    }
  }
}

/** How many items wait to be sent. */
export function countUnsentCatalog({ store, tenantId }: Pick<SyncContext, 'store' | 'tenantId'>): number {
  return store.read((view) => view.listUnsentCatalog(tenantId)).length;
}

function findDue({ store, tenantId, upstream }: SyncContext): Stored<CatalogRecord>[] {
  return store.read((view) => {
    const due = new Map(view.listUnsentCatalog(tenantId).map((record) => [record.key, record]));
    for (const { session, sync, _deleted: deleted } of view.listUnsent(tenantId)) {
      if (sync.upstream !== upstream || deleted) continue;
      for (const { kind, id } of referencesOf(session)) {
        const record = view.findCatalogRecord(tenantId, kind, id);
        const isUnknown = record !== undefined && !isPlaceholder(record.item) && record.hub?.upstream !== upstream;
        if (isUnknown) due.set(record.key, record);
      }
    }
    return [...due.values()];
  });
}

function toEdit({ upstream }: SyncContext, { kind, item, hub }: CatalogRecord): CatalogEdit {
  const base = hub?.upstream === upstream ? hub.item : undefined;
  return base === undefined || jsonEqual(base, item) ? { kind, item } : { kind, item, base };
}
