import { isJsonObject, jsonEqual, type JsonObject } from '../base/json.ts';
import { because, reasonOf, textOf } from '../base/reasons.ts';
import type { BatchOperation, BatchResult } from '../contract/batch.ts';
import { ContractError, kindOfStatus } from '../contract/errors.ts';
import type { JsonPatch } from '../contract/patch.ts';
import type { SessionInput } from '../contract/session.ts';
import type { Refusal } from '../store/sync-state.ts';
import { isDerivedId } from './derived-id.ts';
import { isOfOneSession, MAX_FAILURES_IN_A_ROW, readRemote } from './listing.ts';
import type { Pace } from './pace.ts';
import { sameVersion, versionOf } from './remote-version.ts';
import {
  hearGone,
  hearRefusal,
  nextStep,
  notArrived,
  sending,
  settled,
  stateOf,
  turnedAway,
  contentOf,
  type NextStep,
  type SessionState,
} from './session-state.ts';
import { changeAsHeadquarters, findRecord, update, type SyncContext } from './sync-context.ts';
import { hearInto } from './take.ts';
import { toPatch, withVersionTest } from './to-patch.ts';
import { isWholeSession } from './whole-session.ts';

/** How often a change is merged and sent again in one push before it waits for its own clock. */
const MAX_ROUNDS = 5;

/** One push under way. */
interface Push {
  context: SyncContext;
  pace: Pace;
  /** Events whose listing counted in this sync: only then a session that another laptop may have made is known not to be there. */
  listed: ReadonlySet<string>;
  /** Sessions that were refused with 403 so far: one is that session's, several are the key's. */
  forbidden: Map<string, { sent: SessionState; refusal: Refusal }>;
  successes: number;
  failuresInARow: number;
  /** Whether a batch was refused as a whole, and whether any was taken. */
  batches: { refused: boolean; taken: boolean };
}

/** Something to push: a session's id and what is next for it. */
interface Due {
  id: string;
  step: NextStep;
}

/**
 * Sends what waits: unknown outcomes are read first, then creates one by one, patches and deletes in batches. What failed before goes last.
 * Throws where headquarters cannot be worked with at all (unreachable, 401, 429, the key may not write); what is wrong with one session stays
 * with it.
 */
export async function push(context: SyncContext, pace: Pace, listed: ReadonlySet<string>): Promise<void> {
  const run: Push = {
    context,
    pace,
    listed,
    forbidden: new Map(),
    successes: 0,
    failuresInARow: 0,
    batches: { refused: false, taken: false },
  };
  await probeTest(context);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const due = findDue(run);
    if (due.length === 0) break;
    const isFirstTry = ({ id }: Due): boolean => pace.failuresOf(id) === 0;
    await pushSome(run, due.filter(isFirstTry));
    await pushSome(
      run,
      due.filter((item) => !isFirstTry(item)),
    );
  }
  for (const { id } of findDue(run)) pace.failed(id);
  if (run.batches.refused && !run.batches.taken && run.successes > 0)
    await context.memory.remember({ takesBatches: false });
  for (const [id, { sent, refusal }] of run.forbidden) await refuse(run, id, sent, refusal);
}

async function pushSome(run: Push, due: readonly Due[]): Promise<void> {
  const { inTurn } = run.context;
  for (const { id, step } of due) {
    if (step === 'settle') await update(run.context, id, settled);
    else if (step === 'read') await inTurn(async () => await alone(run, id, async () => await findOut(run, id)));
    else if (step === 'create') await inTurn(async () => await alone(run, id, async () => await create(run, id)));
  }
  const changes = due.filter(({ step }) => step === 'patch' || step === 'delete');
  for (const batch of toBatches(changes, run.pace)) await inTurn(async () => await sendChanges(run, batch));
}

/** Changes together that may go together. */
function toBatches(changes: readonly Due[], pace: Pace): Due[][] {
  const batches: Due[][] = [];
  let room = 0;
  for (const change of changes.toSorted((a, b) => pace.batchLimit(b.id) - pace.batchLimit(a.id))) {
    const limit = pace.batchLimit(change.id);
    const batch = batches.at(-1);
    room = Math.min(room, limit - (batch?.length ?? 0));
    if (batch === undefined || room < 1) {
      batches.push([change]);
      room = limit - 1;
    } else {
      batch.push(change);
      room -= 1;
    }
  }
  return batches;
}

function findDue({ context, pace, listed, forbidden }: Push): Due[] {
  const { store, tenantId, upstream } = context;
  return store
    .read((view) => view.listUnsent(tenantId))
    .filter(({ sync, session }) => sync.upstream === upstream && pace.isDue(session.id) && !forbidden.has(session.id))
    .map((record) => ({ id: record.session.id, eventId: record.event_id, step: nextStep(stateOf(record)) }))
    .filter(({ step }) => step !== 'nothing' && step !== 'find')
    .filter(({ id, step, eventId }) => step !== 'create' || !isDerivedId(id) || listed.has(eventId));
}

