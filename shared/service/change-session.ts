import { z } from 'zod';

import { newSessionId, OWN_ID_PREFIX } from '../base/ids.ts';
import { faultAt, jsonEqual, own, type Fault, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import type { RequestOf } from '../contract/operations.ts';
import { assertPlainJson, parse } from '../contract/parse.ts';
import { isServerOwned, SESSION_ID, sessionFieldNames, type Session } from '../contract/session.ts';
import type { StoreView } from '../store/store-view.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { applyPatch, isUnlock, parsePatch } from './apply-patch.ts';
import type { Call, ServiceContext } from './context.ts';
import { requireMatch } from './if-match.ts';
import { requireValidSession } from '../contract/validate-session.ts';
import {
  changeContext,
  insertSession,
  replaceSession,
  serverOwnedFields,
  withoutServerOwned,
} from './write-session.ts';

/** The record of a session; throws `not_found`. */
export function requireSession(view: StoreView, tenantId: string, id: string): Stored<SessionRecord> {
  const record = view.findSession(tenantId, id);
  if (record === undefined) throw new ContractError('not_found', because('no_session'));
  return record;
}

/**
 * Creates a session. One whose `sys_external_id` begins with `offstage:` takes it as its id; a second create with it answers the
 * session that exists, and changes nothing: a create that is sent twice ends as one session. A replica may send on what headquarters' sessions hold
 * and is not known here.
 */
export async function createSession(
  context: ServiceContext,
  call: Call,
  { tenantId, body }: RequestOf<'createSession'>,
): Promise<Session> {
  const fields = readBody(body, undefined, call.principal.replicaId === undefined ? 'refused' : 'kept');
  const external = fields['sys_external_id'];
  const id = isOwnId(external) ? external : newSessionId(context.ids);
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const existing = change.findSession(tenantId, id);
    if (existing !== undefined) return existing.session;
    return insertSession(context, call, change, tenantId, { id, ...fields });
  });
}

/** Replaces a session: a field left out is gone, save unknown ones and `sys_external_id`. */
export async function updateSession(
  context: ServiceContext,
  call: Call,
  { tenantId, id, body, ifMatch }: RequestOf<'updateSession'>,
): Promise<Session> {
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const record = requireSession(change, tenantId, id);
    requireMatch(ifMatch, record.session);
    requireUnlocked(record.session);
    const fields = readBody(body, record.session);
    const next = { id, ...fieldsKeptByPut(record.session), ...fields };
    return replaceSession(context, call, change, tenantId, record, next);
  });
}

/** Applies a JSON Patch to a session, all or nothing. */
export async function patchSession(
  context: ServiceContext,
  call: Call,
  { tenantId, id, body, ifMatch }: RequestOf<'patchSession'>,
): Promise<Session> {
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const record = requireSession(change, tenantId, id);
    requireMatch(ifMatch, record.session);
    return replaceSession(context, call, change, tenantId, record, patched(call, record.session, body));
  });
}

/** What a JSON Patch makes of a session, by every rule but those of references and size. Throws what refuses it. */
export function patched(call: Call, stored: Session, body: unknown): JsonObject {
  if (stored.sys_locked === true && !mayUnlock(call, body)) requireUnlocked(stored);
  const next = applyPatch(stored, parsePatch(body));
  requireServerOwnedKept(stored, next);
  assertPlainJson(next);
  requireValidSession(next, stored, findOtherId(own(next, 'id'), stored.id));
  return next;
}

/** Deletes a session and answers its id. */
export async function deleteSession(
  context: ServiceContext,
  call: Call,
  { tenantId, id, ifMatch }: RequestOf<'deleteSession'>,
): Promise<string> {
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const record = requireSession(change, tenantId, id);
    requireMatch(ifMatch, record.session);
    requireDeletable(change, tenantId, record.session);
    change.deleteSession(record);
    return id;
  });
}

/** Refuses to delete a session that is locked, or that registrations refer to. */
export function requireDeletable(view: StoreView, tenantId: string, session: Session): void {
  requireUnlocked(session);
  if (view.hasRegistrations(tenantId, session.id)) {
    throw new ContractError('in_use', because('has_registrations'));
  }
}

/** A body's fields, validated, without what only the server sets. */
function readBody(body: unknown, stored?: Session, unknown: 'refused' | 'kept' = 'refused'): JsonObject {
  const fields = parse(anyObject, body);
  if (stored === undefined) requireValidSession(fields, undefined, findNewIdFaults(fields), unknown);
  // What a body leaves out is judged as gone, save what a PUT keeps.
  else
    requireValidSession(
      { ...fieldsKeptByPut(stored), ...fields },
      stored,
      findOtherId(own(fields, 'id') ?? stored.id, stored.id),
    );
  return withoutServerOwned(fields);
}

const anyObject = z.record(z.string(), z.unknown());

/** What a PUT cannot remove by leaving it out: server-owned fields, unknown ones, and the external id. */
function fieldsKeptByPut(stored: Session): JsonObject {
  const unknown = Object.entries(stored).filter(([name]) => !sessionFieldNames.includes(name));
  const external = stored.sys_external_id === undefined ? {} : { sys_external_id: stored.sys_external_id };
  return { ...Object.fromEntries(unknown), ...external, ...serverOwnedFields(stored) };
}

/** An id that a create gives must be ours, and short enough for an address, where its session will be asked for. */
const MAX_ID_LENGTH = 1024;

function isOwnId(externalId: unknown): externalId is string {
  return typeof externalId === 'string' && externalId.startsWith(OWN_ID_PREFIX);
}

function findNewIdFaults(fields: JsonObject): Fault[] {
  const faults: Fault[] = [];
  if (own(fields, 'id') !== undefined) faults.push(faultAt('/id', because('made_by_server')));
  const external = own(fields, 'sys_external_id');
  if (isOwnId(external) && (external.length > MAX_ID_LENGTH || !SESSION_ID.test(external))) {
    faults.push(faultAt('/sys_external_id', because('not_own_id', { prefix: OWN_ID_PREFIX })));
  }
  return faults;
}

function findOtherId(given: unknown, id: string): Fault[] {
  return given === id ? [] : [faultAt('/id', because('not_id_of_path'))];
}

export function requireUnlocked(session: Session): void {
  if (session.sys_locked !== true) return;
  throw new ContractError('locked', because('locked_but_for_admin'));
}

function mayUnlock(call: Call, body: unknown): boolean {
  if (call.principal.role !== 'admin') return false;
  try {
    return isUnlock(parsePatch(body));
  } catch (error) {
    // A body that is no patch unlocks nothing; that it is locked comes first (contract.md, "Order of checks").
    if (error instanceof ContractError) return false;
    throw error;
  }
}

/** A patch may reach a server-owned field through its parent, the whole session: such a write is refused, too. */
function requireServerOwnedKept(stored: Session, next: JsonObject): void {
  const names = new Set([...Object.keys(stored), ...Object.keys(next)].filter(isServerOwned));
  const faults = [...names]
    .filter((name) => !jsonEqual(stored[name], next[name]))
    .map((name) => faultAt(`/${name}`, because('set_by_server')));
  if (faults.length > 0) throw invalid(faults);
}
