import { isJsonObject, type JsonObject } from '../base/json.ts';
import { ContractError, errorKinds } from '../contract/errors.ts';
import type { BatchOperation, BatchResult } from '../contract/batch.ts';
import type { JsonPatch } from '../contract/patch.ts';
import type { SessionInput } from '../contract/session.ts';
import type { Refusal } from '../store/sync-state.ts';
import { readRemote } from './listing.ts';
import { sameVersion } from './remote-version.ts';
import {
  clean,
  contentOf,
  hear,
  hearGone,
  hearRefusal,
  nextStep,
  notArrived,
  sending,
  stateOf,
  type NextStep,
  type SessionState,
} from './session-state.ts';
import { update, type SyncContext } from './sync-context.ts';
import { toPatch, withVersionTest } from './to-patch.ts';

/** At most so many changes in one request (page). */
const BATCH_SIZE = 100;
/** How often a change is merged and sent again in one push before it waits for the next. */
const MAX_ROUNDS = 5;

/** Something to push: a session's id and what is next for it. */
interface Due {
  id: string;
  step: NextStep['step'];
}

/**
 * Sends what waits: unknown outcomes are read first, then creates one by one, patches and deletes in batches. Throws where headquarters
 * cannot be worked with at all (unreachable, 401, 429); what is wrong with one session stays with it.
 */
export async function push(context: SyncContext): Promise<void> {
  await probeTest(context);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const due = findDue(context);
    const of = (...steps: NextStep['step'][]): Due[] => due.filter(({ step }) => steps.includes(step));
    if (of('settle', 'read', 'create', 'patch', 'delete').length === 0) return;
    for (const { id } of of('settle')) await update(context, id, settled);
    for (const { id } of of('read')) await readAndHear(context, id);
    for (const { id } of of('create')) await create(context, id);
    const changes = of('patch', 'delete');
    for (let from = 0; from < changes.length; from += BATCH_SIZE) {
      await sendChanges(context, changes.slice(from, from + BATCH_SIZE));
    }
  }
}

function findDue({ store, tenantId, upstream }: SyncContext): Due[] {
  return store
    .read((view) => view.listUnsent(tenantId))
    .filter((record) => record.sync.upstream === upstream)
    .map((record) => ({ id: record.session.id, ...nextStep(stateOf(record)) }));
}

/** Nothing of ours differs from headquarters any more. */
function settled(state: SessionState): SessionState {
  if (nextStep(state).step !== 'settle') return state;
  return { ...state, sync: clean(state.sync) };
}

async function create(context: SyncContext, id: string): Promise<void> {
  context.signal.throwIfAborted();
  const state = await update(context, id, (found) =>
    nextStep(found).step === 'create' ? sending(found, 'create') : found,
  );
  if (state === undefined || state.sync.remote_id !== '') return;
  const { remote, remoteTenantId: tenantId } = context;
  const body = { ...contentOf(state.session), sys_external_id: state.session.sys_external_id ?? id };
  try {
    const answer = await remote.createSession({ tenantId, body: body as SessionInput });
    await update(context, id, (found) => hear(found, answer, 'answer'));
    await context.memory.remember({ keepsExternalIds: answer.sys_external_id === body.sys_external_id });
  } catch (error) {
    await hearFailure(context, id, error);
  }
}

/** Sends patches and deletes, each written down first; together where headquarters takes batches. */
async function sendChanges(context: SyncContext, due: readonly Due[]): Promise<void> {
  context.signal.throwIfAborted();
  const operations: BatchOperation[] = [];
  const localIds = new Map<string, string>();
  for (const { id, step } of due) {
    if (step === 'delete' && !(await deleteStillStands(context, id))) continue;
    const state = await update(context, id, (found) =>
      nextStep(found).step === step ? sending(found, step === 'delete' ? 'delete' : 'patch') : found,
    );
    if (state?.sync.sent === undefined) continue;
    const remoteId = state.sync.remote_id;
    localIds.set(remoteId, id);
    operations.push(
      step === 'delete'
        ? { id: remoteId, operation: 'delete' }
        : { id: remoteId, operation: 'patch', patch_directives: patchOf(context, state) },
    );
  }
  if (operations.length === 0) return;
  if (operations.length === 1 || !context.memory.current.takesBatches) {
    for (const operation of operations) await sendOne(context, localIds.get(operation.id) ?? '', operation);
    return;
  }
  const { remote, remoteTenantId: tenantId } = context;
  let results: BatchResult[];
  try {
    results = (await remote.batchSessions({ tenantId, body: { operations } })).results;
  } catch (error) {
    if (!(error instanceof ContractError) || stopsEverything(error)) throw error;
    if (error.status >= 500) throw error;
    // Nobody's refusal: single calls take its place, and that is remembered.
    await context.memory.remember({ takesBatches: false });
    for (const operation of operations) await sendOne(context, localIds.get(operation.id) ?? '', operation);
    return;
  }
  const byId = new Map(results.map((result) => [result.id, result]));
  // Refused for several at once and done for none: that is the key's fault, and no session's.
  const forbidden = results.filter((result) => result.status_code === 403);
  if (forbidden.length > 1 && !results.some((result) => result.success)) {
    for (const id of localIds.values()) await update(context, id, notArrived);
    throw new ContractError('forbidden', 'Headquarters does not let this key change sessions.');
  }
  for (const operation of operations) {
    // A result that is missing is an unknown outcome: what was sent stands, and the session is read next.
    const result = byId.get(operation.id);
    if (result !== undefined) await hearResult(context, localIds.get(operation.id) ?? '', operation, result);
  }
}