/** Does what concerns one session: what fails for it alone keeps nobody else, as long as others do not fail, too. */
async function alone(run: Push, id: string, work: () => Promise<void>): Promise<void> {
  run.context.signal.throwIfAborted();
  try {
    await work();
  } catch (error) {
    run.pace.failed(id);
    run.failuresInARow += 1;
    if (!isOfOneSession(error) || isKeysFault(error) || run.failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
  }
}

/** Thrown where several sessions drew 403: no session's refusal. */
function isKeysFault(error: unknown): boolean {
  return error instanceof ContractError && error.kind === 'forbidden';
}

async function create(run: Push, id: string): Promise<void> {
  const { context } = run;
  const state = await send(run, { id, step: 'create' });
  if (state === undefined) return;
  const { remote, remoteTenantId: tenantId, memory } = context;
  const body = { ...contentOf(state.session), sys_external_id: state.session.sys_external_id ?? id };
  try {
    const answer = await remote.createSession({ tenantId, body: body as SessionInput });
    if (typeof answer.id !== 'string') throw unusable();
    // What came of it is not told: a listing tells.
    if (!isWholeSession(answer)) return;
    const keepsExternalIds = answer.sys_external_id === body.sys_external_id;
    if (memory.current.keepsExternalIds !== keepsExternalIds) await memory.remember({ keepsExternalIds });
    await hearAnswer(run, id, answer);
  } catch (error) {
    await hearFailure(run, id, error, state);
  }
}

/** Writes down that a change leaves; undefined where there is no such change any more. */
async function send({ context }: Push, { id, step }: Due): Promise<SessionState | undefined> {
  let left = false;
  const state = await update(context, id, (found) => {
    left = nextStep(found) === step;
    return left ? sending(found, step === 'create' || step === 'delete' ? step : 'patch') : found;
  });
  return left ? state : undefined;
}

/** Sends patches and deletes, each written down first; together where headquarters takes batches. */
async function sendChanges(run: Push, due: readonly Due[]): Promise<void> {
  const { context } = run;
  const ready: Due[] = [];
  for (const item of due) {
    // A delete must not take with it what others did; nor must a patch, where nothing but our reading guards it.
    const readsFirst = item.step === 'delete' || context.memory.current.honoursTest !== true;
    if (!readsFirst) ready.push(item);
    else {
      await alone(run, item.id, async () => {
        const state = await readAndHear(run, item.id);
        if (state !== undefined && nextStep(state) === item.step) ready.push(item);
      });
    }
  }
  context.signal.throwIfAborted();
  // A batch carries no `If-Match`.
  const isSingle = ({ step }: Due): boolean =>
    ready.length <= 1 || !context.memory.current.takesBatches || (step === 'delete' && context.isHub);
  for (const item of ready.filter(isSingle)) await alone(run, item.id, async () => await sendOne(run, item));
  const together = ready.filter((item) => !isSingle(item));

  const sent: { id: string; state: SessionState; operation: BatchOperation }[] = [];
  for (const item of together) {
    const state = await send(run, item);
    if (state !== undefined) sent.push({ id: item.id, state, operation: toOperation(run, item, state) });
  }
  if (sent.length === 0) return;
  const results = await sendBatch(run, sent);
  if (results === 'turned away') {
    // Nobody's refusal: halved, down to single calls.
    const half = Math.ceil(together.length / 2);
    await sendChanges(run, together.slice(0, half));
    await sendChanges(run, together.slice(half));
    return;
  }
  const byId = new Map(results.map((result) => [result.id, result]));
  let stopped: unknown;
  for (const { id, state, operation } of sent) {
    // A result that is missing is an unknown outcome: what was sent stands, and the session is read next.
    const result = byId.get(operation.id);
    if (result === undefined) continue;
    try {
      await hearResult(run, id, state, operation, result);
    } catch (error) {
      run.pace.failed(id);
      if (!isOfOneSession(error) || isKeysFault(error)) stopped ??= error;
    }
  }
  if (stopped !== undefined) throw stopped;
}

async function sendBatch(
  run: Push,
  sent: readonly { id: string; operation: BatchOperation }[],
): Promise<BatchResult[] | 'turned away'> {
  const { context, pace, batches } = run;
  const { remote, remoteTenantId: tenantId } = context;
  try {
    const { results } = await remote.batchSessions({
      tenantId,
      body: { operations: sent.map(({ operation }) => operation) },
    });
    batches.taken = true;
    return results;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    // What came of it is unknown: each is read before it goes again, in a smaller batch if this happens again.
    if (error.status >= 500) {
      const ids = sent.map(({ id }) => id);
      pace.batchFailed(ids);
      for (const id of ids) pace.failed(id);
      run.failuresInARow += 1;
      if (!isOfOneSession(error) || run.failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
      return [];
    }
    for (const { id } of sent) await update(context, id, turnedAway);
    if (error.kind === 'unauthorized' || error.status === 429 || error.kind === 'forbidden') throw error;
    batches.refused = true;
    return 'turned away';
  }
}

function toOperation({ context }: Push, { step }: Due, state: SessionState): BatchOperation {
  const id = state.sync.remote_id;
  if (step === 'delete') return { id, operation: 'delete' };
  return { id, operation: 'patch', patch_directives: patchOf(context, state) };
}

function patchOf(context: SyncContext, { session, sync }: SessionState): JsonPatch {
  const patch = toPatch(sync.base ?? {}, session);
  return context.memory.current.honoursTest === false ? patch : withVersionTest(patch, sync.version ?? {});
}

async function sendOne(run: Push, item: Due): Promise<void> {
  const state = await send(run, item);
  if (state === undefined) return;
  const { context } = run;
  const { remote, remoteTenantId: tenantId } = context;
  const id = state.sync.remote_id;
  try {
    if (item.step === 'delete') {
      // It goes by the version that was read just before: what came in since is not deleted with it.
      const version = context.isHub ? state.sync.version?.sys_version : undefined;
      await remote.deleteSession({ tenantId, id, ...(version === undefined ? {} : { ifMatch: `"${version}"` }) });
      await hearDeleted(run, item.id);
    } else {
      const answer = await remote.patchSession({ tenantId, id, body: patchOf(context, state) });
      if (answer.id !== id) throw unusable();
      // What came of it is not told: it is read next.
      if (!isWholeSession(answer)) return;
      reportOverwriting(context, state, answer);
      await hearAnswer(run, item.id, answer);
    }
  } catch (error) {
    await hearFailure(run, item.id, error, state);
  }
}

/** Where nothing guards a patch, another change may have come in after it was read: that is found, and said. */
function reportOverwriting(context: SyncContext, { sync }: SessionState, answer: JsonObject): void {
  if (context.memory.current.honoursTest === true) return;
  const [before, after] = [sync.version?.sys_version, versionOf(answer).sys_version];
  if (before === undefined || after === undefined || after <= before + 1) return;
  context.log(because('may_be_overwritten'));
}

async function hearResult(
  run: Push,
  id: string,
  state: SessionState,
  operation: BatchOperation,
  result: BatchResult,
): Promise<void> {
  if (!result.success) {
    const kind = kindOfStatus(result.status_code);
    const why = result.error === undefined ? because(`failed_${kind}`) : reasonOf({ ...result, message: result.error });
    return await hearFailure(run, id, new ContractError(kind, why, { answeredStatus: result.status_code }), state);
  }
  if (operation.operation === 'delete') return await hearDeleted(run, id);
  if (!isJsonObject(result.result) || result.result.id !== operation.id || !isWholeSession(result.result)) return;
  reportOverwriting(run.context, state, result.result);
  await hearAnswer(run, id, result.result);
}

async function hearAnswer(run: Push, id: string, answer: JsonObject): Promise<void> {
  await hearRemote(run.context, id, answer, 'answer');
  succeeded(run, id);
}

async function hearDeleted(run: Push, id: string): Promise<void> {
  await update(run.context, id, hearGone);
  succeeded(run, id);
}

function succeeded(run: Push, id: string): void {
  run.pace.succeeded(id);
  run.context.count('changes_sent', 1);
  run.successes += 1;
  run.failuresInARow = 0;
}

async function hearRemote(
  context: SyncContext,
  id: string,
  remote: JsonObject,
  from: 'answer' | 'read',
): Promise<SessionState | undefined> {
  return await changeAsHeadquarters(context, (change) => {
    const record = findRecord(change, context.tenantId, id);
    // Settled meanwhile by another way.
    if (record === undefined || (record._deleted && !record.sync.dirty)) return undefined;
    return hearInto(context, change, record, remote, { from });
  });
}

/** What a failure means for one session; rethrown where it is not the session's, or its outcome is unknown. */
async function hearFailure(run: Push, id: string, error: unknown, sent: SessionState): Promise<void> {
  const { context, pace } = run;
  if (!(error instanceof ContractError)) throw error;
  // Unknown: it is read before it goes again.
  if (error.status >= 500) throw error;
  const refusal: Refusal = {
    status: error.answeredStatus ?? error.status,
    message: error.message,
    because: error.because,
    faults: [...error.faults],
    atMs: context.clock(),
  };
  if (error.kind === 'unauthorized' || error.status === 429) {
    await update(context, id, turnedAway);
    const isCreate = sent.sync.remote_id === '';
    if (!isCreate || !(error.kind === 'quota_exceeded' || pace.limited(id))) throw error;
    const limit = because('limit_reached', { why: error.because });
    await refuse(run, id, sent, { ...refusal, message: textOf(limit), because: limit });
    return;
  }
  if (sent.sync.remote_id === '') await update(context, id, turnedAway);
  else {
    await update(context, id, notArrived);
    const heard = await readAndHear(run, id);
    // It moved, or is gone: merged, and sent again in the next round.
    if (heard === undefined || !sameVersion(heard.sync.version, sent.sync.version)) return;
    const step = nextStep(heard);
    if (step !== 'patch' && step !== 'delete') return;
    if (error.kind === 'forbidden' && heard.sync.base?.['sys_locked'] !== true)
      return await forbid(run, id, sent, refusal, error);
  }
  if (error.kind === 'forbidden' && sent.sync.remote_id === '') return await forbid(run, id, sent, refusal, error);
  await refuse(run, id, sent, refusal);
}

/** A 403 that no lock explains: of several at once the key is to blame, and none of them is refused. */
async function forbid(
  run: Push,
  id: string,
  sent: SessionState,
  refusal: Refusal,
  error: ContractError,
): Promise<void> {
  run.forbidden.set(id, { sent, refusal });
  if (run.forbidden.size < 2 || run.successes > 0) return;
  for (const [other] of run.forbidden) await update(run.context, other, turnedAway);
  throw new ContractError('forbidden', because('key_may_not_change'), { cause: error });
}

/** Notes a refusal of what was sent. What was edited since was not refused: it is sent in its turn. */
async function refuse({ context, pace }: Push, id: string, sent: SessionState, refusal: Refusal): Promise<void> {
  await update(context, id, (state) => {
    const step = nextStep(state);
    const isOpen = step === 'create' || step === 'patch' || step === 'delete';
    const isSame = state.deleted === sent.deleted && jsonEqual(contentOf(state.session), contentOf(sent.session));
    return isOpen && isSame ? hearRefusal(state, refusal) : state;
  });
  pace.succeeded(id);
  context.log(because('refused_there', { why: refusal.because }));
}

/** Finds out what became of a change that was sent. */
async function findOut(run: Push, id: string): Promise<void> {
  const state = await readAndHear(run, id);
  if (state !== undefined && !state.sync.dirty) run.context.count('changes_sent', 1);
}

/** Reads a session at headquarters, consistently, and takes in what is heard; undefined where it is hidden, or settled meanwhile. */
async function readAndHear({ context }: Push, id: string): Promise<SessionState | undefined> {
  context.signal.throwIfAborted();
  const record = context.store.read(
    (view) => view.findSession(context.tenantId, id) ?? view.findDeletedSession(context.tenantId, id),
  );
  if (record === undefined || record.sync.remote_id === '') return undefined;
  const read = await readRemote(context, record.sync.remote_id);
  if (read === 'hidden') throw new ContractError('invalid', because('hidden_from_key'));
  if (read === 'gone') {
    return await update(context, id, (state) => (state.deleted && !state.sync.dirty ? state : hearGone(state)));
  }
  return await hearRemote(context, id, read.found, 'read');
}

/** Finds out, once per upstream, whether a failing `test` makes headquarters refuse a patch. */
async function probeTest(context: SyncContext): Promise<void> {
  if (context.memory.current.honoursTest !== undefined) return;
  const { store, remote, remoteTenantId: tenantId, upstream } = context;
  const known = store
    .read((view) => view.listUnsent(context.tenantId))
    .filter(({ sync }) => sync.upstream === upstream && sync.remote_id !== '' && sync.absent === undefined);
  const body: JsonPatch = [{ op: 'test', path: '/id', value: 'not this id' }];
  for (const { sync } of known.slice(0, MAX_FAILURES_IN_A_ROW)) {
    try {
      await remote.patchSession({ tenantId, id: sync.remote_id, body });
      await context.memory.remember({ honoursTest: false });
      return;
    } catch (error) {
      if (!isOfOneSession(error)) throw error;
      if (error instanceof ContractError && (error.kind === 'invalid' || error.kind === 'precondition_failed')) {
        await context.memory.remember({ honoursTest: true });
        return;
      }
      // A session that is gone, or locked, tells nothing: the next one may.
    }
  }
}

function unusable(): ContractError {
  return new ContractError('unusable_answer', because('answer_of_another'));
}
