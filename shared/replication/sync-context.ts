import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import { jsonEqual } from '../base/json.ts';
import type { Reason } from '../base/reasons.ts';
import { placeholder, type CatalogKind } from '../catalog/catalog.ts';
import { visitReferences } from '../catalog/references.ts';
import type { SessionsApi } from '../contract/operations.ts';
import type { Session } from '../contract/session.ts';
import type { Store, StoreChange } from '../store/open-store.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import type { CatalogReference } from '../store/store-view.ts';
import { isUnsettled } from '../store/sync-state.ts';
import { contentOf, openConflicts, stateOf, type SessionState } from './session-state.ts';
import type { Counted } from './sync-log.ts';
import type { SyncMemory } from './sync-memory.ts';

/** What a sync of one tenant with one upstream works with. */
export interface SyncContext {
  store: Store;
  tenantId: string;
  /** The upstream's name here. */
  upstream: string;
  /** The fourteen operations of headquarters. */
  remote: SessionsApi;
  /** Whether headquarters is a hub of ours, which honours `If-Match`. */
  isHub: boolean;
  /** The tenant's id there. */
  remoteTenantId: string;
  /** What is remembered between syncs. */
  memory: SyncMemory;
  clock: Clock;
  ids: IdSource;
  /** Stops the sync at its next step. */
  signal: AbortSignal;
  /** Runs what a page of the change feed must not come in between; it must not be called within itself. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Tells how far a sync is: sessions done, and to do as far as that is known. */
  onProgress(done: number, total: number | undefined): void;
  log(what: Reason): void;
  /** Counts what goes well, for the log. */
  count(what: Counted, number: number): void;
}

/** Changes made by a sync, as history names them. */
export const HEADQUARTERS = 'headquarters';

/** Runs changes of the store in the name of headquarters. */
export async function changeAsHeadquarters<T>(context: SyncContext, work: (change: StoreChange) => T): Promise<T> {
  const { store, tenantId, clock } = context;
  return await store.change({ tenantId, principalId: HEADQUARTERS, operation: 'sync', atMs: clock() }, work);
}

/** A record of the session, deleted or not. */
export function findRecord(change: StoreChange, tenantId: string, id: string): Stored<SessionRecord> | undefined {
  return change.findRecords(tenantId, [id])[0];
}

/**
 * Changes a session's state by an event, against the state as it is by now: an edit that came in meanwhile is not lost. Answers the new
 * state; undefined where there is no such session any more.
 */
export async function update(
  context: SyncContext,
  id: string,
  transform: (state: SessionState) => SessionState,
): Promise<SessionState | undefined> {
  return await changeAsHeadquarters(context, (change) => {
    const record = findRecord(change, context.tenantId, id);
    if (record === undefined) return undefined;
    const state = stateOf(record);
    const next = transform(state);
    return next === state ? state : settle(context, change, next, record);
  });
}

/**
 * Writes a state, and placeholders for what it refers to and the catalog lacks: headquarters offers no catalog. A session that belongs to an
 * event which is not kept here leaves, once nothing of it waits.
 */
export function settle(
  context: SyncContext,
  change: StoreChange,
  state: SessionState,
  record?: Stored<SessionRecord>,
): SessionState {
  const { tenantId, upstream, store } = context;
  const isOpen = isUnsettled(state.sync);
  const stays = isOpen || store.subscriptions.upstreamOf(tenantId, state.session.event_id) === upstream;
  const next = stays ? state : { ...state, deleted: true };
  if (!next.deleted) addPlaceholders(context, change, [next.session]);
  change.settleSession(next, record);
  const what = whatBecame(record, next);
  if (what !== undefined) context.count(what, 1);
  return next;
}

/** What a person here sees of a change that headquarters made. */
function whatBecame(record: Stored<SessionRecord> | undefined, next: SessionState): Counted | undefined {
  const before = record === undefined || (record._deleted && !record.sync.dirty) ? undefined : stateOf(record);
  if (before === undefined) return next.deleted ? undefined : 'sessions_came';
  if (openConflicts(next).length > 0) return openConflicts(before).length > 0 ? undefined : 'sessions_disagree';
  if (next.deleted !== before.deleted) return next.deleted ? 'sessions_removed' : undefined;
  // What headquarters makes of our own change is no change of its own.
  if (next.deleted || before.sync.sent !== undefined) return undefined;
  const isSame = next.session === before.session || jsonEqual(contentOf(before.session), contentOf(next.session));
  return isSame ? undefined : 'sessions_changed';
}

/** Writes sessions that are nowhere here yet, and belong to events that are kept here, with placeholders as `settle` does. */
export function settleNew(context: SyncContext, change: StoreChange, states: readonly SessionState[]): void {
  if (states.length === 0) return;
  addPlaceholders(
    context,
    change,
    states.map(({ session }) => session),
  );
  change.arriveSessions(states);
  context.count('sessions_came', states.length);
}

/** Writes placeholders for what sessions refer to and the catalog lacks. */
export function addPlaceholders(
  { tenantId }: Pick<SyncContext, 'tenantId'>,
  change: StoreChange,
  sessions: readonly Session[],
): void {
  // Many sessions refer to the same.
  const idsByKind = new Map<CatalogKind, Set<string>>();
  const note = (kind: CatalogKind, id: string): void => {
    const ids = idsByKind.get(kind);
    if (ids === undefined) idsByKind.set(kind, new Set([id]));
    else ids.add(id);
  };
  for (const session of sessions) visitReferences(session, note);
  const references = [...idsByKind].flatMap(([kind, ids]) => [...ids].map((id): CatalogReference => ({ kind, id })));
  for (const { kind, id } of change.missingFromCatalog(tenantId, references)) {
    change.saveCatalogItem(kind, placeholder(id));
  }
}
