import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import { faultAt, type Fault } from '../base/json.ts';
import type { Session } from '../contract/session.ts';
import { referencesOf } from '../catalog/references.ts';
import type { StoreView } from '../store/store-view.ts';

/** Where a session refers to something that the tenant's catalog lacks: every such place. */
export function findDangling(view: StoreView, tenantId: string, session: Session): Fault[] {
  const references = referencesOf(session);
  const missing = new Set(view.missingFromCatalog(tenantId, references));
  return references
    .filter((reference) => missing.has(reference))
    .map(({ kind, id, path }) =>
      faultAt(path, because('missing_reference', { kind: because(`kind_${kind}`), id: quote(id) })),
    );
}

/** Refuses a session with dangling references: 409, every one named. */
export function requireReferences(view: StoreView, tenantId: string, session: Session): void {
  const faults = findDangling(view, tenantId, session);
  if (faults.length > 0) throw ContractError.ofFaults('missing_reference', faults);
}

function quote(id: string): string {
  return JSON.stringify(id.length > 100 ? `${id.slice(0, 100)}…` : id);
}
