import { OWN_ID_PREFIX } from '../base/ids.ts';
import type { SessionFields } from '../contract/session.ts';
import type { StoreChange } from '../store/open-store.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { fetchListed, listPages, readRemote, type Listed } from './listing.ts';
import { sameVersion, versionOf } from './remote-version.ts';
import { arrive, hear, hearGone, notArrived, stateOf } from './session-state.ts';
import { changeAsHeadquarters, findRecord, settle, update, type SyncContext } from './sync-context.ts';

const HOUR_MS = 60 * 60 * 1000;
/** The brake (sync.md, "Pull"): more removals within an hour than this, and than this part of the event's sessions, are asked about. */
const BRAKE_COUNT = 5;
const BRAKE_SHARE = 0.2;
/** So many absences are proven before a person is asked. */
const BRAKE_PROOFS = 20;

/** Brings an event up to date with headquarters: what is new and changed there, then what is gone. */
export async function pullEvent(context: SyncContext, eventId: string): Promise<void> {
  const startedAtMs = context.clock();
  const seen = new Set<string>();
  const seenExternalIds = new Set<string>();
  for await (const page of listPages(context, eventId)) {
    for (const item of page) {
      seen.add(item.id);
      if (typeof item.sys_external_id === 'string') seenExternalIds.add(item.sys_external_id);
    }
    await takePage(context, eventId, page);
    context.onProgress(seen.size, undefined);
  }
  const counts = await proveAbsences(context, eventId, seen);
  if (!counts) return;
  await giveUpLostCreates(context, eventId, seenExternalIds, startedAtMs);
  await context.memory.rememberEvent(eventId, { listedAtMs: context.clock() });
}

/** Fetches what a page lists that is new or changed, and takes it in: one transaction a page. */
async function takePage(context: SyncContext, eventId: string, page: readonly Listed[]): Promise<void> {
  const { store, tenantId } = context;
  const known = store.read((view) =>
    view.findByRemoteIds(
      tenantId,
      page.map((item) => item.id),
    ),
  );
  const byRemoteId = new Map(known.map((record) => [record.sync.remote_id, record]));
  const wanted = page.filter((item) => {
    const record = byRemoteId.get(item.id);
    if (record === undefined) return true;
    if (record.sync.absent !== undefined || (record._deleted && !record.sync.dirty)) return true;
    return !sameVersion(record.sync.version, versionOf(item));
  });
  if (wanted.length === 0) return;
  const states = await fetchListed(context, eventId, wanted);
  await changeAsHeadquarters(context, (change) => {
    for (const state of states) take(context, change, state);
  });
}

/** Takes in one state of headquarters', under the id that the session has here (sync.md, "Identity"). */
function take(context: SyncContext, change: StoreChange, remote: SessionFields): void {
  const record = locate(context, change, remote);
  if (typeof record === 'string') {
    settle(context, change, arrive(remote, record, context.upstream), findRecord(change, context.tenantId, record));
    return;
  }
  if (record._deleted && !record.sync.dirty) {
    // Removed here as proven, and there again: a restored backup, or a proof that a lagging server gave.
    settle(context, change, { ...arrive(remote, record.session.id, context.upstream), deleted: false }, record);
    return;
  }
  settle(context, change, hear(stateOf(record), remote, 'read'), record);
}

/** The record of a session of headquarters', or the id under which it is new here. */
function locate(context: SyncContext, change: StoreChange, remote: SessionFields): Stored<SessionRecord> | string {
  const remoteId = String(remote.id);
  const [known] = change.findByRemoteIds(context.tenantId, [remoteId]);
  if (known !== undefined) return known;
  const external = remote.sys_external_id;
  const localId = typeof external === 'string' && external.startsWith(OWN_ID_PREFIX) ? external : remoteId;
  const claimed = findRecord(change, context.tenantId, localId);
  if (claimed === undefined) return localId;
  const isTaken = claimed.sync.remote_id !== '' && claimed.sync.remote_id !== remoteId;
  // A twin: another session of headquarters' with the same external id is one of its own, known by its id there.
  if (isTaken && !claimed._deleted) return remoteId;
  return claimed;
}

/**
 * Removes what headquarters has no more. Each absence is proven by a consistent GET; a session that the listing lacks and the GET
 * finds in this event shows that the listing proves nothing. Answers whether the listing counts.
 */
