import { z } from 'zod';

import { faultAt } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { catalogKinds, isCatalogKind, type CatalogItem, type CatalogKind } from '../catalog/catalog.ts';
import type { CatalogOutcome } from '../contract/change-feed.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import { parse } from '../contract/parse.ts';
import type { Caller } from '../contract/roles.ts';
import { authorise, requireTenant } from './access.ts';
import type { ServiceContext } from './context.ts';
import { parseEdits, takeEdit } from './edit-catalog.ts';
import { changeContext } from './write-session.ts';

/** The catalog, tenant by tenant: what sessions refer to (contract.md, "The catalog"). */
export interface CatalogService {
  /** All items of a kind, ordered by id. */
  list(caller: Caller, tenantId: string, kind: string): CatalogItem[];
  /** Stores items by their ids, all or none of them, as part of a step where it is one; answers how many. Admins only. */
  put(caller: Caller, tenantId: string, kind: string, items: unknown, step?: string): Promise<{ stored: number }>;
  /**
   * Takes changes that a replica made, each merged with what stands here (`takeEdit`), and answers what became of each. Editors add items and
   * name placeholders; admins change any.
   */
  edit(caller: Caller, tenantId: string, edits: unknown): Promise<CatalogOutcome[]>;
}

export function createCatalogService(context: ServiceContext): CatalogService {
  return {
    list(caller, tenantId, kind) {
      authorise(caller, 'viewer');
      requireTenant(context.tenants, tenantId);
      const known = requireKind(kind);
      return context.store.read((view) => view.listCatalog(tenantId, known));
    },

    async put(caller, tenantId, kind, items, step) {
      const principal = authorise(caller, 'admin');
      requireTenant(context.tenants, tenantId);
      const known = requireKind(kind);
      const checked: CatalogItem[] = parse(z.array(catalogKinds[known]), items);
      requireDistinct(checked);
      const change = changeContext(context, { principal, operation: 'putCatalog', step }, tenantId);
      await context.store.change(change, (store) => {
        for (const item of checked) store.saveCatalogItem(known, item);
      });
      return { stored: checked.length };
    },

    async edit(caller, tenantId, body) {
      const principal = authorise(caller, 'editor');
      requireTenant(context.tenants, tenantId);
      const edits = parseEdits(body);
      const change = changeContext(context, { principal, operation: 'editCatalog' }, tenantId);
      return await context.store.change(change, (store) =>
        edits.map((edit) => takeEdit(store, principal, tenantId, edit)),
      );
    },
  };
}

function requireKind(kind: string): CatalogKind {
  if (isCatalogKind(kind)) return kind;
  throw new ContractError('not_found', because('no_kind_of', { kinds: Object.keys(catalogKinds).join(', ') }));
}

function requireDistinct(items: readonly CatalogItem[]): void {
  const seen = new Set<string>();
  const faults = items.flatMap(({ id }, at) => {
    const repeated = seen.has(id);
    seen.add(id);
    return repeated ? [faultAt(`/${at}/id`, because('twice'))] : [];
  });
  if (faults.length > 0) throw invalid(faults);
}
