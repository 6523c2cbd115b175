import { catalogKindNames } from '../../shared/catalog/catalog-kind-names.ts';
import type { CatalogMessage, HeldKind } from '../../shared/rpc/messages.ts';
import type { Store } from '../../shared/store/open-store.ts';
import { Mailbox } from './mailbox.ts';

const heldKinds = catalogKindNames.filter((kind): kind is HeldKind => kind !== 'registrations');

/** A tenant's catalog: all of it first, kind by kind, then changes as they are committed. */
export async function* feedCatalog(
  store: Store,
  tenantId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<CatalogMessage> {
  // A kind and an id as one text: a mailbox tells things apart by what they are.
  const changed = new Mailbox<string>();
  const stop = store.watchCatalog((record) => {
    if (record.tenant_id !== tenantId || record.kind === 'registrations') return;
    changed.add(JSON.stringify([record.kind, record.item.id]));
  });
  try {
    for (const kind of heldKinds) {
      const items = store.read((view) => view.listCatalog(tenantId, kind));
      if (items.length > 0) yield { items: { [kind]: items }, removed: [], complete: false };
    }
    yield { items: {}, removed: [], complete: true };
    while (signal?.aborted !== true) {
      const places = (await changed.take(signal)).map((text) => JSON.parse(text) as [HeldKind, string]);
      if (places.length > 0) yield readChanges(store, tenantId, places);
    }
  } finally {
    stop();
  }
}

function readChanges(store: Store, tenantId: string, places: readonly [HeldKind, string][]): CatalogMessage {
  const found: Partial<Record<HeldKind, unknown[]>> = {};
  const removed: CatalogMessage['removed'] = [];
  store.read((view) => {
    for (const [kind, id] of places) {
      const item = view.findCatalogItem(tenantId, kind, id);
      if (item === undefined) removed.push({ kind, id });
      else (found[kind] ??= []).push(item);
    }
  });
  return { items: found as CatalogMessage['items'], removed, complete: true };
}
