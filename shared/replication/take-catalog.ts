import { because } from '../base/reasons.ts';
import { catalogKinds, isCatalogKind, isPlaceholder, type CatalogItem, type CatalogKind } from '../catalog/catalog.ts';
import { referencesOf } from '../catalog/references.ts';
import { mergeItem } from '../catalog/merge-item.ts';
import type { FeedChange } from '../contract/change-feed.ts';
import { findFaults } from '../contract/parse.ts';
import type { StoreChange } from '../store/open-store.ts';
import type { CatalogRecord } from '../store/records.ts';
import type { IdSet } from './id-set.ts';
import { changeAsHeadquarters, type SyncContext } from './sync-context.ts';

/** An item of a hub's catalog, as the feed tells it, or that it is there no more. */
type Heard = Extract<FeedChange, { catalog: unknown }>;

/**
 * Takes in what a hub says of its catalog, item by item: members that were changed here since the hub last knew of them stay and are sent, all
 * others are the hub's. What was changed on both sides is the hub's, too; ours is in history then, and that is said. Items of no form that is
 * known here are passed over. What is gone there goes here, unless it was changed here, or is in use.
 */
export async function takeCatalog(context: SyncContext, heard: readonly Heard[]): Promise<void> {
  const skipped = new Map<string, number>();
  await changeAsHeadquarters(context, (change) => {
    for (const told of heard) {
      const { catalog: kind } = told;
      if ('gone' in told) {
        if (isCatalogKind(kind)) takeGone(context, change, kind, told.gone);
        continue;
      }
      const { item } = told;
      if (!isCatalogKind(kind) || findFaults(catalogKinds[kind], item).length > 0) {
        skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
      } else takeItem(context, change, kind, item as CatalogItem);
    }
  });
  for (const [kind, count] of skipped) context.log(because('items_unread', { n: count, kinds: kind }));
}

/**
 * Removes what a hub's catalog lacks, as `takeCatalog` does what it tells to be gone, once it has told everything that it holds for some events.
 *
 * @param told what it told, by `catalogName`
 * @param sessions the ids of the sessions that it told: only their registrations are told
 */
export async function takeMissing(
  context: SyncContext,
  told: ReadonlySet<string>,
  sessions: Pick<IdSet, 'has'>,
): Promise<void> {
  const { store, tenantId, upstream } = context;
  const isMissing = ({ kind, item, hub, session_id: session }: CatalogRecord): boolean =>
    hub?.upstream === upstream &&
    !told.has(catalogName(kind, item.id)) &&
    (kind !== 'registrations' || sessions.has(session));
  const missing = store.read((view) => view.listCatalogRecords(tenantId)).filter(isMissing);
  if (missing.length === 0) return;
  await changeAsHeadquarters(context, (change) => {
    for (const { kind, item } of missing) takeGone(context, change, kind, item.id);
  });
}

/** What stands for one item of a catalog in a set of them. */
export function catalogName(kind: string, id: string): string {
  return `${kind} ${id}`;
}

function takeGone(
  { tenantId, upstream, store }: SyncContext,
  change: StoreChange,
  kind: CatalogKind,
  id: string,
): void {
  const record = change.findCatalogRecord(tenantId, kind, id);
  if (record === undefined || record.unsent || record.hub?.upstream !== upstream) return;
  const isKept = kind === 'events' && store.subscriptions.upstreamOf(tenantId, id) !== undefined;
  // Nothing at the hub refers to it; what waits to be sent may.
  const isInUse = change
    .listUnsent(tenantId)
    .some(({ session }) => referencesOf(session).some((reference) => reference.kind === kind && reference.id === id));
  if (!isKept && !isInUse) change.deleteCatalogItem(kind, id);
}

/**
 * Takes what a hub has of one item.
 *
 * @param sent the item as it was sent from here, where this answers that
 */
export function takeItem(
  context: SyncContext,
  change: StoreChange,
  kind: CatalogKind,
  theirs: CatalogItem,
  sent?: CatalogItem,
): void {
  const { tenantId, upstream } = context;
  const record = change.findCatalogRecord(tenantId, kind, theirs.id);
  const hub = { upstream, item: theirs };
  if (record === undefined || isPlaceholder(record.item)) return change.settleCatalogItem(kind, theirs, hub);
  const mine = record.item;
  if (isPlaceholder(theirs)) return change.settleCatalogItem(kind, mine, hub);
  const known = record.hub?.upstream === upstream ? record.hub.item : undefined;
  // What was changed here since it was sent stays on top of the answer; what the answer does not say of it is told.
  const { item } = mergeItem(sent ?? known, mine, theirs);
  const { overruled } = mergeItem(known, sent ?? mine, theirs);
  change.settleCatalogItem(kind, item, hub);
  if (overruled.length > 0) {
    context.log(because('hub_stands', { members: overruled.join(', '), kinds: kind, id: theirs.id }));
  }
}
