import { own, toPointer } from '../base/json.ts';
import { because, type Reason } from '../base/reasons.ts';
import { isCatalogKind, type CatalogItem } from '../catalog/catalog.ts';
import { ContractError } from '../contract/errors.ts';
import { findUses } from './catalog-uses.ts';
import type { Call, ServiceContext } from './context.ts';
import { refuseAll, type Refusal } from './refuse-all.ts';
import { changeContext } from './write-session.ts';

/**
 * Takes items of one kind out of the catalog, all or none. Throws `not_found` for one that is not there, and `in_use` for one that something
 * refers to, or that a hub has: it would come back from there.
 */
export async function removeFromCatalog(
  context: ServiceContext,
  call: Call,
  tenantId: string,
  kind: string,
  ids: readonly string[],
): Promise<{ deleted: number }> {
  if (!isCatalogKind(kind)) throw new ContractError('not_found', because('no_kind'));
  const distinct = [...new Set(ids)];
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const going = distinct.map((id) => ({ kind, id }));
    const uses = findUses(context.store, change, tenantId, going);
    const refusals = distinct.flatMap((id): Refusal[] => {
      const record = change.findCatalogRecord(tenantId, kind, id);
      const refuse = (kind: 'not_found' | 'in_use', reason: Reason): Refusal[] => [
        { id, name: record === undefined ? id : nameOf(record.item), error: new ContractError(kind, reason) },
      ];
      if (record === undefined) return refuse('not_found', because('no_item'));
      if (uses.has(toPointer([kind, id]))) return refuse('in_use', because('referred_to'));
      return record.hub === undefined ? [] : refuse('in_use', because('hub_has_it'));
    });
    if (refusals.length > 0) throw refuseAll('none_removed', refusals);
    for (const id of distinct) change.deleteCatalogItem(kind, id);
    return { deleted: distinct.length };
  });
}

/** An item's name, or its id where it has none. */
export function nameOf(item: CatalogItem): string {
  const name = own(item, 'name');
  return typeof name === 'string' ? name : item.id;
}