async function proveAbsences(context: SyncContext, eventId: string, seen: ReadonlySet<string>): Promise<boolean> {
  const missing = findMissing(context, eventId, seen);
  const memory = context.memory.eventOf(eventId);
  const hourAgoMs = context.clock() - HOUR_MS;
  const removedAtMs = memory.removedAtMs.filter((atMs) => atMs > hourAgoMs);
  const sessions = context.store.read((view) => view.listSessions(context.tenantId, { eventId })).length;
  const allowed = Math.max(BRAKE_COUNT, Math.floor(BRAKE_SHARE * (sessions + removedAtMs.length))) - removedAtMs.length;
  const suspicious = missing.length > allowed;

  const gone: string[] = [];
  for (const { id, remoteId } of suspicious ? missing.slice(0, BRAKE_PROOFS) : missing) {
    context.signal.throwIfAborted();
    const proof = await readRemote(context, remoteId);
    if (proof === 'gone') gone.push(id);
    else if (proof === 'hidden') await markHidden(context, id);
    else if (proof.found.event_id === eventId) return false;
    else await takeMoved(context, id, proof.found);
  }
  if (suspicious && gone.length > 0) {
    await context.memory.rememberEvent(eventId, {
      removedAtMs,
      brake: { sinceMs: memory.brake?.sinceMs ?? context.clock(), remoteIds: missing.map(({ remoteId }) => remoteId) },
    });
    return true;
  }
  await removeGone(context, eventId, gone, removedAtMs);
  return true;
}

/** Sessions of an event that are known at headquarters and that a listing lacks. */
function findMissing(
  context: SyncContext,
  eventId: string,
  seen: ReadonlySet<string>,
): { id: string; remoteId: string }[] {
  const kept = new Set(context.memory.eventOf(eventId).keptRemoteIds);
  return context.store
    .read((view) => view.listSessions(context.tenantId, { eventId }))
    .filter(({ sync }) => sync.upstream === context.upstream && sync.remote_id !== '' && sync.absent === undefined)
    .filter(({ sync }) => !seen.has(sync.remote_id) && !kept.has(sync.remote_id))
    .map(({ session, sync }) => ({ id: session.id, remoteId: sync.remote_id }));
}

/** Removes sessions whose absence is proven; the times count towards the brake. */
export async function removeGone(
  context: SyncContext,
  eventId: string,
  ids: readonly string[],
  removedAtMs: readonly number[],
): Promise<void> {
  for (const id of ids) await update(context, id, hearGone);
  const { brake } = context.memory.eventOf(eventId);
  if (ids.length === 0 && brake === undefined) return;
  const times = [...removedAtMs, ...ids.map(() => context.clock())];
  await context.memory.rememberEvent(eventId, { removedAtMs: times, brake: undefined });
}

async function markHidden(context: SyncContext, id: string): Promise<void> {
  await update(context, id, (state) => ({ ...state, sync: { ...state.sync, absent: 'not visible to this key' } }));
}

/** A session that headquarters moved to another event follows there where that event is here, too; else it leaves. */
async function takeMoved(context: SyncContext, id: string, remote: SessionFields): Promise<void> {
  const follows =
    context.store.subscriptions.upstreamOf(context.tenantId, String(remote.event_id)) === context.upstream;
  await update(context, id, (state) => {
    const heard = hear(state, remote, 'read');
    return follows || heard.sync.dirty ? heard : hearGone(heard);
  });
}

/** A create whose outcome was unknown and that a listing which counts does not hold did not arrive: it may be sent again. */
async function giveUpLostCreates(
  context: SyncContext,
  eventId: string,
  externalIds: ReadonlySet<string>,
  startedAtMs: number,
): Promise<void> {
  const unsent = context.store.read((view) => view.listUnsent(context.tenantId));
  for (const { session, sync, _meta } of unsent) {
    if (session.event_id !== eventId || sync.sent?.operation !== 'create' || sync.remote_id !== '') continue;
    // Sent after the listing began: the listing tells nothing of it.
    if (externalIds.has(session.sys_external_id ?? session.id) || _meta.lwt >= startedAtMs) continue;
    await update(context, session.id, (state) => (state.sync.remote_id === '' ? notArrived(state) : state));
  }
}
