import { because } from '../base/reasons.ts';
import type { Operation } from '../contract/operations.ts';
import { ContractError } from '../contract/errors.ts';
import { mayActAs, type Caller, type Principal, type Role } from '../contract/roles.ts';

/** Whose change a public call would be; it never makes one. */
const NOBODY: Principal = { id: 'public', role: 'viewer' };

/** Refuses a caller that may not do this: 401 without a known key, 403 without the right (contract.md, "Order of checks"). */
export function authorise(caller: Caller, needed: Role): Principal {
  if (caller === undefined) throw new ContractError('unauthorized', because('key_needed'));
  if (!mayActAs(caller.role, needed)) {
    throw new ContractError('forbidden', because('role_needed', { needed, role: caller.role }));
  }
  return caller;
}

/** The caller as a principal, where the operation is open to it. */
export function authoriseOperation(caller: Caller, operation: Operation): Principal {
  return operation.access === 'public' ? NOBODY : authorise(caller, operation.access);
}

/** Refuses a tenant that is not served here: 404, to public calls too. */
export function requireTenant(tenants: ReadonlySet<string>, tenantId: string): void {
  if (!tenants.has(tenantId)) throw new ContractError('not_found', because('no_tenant'));
}
