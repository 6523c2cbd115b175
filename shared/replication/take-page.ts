import { OWN_ID_PREFIX } from '../base/ids.ts';
import { jsonEqual } from '../base/json.ts';
import type { ChangePage, FeedChange, OpenAbove } from '../contract/change-feed.ts';
import type { SessionFields } from '../contract/session.ts';
import type { StoreChange } from '../store/open-store.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { IdSet } from './id-set.ts';
import { findKnown } from './known-records.ts';
import { isOfOneSession, MAX_FAILURES_IN_A_ROW, readRemote } from './listing.ts';
import type { Candidate } from './lost-creates.ts';
import { proveAbsences, type Missing } from './prove-absences.ts';
import { isOlder, versionOf } from './remote-version.ts';
import { changeAsHeadquarters, type SyncContext } from './sync-context.ts';
import type { FeedMemory } from './sync-memory.ts';
import { catalogName, takeCatalog } from './take-catalog.ts';
import { takeAll, type Read } from './take.ts';

type SessionChange = Extract<FeedChange, { session: unknown }>;
type GoneChange = Extract<FeedChange, { why: unknown }>;
type CatalogChange = Extract<FeedChange, { catalog: unknown }>;

/** What is kept of the pages of one pull. */
export interface Taken {
  /** Ids at the hub of the sessions that were told. */
  seen: IdSet;
  /** Items of the catalog that were told to be there, by `catalogName`. */
  items: Set<string>;
  /** Sessions that may be creates of ours in doubt: taken in when all are known. */
  candidates: Candidate[];
}

export function nothingTaken(): Taken {
  return { seen: new IdSet(), items: new Set(), candidates: [] };
}

/**
 * Takes in one page of a hub's change feed: the catalog, then sessions as from a listing, then what is gone, each absence proven by a GET, and
 * under the brake. Taken again, or late, it changes nothing: an older version is no news. What could not be looked into is left to a listing.
 *
 * @param after what is to be remembered of the feed once all is taken
 * @returns whether that was remembered already
 */
export async function takePage(
  context: SyncContext,
  page: ChangePage,
  taken: Taken,
  after: Partial<FeedMemory>,
): Promise<boolean> {
  const { changes } = page;
  const items = changes.filter((change): change is CatalogChange => 'catalog' in change);
  const sessions = changes.filter((change): change is SessionChange => 'session' in change);
  const gone = changes.filter((change): change is GoneChange => 'why' in change);
  for (const told of items) if ('item' in told) taken.items.add(catalogName(told.catalog, told.item.id));
  if (items.length > 0) await takeCatalog(context, items);
  // The last of a page's transactions may remember where it ends: one sync of the disk less for each page of a first sync.
  const isLast = sessions.length > 0 && gone.length === 0;
  if (sessions.length > 0) await takeSessions(context, sessions, taken, isLast ? after : undefined);
  if (gone.length > 0) await takeGone(context, gone);
  return isLast;
}

async function takeSessions(
  context: SyncContext,
  changes: readonly SessionChange[],
  taken: Taken,
  after: Partial<FeedMemory> | undefined,
): Promise<void> {
  const { store, tenantId } = context;
  const states = changes.map(({ session }) => session);
  const ids = states.map(({ id }) => id);
  for (const id of ids) taken.seen.add(id);
  const known = store.read((view) => findKnown(view, tenantId, ids));
  const inDoubt = hasDoubts(context);
  const reads: Read[] = [];
  let failures = 0;
  for (const state of states) {
    const record = known.byRemoteId.get(state.id);
    if (record === undefined && inDoubt && mayBeOurs(state)) {
      taken.candidates.push({ state, proven: false });
      // It is taken in when all are known: cut short before, only a listing would tell of it again.
      await context.memory.rememberEvent(String(state.event_id), { needsListing: true });
    } else if (record === undefined || !needsProof(record, state)) reads.push({ state, proven: false });
    else {
      context.signal.throwIfAborted();
      try {
        const read = await readRemote(context, state.id);
        failures = 0;
        if (typeof read === 'object') reads.push({ state: read.found, proven: true });
      } catch (error) {
        failures += 1;
        if (!isOfOneSession(error) || failures >= MAX_FAILURES_IN_A_ROW) throw error;
        await context.memory.rememberEvent(record.event_id, { needsListing: true });
      }
    }
  }
  const open = new Map(changes.map(({ session, open: items }) => [session.id, items]));
  const remember = await changeAsHeadquarters(context, (change) => {
    takeAll(context, change, reads, known);
    // Most hubs have nothing open, and had nothing before.
    const touched = ids.filter(
      (id) => open.get(id) !== undefined || known.byRemoteId.get(id)?.sync.above !== undefined,
    );
    for (const record of change.findByRemoteIds(tenantId, touched)) {
      markAbove(change, record, open.get(record.sync.remote_id));
    }
    return after === undefined ? undefined : context.memory.rememberFeedWithin(change, after);
  });
  remember?.();
}

