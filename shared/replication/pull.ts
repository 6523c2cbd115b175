import { ContractError } from '../contract/errors.ts';
import type { SessionFields } from '../contract/session.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { IdSet } from './id-set.ts';
import { findKnown } from './known-records.ts';
import { fetchListed, listPages, type Listed, type Listing, type Wanted } from './listing.ts';
import { adoptLostCreates, createsInDoubt, type Candidate } from './lost-creates.ts';
import { isOlder, sameNumber, sameVersion, versionOf } from './remote-version.ts';
import { markUnmatched, proveListing } from './prove-absences.ts';
import { changeAsHeadquarters, type SyncContext } from './sync-context.ts';
import type { EventMemory } from './sync-memory.ts';
import { takeAll } from './take.ts';

/**
 * Brings an event up to date with headquarters: what is new and changed there, then what is gone. Answers whether the listing counted, which
 * is whether every session that it should hold and lacks is proven to be gone, or elsewhere.
 *
 * A first listing that was cut short goes on where it ended. It cannot count, for nobody knows what it listed before: one from the beginning
 * follows, which has little to fetch.
 *
 * @param comparesAll whether the listing must ask for all that tells versions apart
 */
export async function pullEvent(context: SyncContext, eventId: string, comparesAll: boolean): Promise<boolean> {
  const { nextKey } = context.memory.eventOf(eventId);
  if (nextKey !== undefined && createsInDoubt(context, eventId).length === 0) {
    try {
      await sweep(context, eventId, 'full', nextKey);
    } catch (error) {
      // A key that headquarters does not know any more: from the beginning, then.
      if (!(error instanceof ContractError) || error.kind !== 'invalid') throw error;
    }
    await context.memory.rememberEvent(eventId, { nextKey: undefined });
  }

  const inDoubt = createsInDoubt(context, eventId);
  const isBrief = !comparesAll && mayBeBrief(context, eventId);
  let swept = await sweep(context, eventId, isBrief ? 'brief' : 'full');
  const isFull = !isBrief || swept.wentBack;
  if (isBrief && swept.wentBack) swept = await sweep(context, eventId, 'full');
  const { seen, candidates, failed, hasNumbers } = swept;
  const counts = (await proveListing(context, eventId, seen)) && failed === 0;
  await adoptLostCreates(context, eventId, inDoubt, candidates, counts);
  if (counts) {
    const listedAtMs = context.clock();
    const compared = isFull ? { comparedAtMs: hasNumbers ? listedAtMs : undefined } : {};
    await context.memory.rememberEvent(eventId, { listedAtMs, ...compared, needsListing: undefined });
    await markUnmatched(context, eventId);
  }
  return counts;
}

/**
 * Whether a listing may leave out the times of changes. Only they tell that headquarters was restored from a backup, and that a session was changed
 * just as often since: that takes longer than a few minutes, and is found within the hour.
 */
function mayBeBrief({ memory, clock }: SyncContext, eventId: string): boolean {
  const { listedAtMs = -Infinity, comparedAtMs = -Infinity } = memory.eventOf(eventId);
  return clock() - listedAtMs < BRIEF_AFTER_MS && clock() - comparedAtMs < COMPARED_EVERY_MS;
}

const BRIEF_AFTER_MS = 5 * 60 * 1000;
const COMPARED_EVERY_MS = 60 * 60 * 1000;

interface Sweep {
  seen: IdSet;
  /** Sessions that may be creates of ours in doubt: taken in when all are known. */
  candidates: Candidate[];
  /** Sessions that are listed and could not be read. */
  failed: number;
  /** Whether each session that was listed has a number of its version. */
  hasNumbers: boolean;
  /** Whether a session was listed with an older version than is known. */
  wentBack: boolean;
}

async function sweep(context: SyncContext, eventId: string, listing: Listing, fromKey?: string): Promise<Sweep> {
  const swept: Sweep = { seen: new IdSet(), candidates: [], failed: 0, hasNumbers: true, wentBack: false };
  const isFirst = context.memory.eventOf(eventId).listedAtMs === undefined;
  for await (const { items, nextKey } of listPages(context, eventId, listing, fromKey)) {
    for (const { id } of items) swept.seen.add(id);
    const after = isFirst && nextKey !== undefined ? { nextKey } : undefined;
    const isRemembered = items.length > 0 && (await takePage(context, eventId, listing, items, swept, after));
    if (after !== undefined && !isRemembered) await context.memory.rememberEvent(eventId, after);
    context.onProgress(swept.seen.size, nextKey === undefined ? swept.seen.size : undefined);
  }
  if (isFirst) await context.memory.rememberEvent(eventId, { nextKey: undefined });
  return swept;
}

/**
 * Fetches what a page lists that is new or changed, and takes it in: one transaction a page, which may remember where to go on.
 *
 * @returns whether that was remembered
 */
async function takePage(
  context: SyncContext,
  eventId: string,
  listing: Listing,
  page: readonly Listed[],
  swept: Sweep,
  after: Partial<EventMemory> | undefined,
): Promise<boolean> {
  const { store, tenantId } = context;
  const ids = page.map((item) => item.id);
  const known = store.read((view) => findKnown(view, tenantId, ids));
  swept.hasNumbers &&= page.every((item) => versionOf(item).sys_version !== undefined);
  swept.wentBack ||= page.some((item) => isListedOlder(item, known.byRemoteId.get(item.id)));
  const wanted = page.flatMap((item) => wantedOf(item, listing, known.byRemoteId.get(item.id)));
  if (wanted.length === 0) return false;
  const { states, failed } = await fetchListed(context, eventId, wanted);
  swept.failed += failed;
  const doubts = createsInDoubt(context, eventId);
  const remember = await changeAsHeadquarters(context, (change) => {
    const isDoubtful = ({ state }: Candidate): boolean =>
      doubts.length > 0 &&
      mayBeOurs(context, state) &&
      change.findByRemoteIds(tenantId, [String(state.id)]).length === 0;
    const { candidates = [], clear = [] } = Object.groupBy(states, (read) =>
      isDoubtful(read) ? 'candidates' : 'clear',
    );
    swept.candidates.push(...candidates);
    takeAll(context, change, clear, known);
    return after === undefined ? undefined : context.memory.rememberEventWithin(change, eventId, after);
  });
  remember?.();
  return after !== undefined;
}

/** Without an external id, where headquarters may have dropped ours. */
function mayBeOurs({ memory }: SyncContext, state: SessionFields): boolean {
  const { sys_external_id: external } = state;
  return memory.current.keepsExternalIds !== true && (external === undefined || external === null);
}

function wantedOf(item: Listed, listing: Listing, record: Stored<SessionRecord> | undefined): Wanted[] {
  if (record === undefined) return [{ item, needsProof: false }];
  const { version, absent, dirty } = record.sync;
  const heard = versionOf(item);
  if (record._deleted && !dirty) return [{ item, needsProof: true }];
  const isKnown = listing === 'brief' ? sameNumber(version, heard) : sameVersion(version, heard);
  if (isKnown && absent === undefined) return [];
  return [{ item, needsProof: absent !== undefined || isListedOlder(item, record) }];
}

function isListedOlder(item: Listed, record: Stored<SessionRecord> | undefined): boolean {
  const version = record?.sync.version;
  return version !== undefined && isOlder(versionOf(item), version);
}
