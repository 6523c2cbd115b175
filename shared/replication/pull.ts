import { ContractError } from '../contract/errors.ts';
import type { SessionFields } from '../contract/session.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { IdSet } from './id-set.ts';
import {
  fetchListed,
  isOfOneSession,
  listPages,
  MAX_FAILURES_IN_A_ROW,
  readRemote,
  type Listed,
  type Wanted,
} from './listing.ts';
import { adoptLostCreates, createsInDoubt, type Candidate } from './lost-creates.ts';
import { isOlder, sameVersion, versionOf } from './remote-version.ts';
import { hearGone } from './session-state.ts';
import { changeAsHeadquarters, update, type SyncContext } from './sync-context.ts';
import { take, takeAll } from './take.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** The brake (sync.md, "Pull"): more removals within an hour than this, and than this part of the event's sessions, are asked about. */
const BRAKE_COUNT = 5;
const BRAKE_SHARE = 0.2;
/** So many absences are proven before a person is asked. */
const BRAKE_PROOFS = 20;
/** How many records are looked at together. */
const STORE_PAGE = { limit: 500, sizeBytes: 4 * 1024 * 1024 };

/**
 * Brings an event up to date with headquarters: what is new and changed there, then what is gone. Answers whether the listing counted, which
 * is whether every session that it should hold and lacks is proven to be gone, or elsewhere.
 *
 * A first listing that was cut short goes on where it ended. It cannot count, for nobody knows what it listed before: one from the beginning
 * follows, which has little to fetch.
 */
export async function pullEvent(context: SyncContext, eventId: string): Promise<boolean> {
  const { nextKey } = context.memory.eventOf(eventId);
  if (nextKey !== undefined && createsInDoubt(context, eventId).length === 0) {
    try {
      await sweep(context, eventId, nextKey);
    } catch (error) {
      // A key that headquarters does not know any more: from the beginning, then.
      if (!(error instanceof ContractError) || error.kind !== 'invalid') throw error;
    }
    await context.memory.rememberEvent(eventId, { nextKey: undefined });
  }

  const inDoubt = createsInDoubt(context, eventId);
  const { seen, candidates, failed } = await sweep(context, eventId);
  const counts = (await proveAbsences(context, eventId, seen)) && failed === 0;
  await adoptLostCreates(context, eventId, inDoubt, candidates, counts);
  if (counts) await context.memory.rememberEvent(eventId, { listedAtMs: context.clock() });
  return counts;
}

interface Sweep {
  seen: IdSet;
  /** Sessions that may be creates of ours in doubt: taken in when all are known. */
  candidates: Candidate[];
  /** Sessions that are listed and could not be read. */
  failed: number;
}

async function sweep(context: SyncContext, eventId: string, fromKey?: string): Promise<Sweep> {
  const swept: Sweep = { seen: new IdSet(), candidates: [], failed: 0 };
  const isFirst = context.memory.eventOf(eventId).listedAtMs === undefined;
  for await (const { items, nextKey } of listPages(context, eventId, fromKey)) {
    for (const { id } of items) swept.seen.add(id);
    if (items.length > 0) await takePage(context, eventId, items, swept);
    if (isFirst && nextKey !== undefined) await context.memory.rememberEvent(eventId, { nextKey });
    context.onProgress(swept.seen.size, nextKey === undefined ? swept.seen.size : undefined);
  }
  if (isFirst) await context.memory.rememberEvent(eventId, { nextKey: undefined });
  return swept;
}

/** Fetches what a page lists that is new or changed, and takes it in: one transaction a page. */
async function takePage(context: SyncContext, eventId: string, page: readonly Listed[], swept: Sweep): Promise<void> {
  const { store, tenantId } = context;
  const ids = page.map((item) => item.id);
  const known = store.read((view) => view.findByRemoteIds(tenantId, ids));
  const byRemoteId = new Map(known.map((record) => [record.sync.remote_id, record]));
  const wanted = page.flatMap((item) => wantedOf(item, byRemoteId.get(item.id)));
  if (wanted.length === 0) return;
  const { states, failed } = await fetchListed(context, eventId, wanted);
  swept.failed += failed;
  const doubts = createsInDoubt(context, eventId);
  await changeAsHeadquarters(context, (change) => {
    const isDoubtful = ({ state }: Candidate): boolean =>
      doubts.length > 0 &&
      mayBeOurs(context, state) &&
      change.findByRemoteIds(tenantId, [String(state.id)]).length === 0;
    const { candidates = [], clear = [] } = Object.groupBy(states, (read) =>
      isDoubtful(read) ? 'candidates' : 'clear',
    );
    swept.candidates.push(...candidates);
    takeAll(context, change, clear);
  });
}

/** Without an external id, where headquarters may have dropped ours. */
function mayBeOurs({ memory }: SyncContext, state: SessionFields): boolean {
  const { sys_external_id: external } = state;
  return memory.current.keepsExternalIds !== true && (external === undefined || external === null);
}

