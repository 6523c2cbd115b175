import { toTimestamp } from '../base/clock.ts';
import { faultAt, jsonEqual, jsonSizeBytes, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import { isServerOwned, type Session } from '../contract/session.ts';
import type { ChangeContext, StoreChange } from '../store/open-store.ts';
import type { ImportDigests, SessionRecord, Stored } from '../store/records.ts';
import type { StoreView } from '../store/store-view.ts';
import type { Call, ServiceContext } from './context.ts';
import { requireReferences } from './references.ts';
import { MAX_SESSION_BYTES } from '../contract/validate-session.ts';

/** The change of one call, as history keeps it. */
export function changeContext(context: ServiceContext, call: Call, tenantId: string): ChangeContext {
  const { id: principalId, replicaId } = call.principal;
  return { tenantId, principalId, replicaId, operation: call.operation, atMs: context.clock(), step: call.step };
}

/**
 * Stores a new session, already validated, and answers it as stored. A session of the same id that was deleted comes back, and
 * its version goes on: an `If-Match` from before the delete must not match again.
 */
export function insertSession(
  context: ServiceContext,
  call: Call,
  change: StoreChange,
  tenantId: string,
  fields: JsonObject & { id: string },
  imported?: ImportDigests,
): Session {
  requireQuota(context, change, tenantId);
  const previous = change.findDeletedSession(tenantId, fields.id);
  const now = toTimestamp(context.clock());
  const session = complete({
    ...fields,
    sys_version: (previous?.session.sys_version ?? 0) + 1,
    sys_created_at: now,
    sys_last_modified_at: now,
    sys_created_by_id: call.principal.id,
    sys_last_modified_by_id: call.principal.id,
    sys_last_security_context: securityContext(call),
  });
  requireStorable(change, tenantId, session);
  change.saveSession(session, previous, imported);
  return session;
}

/** Brings a deleted session back as it was, under its id; its version goes on, and what only the server sets of its making stays. */
export function restoreSession(
  context: ServiceContext,
  call: Call,
  change: StoreChange,
  tenantId: string,
  session: Session,
  tombstone: Stored<SessionRecord> | undefined,
): void {
  requireQuota(context, change, tenantId);
  const restored = complete({
    ...session,
    sys_version: Math.max(tombstone?.session.sys_version ?? 0, session.sys_version ?? 0) + 1,
    sys_last_modified_at: toTimestamp(context.clock()),
    sys_last_modified_by_id: call.principal.id,
    sys_last_security_context: securityContext(call),
  });
  requireReferences(change, tenantId, restored);
  change.saveSession(restored, tombstone);
}

/**
 * Stores a changed session, already validated, and answers it as stored: with the next version, or the very record that
 * stands where nothing changes.
 */
export function replaceSession(
  context: ServiceContext,
  call: Call,
  change: StoreChange,
  tenantId: string,
  record: Stored<SessionRecord>,
  next: JsonObject,
  imported: ImportDigests | undefined = record.imported,
): Session {
  const kept = complete(next);
  if (jsonEqual(kept, record.session)) return record.session;
  const session: Session = {
    ...kept,
    sys_version: (record.session.sys_version ?? 0) + 1,
    sys_last_modified_at: toTimestamp(context.clock()),
    sys_last_modified_by_id: call.principal.id,
    sys_last_security_context: securityContext(call),
  };
  requireStorable(change, tenantId, session, record.session);
  change.saveSession(session, record, imported);
  return session;
}

/** The server-owned fields of a record: a request neither sets nor removes them. */
export function serverOwnedFields(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => isServerOwned(name)));
}

/** A body without what only the server sets. */
export function withoutServerOwned(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !isServerOwned(name)));
}

/** A stored session always has both options objects, and never the directive, which is an order and not a fact. */
function complete(fields: JsonObject): Session {
  const { sys_directive: _, ...session } = fields;
  session['capacity_options'] ??= {};
  session['registration_question_options'] ??= {};
  // Validated before, and stamped by us.
  return session as Session;
}

/** Refuses a session that is too large, or that refers to something that does not exist. */
export function requireStorable(view: StoreView, tenantId: string, session: Session, stored?: Session): void {
  const sizeBytes = carriedBytes(session);
  // A record of headquarters' that is larger already may still be edited, only not grown.
  if (sizeBytes > MAX_SESSION_BYTES && (stored === undefined || sizeBytes > carriedBytes(stored))) {
    throw invalid([faultAt('', because('session_too_large', { bytes: MAX_SESSION_BYTES }))]);
  }
  requireReferences(view, tenantId, session);
}

/** The size of what a PUT has to carry of a session: neither what the server sets, nor what it fills in. */
function carriedBytes(session: Session): number {
  const { id: _, ...fields } = withoutServerOwned(session);
  for (const name of ['capacity_options', 'registration_question_options']) {
    if (jsonEqual(fields[name], {})) delete fields[name];
  }
  return jsonSizeBytes(fields);
}

function requireQuota(context: ServiceContext, change: StoreChange, tenantId: string): void {
  if (context.maxSessions === undefined || change.countSessions(tenantId) < context.maxSessions) return;
  throw new ContractError('quota_exceeded', because('tenant_full', { n: context.maxSessions }));
}

function securityContext({ principal, operation }: Call): JsonObject {
  return { principal_id: principal.id, role: principal.role, operation };
}
