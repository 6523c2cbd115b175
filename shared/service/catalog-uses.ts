import { isJsonObject, own, toPointer } from '../base/json.ts';
import type { CatalogKind } from '../catalog/catalog.ts';
import { referencesOf } from '../catalog/references.ts';
import type { Session } from '../contract/session.ts';
import type { Store } from '../store/open-store.ts';
import type { StoreView } from '../store/store-view.ts';

/** An item of the catalog, or what is to be one. */
interface Item {
  kind: string;
  id: string;
}

/**
 * What a tenant's sessions, abstracts, registrations and subscriptions refer to, as pointers of kind and id such as `/rooms/r1`. It reads every session: for work
 * that takes items out of the catalog.
 *
 * @param going items that are about to go: what refers to them from among themselves does not count
 */
export function findUses(store: Store, view: StoreView, tenantId: string, going: readonly Item[]): ReadonlySet<string> {
  const uses = new Set<string>();
  const leaving = new Set(going.map(({ kind, id }) => toPointer([kind, id])));
  const add = (kind: CatalogKind, id: unknown): void => {
    if (typeof id === 'string') uses.add(toPointer([kind, id]));
  };
  for (const { session } of view.listSessions(tenantId, {})) {
    for (const { kind, id } of referencesOf(session)) add(kind, id);
  }
  for (const abstract of view.listCatalog(tenantId, 'abstracts')) {
    if (leaving.has(toPointer(['abstracts', abstract.id]))) continue;
    for (const { kind, id } of referencesOf(abstract as unknown as Session)) add(kind, id);
  }
  for (const registration of view.listCatalog(tenantId, 'registrations')) {
    const contact = isJsonObject(registration) ? own(registration, 'contact_id') : undefined;
    if (!leaving.has(toPointer(['registrations', registration.id]))) add('contacts', contact);
  }
  for (const { kind, id } of going) {
    if (kind === 'events' && store.subscriptions.upstreamOf(tenantId, id) !== undefined) add(kind, id);
  }
  return uses;
}