function patchOf(context: SyncContext, { session, sync }: SessionState): JsonPatch {
  const patch = toPatch(sync.base ?? {}, session);
  return context.memory.current.honoursTest === false ? patch : withVersionTest(patch, sync.version ?? {});
}

/** Read just before: a delete must not take with it what others did. */
async function deleteStillStands(context: SyncContext, id: string): Promise<boolean> {
  const state = await readAndHear(context, id);
  return state !== undefined && nextStep(state).step === 'delete';
}

async function sendOne(context: SyncContext, id: string, operation: BatchOperation): Promise<void> {
  context.signal.throwIfAborted();
  const { remote, remoteTenantId: tenantId } = context;
  try {
    if (operation.operation === 'delete') {
      await remote.deleteSession({ tenantId, id: operation.id });
      await update(context, id, hearGone);
    } else {
      const body = operation.patch_directives ?? [];
      const answer = await remote.patchSession({ tenantId, id: operation.id, body });
      await update(context, id, (state) => hear(state, answer, 'answer'));
    }
  } catch (error) {
    await hearFailure(context, id, error);
  }
}

async function hearResult(
  context: SyncContext,
  id: string,
  operation: BatchOperation,
  result: BatchResult,
): Promise<void> {
  if (!result.success) {
    const kind = kindOfStatus(result.status_code);
    return await hearFailure(context, id, new ContractError(kind, result.error ?? errorKinds[kind].title));
  }
  if (operation.operation === 'delete') await update(context, id, hearGone);
  else if (isJsonObject(result.result) && result.result.id === operation.id) {
    const answer: JsonObject = result.result;
    await update(context, id, (state) => hear(state, answer, 'answer'));
  }
}

/** What a failure means for one session; rethrown where it is not the session's. */
async function hearFailure(context: SyncContext, id: string, error: unknown): Promise<void> {
  if (!(error instanceof ContractError)) throw error;
  if (stopsEverything(error)) {
    // Refused before anything was done.
    if (error.kind === 'unauthorized' || error.status === 429) await update(context, id, notArrived);
    throw error;
  }
  if (error.status >= 500) return;
  const before = await update(context, id, notArrived);
  if (before === undefined) return;
  if (before.sync.remote_id !== '') {
    const heard = await readAndHear(context, id);
    // It moved: merged, and sent again in the next round.
    if (heard === undefined || !sameVersion(heard.sync.version, before.sync.version)) return;
    if (nextStep(heard).step !== 'patch' && nextStep(heard).step !== 'delete') return;
  }
  const refusal: Refusal = {
    status: error.status,
    message: error.message,
    faults: [...error.faults],
    atMs: context.clock(),
  };
  await update(context, id, (state) => hearRefusal(state, refusal));
  context.log(`Headquarters refused a change: ${error.message}`);
}

/** Whether a failure is about headquarters, or our key, and not about one session. */
function stopsEverything(error: ContractError): boolean {
  return ['unreachable', 'unauthorized', 'rate_limited', 'unusable_answer'].includes(error.kind);
}

/** Reads a session at headquarters, consistently, and takes in what is heard. */
async function readAndHear(context: SyncContext, id: string): Promise<SessionState | undefined> {
  context.signal.throwIfAborted();
  const remoteId = context.store.read(
    (view) =>
      (view.findSession(context.tenantId, id) ?? view.findDeletedSession(context.tenantId, id))?.sync.remote_id ?? '',
  );
  if (remoteId === '') return undefined;
  const read = await readRemote(context, remoteId);
  if (read === 'hidden') return undefined;
  return await update(context, id, (state) => (read === 'gone' ? hearGone(state) : hear(state, read.found, 'read')));
}

/** Finds out, once per upstream, whether a failing `test` makes headquarters refuse a patch. */
async function probeTest(context: SyncContext): Promise<void> {
  if (context.memory.current.honoursTest !== undefined) return;
  const { store, remote, remoteTenantId: tenantId } = context;
  const known = store.read((view) => view.listUnsent(context.tenantId)).find((record) => record.sync.remote_id !== '');
  if (known === undefined) return;
  const body: JsonPatch = [{ op: 'test', path: '/id', value: 'not this id' }];
  try {
    await remote.patchSession({ tenantId, id: known.sync.remote_id, body });
    await context.memory.remember({ honoursTest: false });
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    if (error.kind === 'invalid' || error.kind === 'precondition_failed')
      await context.memory.remember({ honoursTest: true });
    else if (stopsEverything(error)) throw error;
  }
}

function kindOfStatus(status: number) {
  switch (status) {
    case 400:
      return 'invalid';
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 409:
      return 'missing_reference';
    case 412:
      return 'precondition_failed';
    case 429:
      return 'rate_limited';
    default:
      return 'internal';
  }
}
