import { z } from 'zod';

import { because, textOf, type Reason } from '../base/reasons.ts';
import { catalogKinds, isCatalogKind, isPlaceholder, type CatalogItem } from '../catalog/catalog.ts';
import { mergeItem } from '../catalog/merge-item.ts';
import { jsonEqual } from '../base/json.ts';
import { catalogEdit, type CatalogEdit, type CatalogOutcome } from '../contract/change-feed.ts';
import { allOf } from '../contract/errors.ts';
import { findFaults, parse } from '../contract/parse.ts';
import { mayActAs, type Principal } from '../contract/roles.ts';
import type { StoreChange } from '../store/open-store.ts';

/** So many items may be changed by one request. */
const MAX_EDITS = 500;

const edits = z.array(catalogEdit).max(MAX_EDITS);

/** The edits of a request; throws `invalid`. */
export function parseEdits(body: unknown): CatalogEdit[] {
  return parse(edits, body);
}

/**
 * Takes one change of a catalog item, as a replica that knew it as `base` made it. An editor may add items, and say what a placeholder stands for,
 * so that a room or a person is there on the spot; to change what is named already takes an admin. What was changed on both sides keeps the
 * value that stands here. Sent again, it changes nothing.
 */
export function takeEdit(
  change: StoreChange,
  principal: Principal,
  tenantId: string,
  edit: CatalogEdit,
): CatalogOutcome {
  const { kind, base, item } = edit;
  const at = { kind, id: item.id };
  if (!isCatalogKind(kind)) return { ...at, ...refusedFor(because('no_kind')) };
  const stored = change.findCatalogItem(tenantId, kind, item.id);
  const refuse = (reason: Reason): CatalogOutcome => ({
    ...at,
    ...(stored === undefined ? {} : { item: stored }),
    ...refusedFor(reason),
  });
  const faults = findFaults(catalogKinds[kind], item);
  if (faults.length > 0) return refuse(allOf(faults));

  const next = merged(base, item as CatalogItem, stored);
  if (stored !== undefined && jsonEqual(next, stored)) return { ...at, item: stored };
  if (stored !== undefined && !isPlaceholder(stored) && !mayActAs(principal.role, 'admin')) {
    return refuse(because('admin_needed_to_change', { role: principal.role }));
  }
  change.saveCatalogItem(kind, next);
  return { ...at, item: next };
}

function refusedFor(reason: Reason): { refused: string; because: Reason } {
  return { refused: textOf(reason), because: reason };
}

function merged(base: CatalogEdit['base'], item: CatalogItem, stored: CatalogItem | undefined): CatalogItem {
  if (stored === undefined || isPlaceholder(stored)) return item;
  return isPlaceholder(item) ? stored : mergeItem(base, item, stored).item;
}
