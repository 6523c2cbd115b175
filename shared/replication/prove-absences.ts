import { because } from '../base/reasons.ts';
import type { IdSet } from './id-set.ts';
import { isOfOneSession, MAX_FAILURES_IN_A_ROW, readRemote } from './listing.ts';
import type { SessionRecord } from '../store/records.ts';
import { hearGone, stateOf } from './session-state.ts';
import { changeAsHeadquarters, update, type SyncContext } from './sync-context.ts';
import { take } from './take.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** The brake (sync.md, "Pull"): more removals within an hour than this, and than this part of the event's sessions, are asked about. */
const BRAKE_COUNT = 5;
const BRAKE_SHARE = 0.2;
/** So many absences are proven before a person is asked. */
const BRAKE_PROOFS = 20;
/** How many records are looked at together. */
const LOOKED_AT_TOGETHER = 500;

/** A session that is said to be at headquarters no more. */
export interface Missing {
  id: string;
  remoteId: string;
}

/** Proves what a listing lacks (`proveAbsences`), and asks now and then for what the key may not see. */
export async function proveListing(context: SyncContext, eventId: string, seen: IdSet): Promise<boolean> {
  const asksHidden = context.clock() - (context.memory.eventOf(eventId).askedHiddenAtMs ?? 0) >= DAY_MS;
  const { missing, total } = findMissing(context, eventId, seen, asksHidden);
  if (asksHidden) await context.memory.rememberEvent(eventId, { askedHiddenAtMs: context.clock() });
  return await proveAbsences(context, eventId, missing, total, seen.size);
}

/**
 * Removes what headquarters has no more. Each absence is proven by a consistent GET; a session that is said to be gone and that the GET
 * finds in this event shows that nothing is proven. Answers whether all was looked into, and nothing speaks against it.
 *
 * @param total how many sessions the event has here
 * @param done how many sessions were looked at before, for the progress
 */
export async function proveAbsences(
  context: SyncContext,
  eventId: string,
  missing: readonly Missing[],
  total: number,
  done = 0,
): Promise<boolean> {
  const memory = context.memory.eventOf(eventId);
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
  for (const [at, { id, remoteId }] of asked.entries()) {
    context.signal.throwIfAborted();
    context.onProgress(done + at, done + asked.length);
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
      context.log(because('stopped_removing', { n: missing.length }));
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
): { missing: Missing[]; total: number } {
  const { store, tenantId, upstream } = context;
  return store.read((view) => {
    const unlisted: string[] = [];
    let total = 0;
    view.scanRemoteIds(tenantId, eventId, (remoteId) => {
      total += 1;
      if (remoteId !== '' && !seen.has(remoteId)) unlisted.push(remoteId);
    });
    const missing: Missing[] = [];
    for (let from = 0; from < unlisted.length; from += LOOKED_AT_TOGETHER) {
      const some = view.findByRemoteIds(tenantId, unlisted.slice(from, from + LOOKED_AT_TOGETHER));
      for (const { session, sync, event_id, _deleted: deleted } of some) {
        if (deleted || event_id !== eventId || sync.upstream !== upstream) continue;
        // Moved here, and headquarters does not know yet.
        if (sync.base !== undefined && sync.base['event_id'] !== eventId) continue;
        const isAskedFor = sync.absent === undefined || (asksHidden && sync.absent === 'not visible to this key');
        if (isAskedFor) missing.push({ id: session.id, remoteId: sync.remote_id });
      }
    }
    return { missing, total };
  });
}

/** Marks what came from another headquarters, and what a listing that counts does not hold: it is kept here alone. */
export async function markUnmatched(context: SyncContext, eventId: string): Promise<void> {
  const { store, tenantId, upstream } = context;
  const isUnmatched = ({ sync, event_id }: SessionRecord): boolean =>
    sync.absent === 'not looked for yet' && sync.upstream === upstream && event_id === eventId;
  if (!store.read((view) => view.listUnsettled(tenantId)).some(isUnmatched)) return;
  await changeAsHeadquarters(context, (change) => {
    for (const record of change.listUnsettled(tenantId).filter(isUnmatched)) {
      const { sync, ...state } = stateOf(record);
      change.settleSession({ ...state, sync: { ...sync, absent: 'not at headquarters' } }, record);
    }
  });
}

async function markHidden(context: SyncContext, id: string): Promise<void> {
  await update(context, id, (state) =>
    state.sync.absent === undefined ? { ...state, sync: { ...state.sync, absent: 'not visible to this key' } } : state,
  );
}