/** Whether only a consistent GET will do: what is known here says otherwise. */
function needsProof({ sync, _deleted: deleted }: Stored<SessionRecord>, state: SessionFields): boolean {
  if (deleted && !sync.dirty) return true;
  return sync.absent !== undefined || (sync.version !== undefined && isOlder(versionOf(state), sync.version));
}

function hasDoubts({ store, tenantId, upstream }: SyncContext): boolean {
  return store
    .read((view) => view.listUnsent(tenantId))
    .some(({ sync }) => sync.upstream === upstream && sync.remote_id === '' && sync.sent !== undefined);
}

/** A hub knows a session of ours by its id, unless it has an external id of its own. */
function mayBeOurs({ sys_external_id: external }: SessionFields): boolean {
  return typeof external === 'string' && !external.startsWith(OWN_ID_PREFIX);
}

async function takeGone(context: SyncContext, changes: readonly GoneChange[]): Promise<void> {
  const { store, tenantId, upstream } = context;
  const ids = changes.map(({ gone }) => gone);
  const records = store
    .read((view) => view.findByRemoteIds(tenantId, ids))
    .filter(({ sync }) => sync.upstream === upstream);
  const standing = records.filter(({ _deleted, sync }) => !_deleted && sync.absent === undefined);
  for (const [eventId, missing] of Map.groupBy(standing, (record) => record.event_id)) {
    // A person is asked already, and a listing goes on from there.
    if (context.memory.eventOf(eventId).brake !== undefined) continue;
    const wanted: Missing[] = missing.map(({ session, sync }) => ({ id: session.id, remoteId: sync.remote_id }));
    const total = store.read((view) => view.countSessions(tenantId, eventId));
    if (!(await proveAbsences(context, eventId, wanted, total))) {
      await context.memory.rememberEvent(eventId, { needsListing: true });
    }
  }
  const open = new Map(changes.map((change) => [change.gone, change.open]));
  if (records.every(({ sync }) => jsonEqual(sync.above, open.get(sync.remote_id)))) return;
  await changeAsHeadquarters(context, (change) => {
    for (const record of change.findByRemoteIds(tenantId, ids))
      markAbove(change, record, open.get(record.sync.remote_id));
  });
}

/** Notes what is open about a session at the hub, or further up. */
function markAbove(change: StoreChange, record: Stored<SessionRecord>, open: OpenAbove[] | undefined): void {
  const { above, ...sync } = record.sync;
  if (jsonEqual(above, open)) return;
  const { session, _deleted: deleted } = record;
  change.settleSession({ session, deleted, sync: open === undefined ? sync : { ...sync, above: open } }, record);
}

/** Forgets what was open at the hub: what is, is told anew. */
export async function forgetAbove(context: SyncContext): Promise<void> {
  const { store, tenantId, upstream } = context;
  const isMarked = ({ sync }: SessionRecord): boolean => sync.above !== undefined && sync.upstream === upstream;
  if (!store.read((view) => view.listUnsettled(tenantId)).some(isMarked)) return;
  await changeAsHeadquarters(context, (change) => {
    for (const record of change.listUnsettled(tenantId).filter(isMarked)) markAbove(change, record, undefined);
  });
}