function wantedOf(item: Listed, record: Stored<SessionRecord> | undefined): Wanted[] {
  if (record === undefined) return [{ item, needsProof: false }];
  const { version, absent, dirty } = record.sync;
  const heard = versionOf(item);
  if (record._deleted && !dirty) return [{ item, needsProof: true }];
  if (sameVersion(version, heard) && absent === undefined) return [];
  return [{ item, needsProof: absent !== undefined || (version !== undefined && isOlder(heard, version)) }];
}

/**
 * Removes what headquarters has no more. Each absence is proven by a consistent GET; a session that the listing lacks and the GET
 * finds in this event shows that the listing proves nothing. Answers whether the listing counts.
 */
async function proveAbsences(context: SyncContext, eventId: string, seen: IdSet): Promise<boolean> {
  const memory = context.memory.eventOf(eventId);
  const asksHidden = context.clock() - (memory.askedHiddenAtMs ?? 0) >= DAY_MS;
  const { missing, total } = findMissing(context, eventId, seen, asksHidden);
  if (asksHidden) await context.memory.rememberEvent(eventId, { askedHiddenAtMs: context.clock() });
  const hourAgoMs = context.clock() - HOUR_MS;
  const removedAtMs = memory.removedAtMs.filter((atMs) => atMs > hourAgoMs);
  const share = Math.floor(BRAKE_SHARE * (total + removedAtMs.length));
  const allowed = Math.max(BRAKE_COUNT, share) - removedAtMs.length;
  const mayApply = memory.brake?.apply === true;
  const asked = mayApply || missing.length <= allowed ? missing : missing.slice(0, BRAKE_PROOFS);

  const gone: string[] = [];
  let counts = asked.length === missing.length;
  let isFaulty = false;
  let failures = 0;
  for (const { id, remoteId } of asked) {
    context.signal.throwIfAborted();
    try {
      const proof = await readRemote(context, remoteId);
      failures = 0;
      if (proof === 'gone') gone.push(id);
      else if (proof === 'hidden') await markHidden(context, id);
      else {
        isFaulty ||= proof.found.event_id === eventId;
        await changeAsHeadquarters(context, (change) => take(context, change, proof.found, true));
      }
    } catch (error) {
      failures += 1;
      if (!isOfOneSession(error) || failures >= MAX_FAILURES_IN_A_ROW) throw error;
      counts = false;
    }
    // It lacks what is there: it proves nothing.
    if (isFaulty) return false;
  }
  const stops = !mayApply && gone.length > 0 && (gone.length > allowed || asked.length < missing.length);
  if (stops) {
    const remoteIds = missing.map(({ remoteId }) => remoteId);
    const sinceMs = memory.brake?.sinceMs ?? context.clock();
    await context.memory.rememberEvent(eventId, { removedAtMs, brake: { sinceMs, remoteIds } });
    if (memory.brake === undefined) {
      context.log(`Headquarters lacks ${missing.length} sessions of an event: sync stopped removing, and asks.`);
    }
    return false;
  }
  for (const id of gone) await update(context, id, hearGone);
  if (gone.length > 0 || (memory.brake !== undefined && counts)) {
    const times = mayApply ? removedAtMs : [...removedAtMs, ...gone.map(() => context.clock())];
    await context.memory.rememberEvent(eventId, { removedAtMs: times, brake: undefined });
  }
  return counts;
}

/** Sessions of an event that are known at headquarters and that a listing lacks, and how many the event has. */
function findMissing(
  context: SyncContext,
  eventId: string,
  seen: IdSet,
  asksHidden: boolean,
): { missing: { id: string; remoteId: string }[]; total: number } {
  const { store, tenantId, upstream } = context;
  const missing: { id: string; remoteId: string }[] = [];
  let total = 0;
  let afterId: string | undefined;
  for (;;) {
    const bounds = afterId === undefined ? STORE_PAGE : { ...STORE_PAGE, afterId };
    const { records, more } = store.read((view) => view.pageOfSessions(tenantId, { eventId }, bounds));
    total += records.length;
    for (const { session, sync } of records) {
      if (sync.upstream !== upstream || sync.remote_id === '' || seen.has(sync.remote_id)) continue;
      // Moved here, and headquarters does not know yet.
      if (sync.base !== undefined && sync.base['event_id'] !== eventId) continue;
      const isAskedFor = sync.absent === undefined || (asksHidden && sync.absent === 'not visible to this key');
      if (isAskedFor) missing.push({ id: session.id, remoteId: sync.remote_id });
    }
    if (!more) return { missing, total };
    afterId = records.at(-1)?.session.id;
  }
}

async function markHidden(context: SyncContext, id: string): Promise<void> {
  await update(context, id, (state) =>
    state.sync.absent === undefined ? { ...state, sync: { ...state.sync, absent: 'not visible to this key' } } : state,
  );
}
