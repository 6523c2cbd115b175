import type { Operation } from 'fast-json-patch';
import {
  addRxPlugin,
  createRxDatabase,
  getAllCollectionDocuments,
  type RxCollection,
  type RxDatabase,
  type RxChangeEventBulk,
} from 'rxdb';
import type { Observable } from 'rxjs';
import { RxDBMigrationSchemaPlugin } from 'rxdb/plugins/migration-schema';

import { toTimestamp } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import { jsonEqual, own, toPointer, type JsonObject } from '../base/json.ts';
import { because, type Reason } from '../base/reasons.ts';
import { placeholder, type CatalogItem, type CatalogKind } from '../catalog/catalog.ts';
import { ContractError } from '../contract/errors.ts';
import type { Session } from '../contract/session.ts';
import {
  GOES_ON,
  GOES_ON_FROM,
  recordKey,
  toCatalogRecord,
  toSessionRecord,
  type CatalogRecord,
  type HistoryRecord,
  type ImportDigests,
  type SessionRecord,
  type SettingRecord,
  type Stored,
} from './records.ts';
import { findUnsoundRecord } from './check-records.ts';
import { currentCollections, type Collections } from './collections.ts';
import { createSubscriptions, SUBSCRIPTIONS, type Subscriptions } from './subscriptions.ts';
import { afterDelete, afterEdit, holdsWork, LOCAL_ONLY, madeBy, unmatched, type SyncState } from './sync-state.ts';
import { StepRecorder, type StepMove, type StepOwner } from './steps.ts';
import type { StorageTransaction, TransactionalStorage } from './storage-port.ts';
import { createStoreView, type StoreView } from './store-view.ts';

/** The database holds what a later version of Offstage wrote. */
export class NewerStoreError extends Error {}

/** The collections as RxDB sees them: for live queries. Writes go through `change`, so that history is kept. */
export type StoreCollections = {
  sessions: RxCollection<SessionRecord>;
  catalog: RxCollection<CatalogRecord>;
  history: RxCollection<HistoryRecord>;
  settings: RxCollection<SettingRecord>;
};

/** Who makes a change, by which operation, and when. */
export interface ChangeContext {
  tenantId: string;
  principalId: string;
  operation: string;
  atMs: number;
  /** The replica where it was made, if that is another than this store. */
  replicaId?: string | undefined;
  /** Makes the change a step of the principal's, to be undone (`steps.ts`): the same for all changes of one work. */
  step?: string | undefined;
}

/** A session as replication leaves it. */
export interface SettledSession {
  session: Session;
  sync: SyncState;
  /** Whether the session is gone here. */
  deleted?: boolean;
}

/** Reads and writes of one transaction. Every write of a session or catalog item writes its history, too. */
export interface StoreChange extends StoreView {
  /** Saves a session over `previous` (its record, deleted or not), or as a new one. */
  saveSession(session: Session, previous?: Stored<SessionRecord>, imported?: ImportDigests): void;
  deleteSession(previous: Stored<SessionRecord>): void;
  /**
   * Writes what replication learned: a session and its sync state as they are given. History gets an entry where a session that was here
   * changes, none where a new one arrives.
   */
  settleSession(settled: SettledSession, previous?: Stored<SessionRecord>): void;
  /** Writes sessions that are nowhere here yet, not even deleted. */
  arriveSessions(sessions: readonly Pick<SettledSession, 'session' | 'sync'>[]): void;
  saveSetting(name: string, value: string): void;
  /** Notes what a schedule file said of a session that it did not change. */
  rememberImport(record: Stored<SessionRecord>, imported: ImportDigests): void;
  /** Saves a catalog item; one that stands there just so already is not written again. */
  saveCatalogItem(kind: CatalogKind, item: CatalogItem, imported?: ImportDigests): void;
  /** Takes an item out of the catalog, if it is there. */
  deleteCatalogItem(kind: CatalogKind, id: string): void;
  /** Writes an item as it is after hearing of it from a hub, and what that hub has. */
  settleCatalogItem(kind: CatalogKind, item: CatalogItem, hub: NonNullable<CatalogRecord['hub']>): void;
  /** Notes in the history of both that a deleted session goes on as another. */
  continueSession(fromId: string, toId: string): void;
  /** Makes this change the taking back of a step; it must be a step itself. */
  takeStep(move: StepMove): void;
}

/** The local store: one SQLite file, many tenants. */
export interface Store {
  readonly collections: StoreCollections;
  /** A random text of this database's own, made when it was created. */
  readonly secret: string;
  /** Names this store among others that share its work: a random id, made when it was created. */
  readonly replicaId: string;
  /** Names this life of the store: until it is restored from a backup. Positions in its order of writes belong to it. */
  readonly epoch: string;
  /** Begins a new life, as every restore must: what followed the changes of the one before starts anew. */
  renewEpoch(): Promise<void>;
  /** Which upstream an event belongs to: an edit of its sessions waits for it from then on. */
  readonly subscriptions: Subscriptions;
  /**
   * Makes an event belong to an upstream, from now on and after a restart. Its sessions that no upstream knows of wait to be sent; those of
   * another upstream are matched anew. Throws `unsettled` while any of these waits.
   */
  subscribe(tenantId: string, eventId: string, upstream: string, atMs?: number): Promise<void>;
  /**
   * Ends the events' subscriptions. Their sessions leave this store: headquarters has them, and they come back with a new subscription.
   * Throws `unsettled` where work of a person's would be lost.
   */
  unsubscribe(tenantId: string, eventIds: readonly string[], atMs: number): Promise<void>;
  /** Calls `listener` after each change of a session, with the record as it is then. Answers what ends it. */
  watchSessions(listener: (record: SessionRecord) => void): () => void;
  /** Calls `listener` after each change of an item of the catalog, with the record as it is then. Answers what ends it. */
  watchCatalog(listener: (record: CatalogRecord) => void): () => void;
  /** Calls `listener` after each step, with the person whose it is. Answers what ends it. */
  watchSteps(listener: (owner: StepOwner) => void): () => void;
  /** Of a store from elsewhere: the first record that no store of ours writes, in words; undefined where there is none. */
  findUnsound(): string | undefined;
  /** Reads against one state, synchronously. */
  read<T>(work: (view: StoreView) => T): T;
  /**
   * Runs `work` synchronously in one transaction and resolves when it is durable. What it throws undoes all of it. Between its
   * reads and its writes nothing else can happen: no update is lost.
   */
  change<T>(context: ChangeContext, work: (change: StoreChange) => T): Promise<T>;
  close(): Promise<void>;
}

// RxDB opens a name once per process, and a process may well hold several stores, each over a file of its own.
let opened = 0;

// Without it, RxDB refuses a database whose schemas are older than ours.
addRxPlugin(RxDBMigrationSchemaPlugin);

/**
 * Opens the store over a storage, creating its collections or migrating them from earlier versions.
 *
 * @param collections what to open it as; others than the current ones serve the test of migrations
 */
export async function openStore<Options>(
  storage: TransactionalStorage<Options>,
  ids: IdSource,
  collections: Collections = currentCollections,
): Promise<Store> {
  const database: RxDatabase<StoreCollections> = await createRxDatabase<StoreCollections>({
    name: `offstage-${(opened += 1)}`,
    storage,
    multiInstance: false,
  });
  try {
    await requireKnownVersions(database, collections);
    await database.addCollections(collections);
    const secret = await ensureSetting(storage, 'secret', () => ids() + ids());
    const replicaId = await ensureSetting(storage, 'replica', ids);
    let epoch = await ensureSetting(storage, 'epoch', ids);
    const subscriptions = createSubscriptions(
      storage.read((reader) => createStoreView(reader).findSetting(SUBSCRIPTIONS)),
    );
    /** Changes the subscriptions to what `work` answers. From within the transaction on, every edit goes by them. */
    const resubscribe = async (context: ChangeContext, work: (change: StoreChange) => string): Promise<void> => {
      try {
        await storage.transaction((transaction) => {
          const change = createStoreChange(transaction, context, ids, subscriptions);
          const saved = work(change);
          change.saveSetting(SUBSCRIPTIONS, saved);
          subscriptions.adopt(saved);
        });
      } catch (error) {
        subscriptions.adopt(storage.read((reader) => createStoreView(reader).findSetting(SUBSCRIPTIONS)));
        throw error;
      }
    };
    return {
      collections: database.collections,
      secret,
      replicaId,
      get epoch() {
        return epoch;
      },
      async renewEpoch() {
        const next = ids();
        const context = { tenantId: '', principalId: 'restore', operation: 'restore', atMs: 0 };
        await storage.transaction((transaction) =>
          createStoreChange(transaction, context, ids, subscriptions).saveSetting('epoch', next),
        );
        epoch = next;
      },
      subscriptions,
      async subscribe(tenantId, eventId, upstream, atMs = 0) {
        if (subscriptions.upstreamOf(tenantId, eventId) === upstream) return;
        const context = { tenantId, principalId: 'headquarters', operation: 'subscribe', atMs };
        await resubscribe(context, (change) => {
          const known = change.listUnsettled(tenantId).filter(({ event_id }) => event_id === eventId);
          requireSettled(
            known.filter(({ sync }) => sync.upstream !== undefined && (sync.dirty || sync.conflicts !== undefined)),
            (why) => because('event_goes_over', { event: eventId, why }),
          );
          // Until headquarters' sessions, or a catalog, tell more of it.
          if (change.findCatalogItem(tenantId, 'events', eventId) === undefined) {
            change.saveCatalogItem('events', placeholder(eventId));
          }
          for (const record of change.listSessions(tenantId, { eventId })) {
            const { session, sync } = record;
            if (sync.upstream === upstream) continue;
            const isLocal = sync.upstream === undefined;
            const next = isLocal ? afterEdit({ ...record, sync: LOCAL_ONLY }, upstream, atMs) : unmatched(upstream);
            change.settleSession({ session, sync: next }, record);
          }
          return subscriptions.with(tenantId, eventId, upstream);
        });
      },
      async unsubscribe(tenantId, eventIds, atMs) {
        const context = { tenantId, principalId: 'headquarters', operation: 'unsubscribe', atMs };
        const stays = (eventId: string): boolean =>
          !eventIds.includes(eventId) && subscriptions.upstreamOf(tenantId, eventId) !== undefined;
        await resubscribe(context, (change) => {
          const left = change
            .listUnsettled(tenantId)
            .filter(({ event_id, sync }) => !stays(event_id) && holdsWork(sync));
          requireSettled(left, (why) => because(eventIds.length === 1 ? 'event_stays' : 'events_stay', { why }));
          for (const eventId of eventIds) {
            for (const record of change.listSessions(tenantId, { eventId })) {
              change.settleSession({ session: record.session, sync: LOCAL_ONLY, deleted: true }, record);
            }
            change.deleteCatalogItem('events', eventId);
          }
          return subscriptions.without(tenantId, eventIds);
        });
      },
      watchSessions(listener) {
        return watch<SessionRecord>(database.collections.sessions, listener);
      },
      watchCatalog(listener) {
        return watch<CatalogRecord>(database.collections.catalog, listener);
      },
      watchSteps(listener) {
        return watch<HistoryRecord>(database.collections.history, ({ kind, tenant_id, principal_id }) => {
          if (kind === 'steps') listener({ tenantId: tenant_id, principalId: principal_id });
        });
      },
      findUnsound: () => storage.read(findUnsoundRecord),
      read: (work) => storage.read((reader) => work(createStoreView(reader))),
      change: (context, work) =>
        storage.transaction((transaction) => {
          const step = stepRecorder(transaction, context);
          const result = work(createStoreChange(transaction, context, ids, subscriptions, step));
          step?.finish();
          return result;
        }),
      async close() {
        await database.close();
        await storage.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function requireSettled(open: readonly SessionRecord[], reasonFor: (why: Reason) => Reason): void {
  if (open.length === 0) return;
  const why = open.length === 1 ? because('one_waits') : because('several_wait', { n: open.length });
  throw new ContractError('unsettled', reasonFor(why));
}

function stepRecorder(transaction: StorageTransaction, context: ChangeContext): StepRecorder | undefined {
  const { step, operation, atMs } = context;
  return step === undefined ? undefined : new StepRecorder(transaction, context, step, operation, atMs);
}

function createStoreChange(
  transaction: StorageTransaction,
  context: ChangeContext,
  ids: IdSource,
  subscriptions: Subscriptions,
  step?: StepRecorder,
): StoreChange {
  const { tenantId } = context;

  const entryOf = (kind: HistoryRecord['kind'], itemId: string): HistoryRecord => ({
    key: recordKey(tenantId, kind, itemId, ids()),
    tenant_id: tenantId,
    kind,
    item_id: itemId,
    at: toTimestamp(context.atMs),
    principal_id: context.principalId,
    operation: context.operation,
    forward: [],
    back: [],
  });

  const remember = (kind: HistoryRecord['kind'], itemId: string, before: unknown, after: unknown): void => {
    const patches = { forward: difference(before, after), back: difference(after, before) };
    const entry = { ...entryOf(kind, itemId), ...patches };
    transaction.write<HistoryRecord>('history', [{ document: entry }]);
    step?.note(entry, before, after);
  };

  const saveItem = (
    kind: CatalogKind,
    item: CatalogItem,
    imported: ImportDigests | undefined,
    hub?: CatalogRecord['hub'],
  ): void => {
    const [previous] = transaction.findById<CatalogRecord>('catalog', [recordKey(tenantId, kind, item.id)], true);
    const stands = previous?._deleted === false ? previous : undefined;
    const record = toCatalogRecord(tenantId, kind, item, imported ?? previous?.imported, hub ?? stands?.hub);
    const same = stands !== undefined && jsonEqual(stands.item, item);
    if (same && jsonEqual(stands.imported, record.imported) && jsonEqual(stands.hub, record.hub)) return;
    transaction.write<CatalogRecord>('catalog', [
      previous === undefined ? { document: record } : { previous, document: record },
    ]);
    if (!same) remember(kind, item.id, stands?.item, item);
  };

  return {
    ...createStoreView(transaction),

    saveSession(session, previous, imported = previous?.imported) {
      const upstream = subscriptions.upstreamOf(tenantId, session.event_id);
      const sync = madeBy(context.replicaId, afterEdit(previous, upstream, context.atMs));
      const record = toSessionRecord(tenantId, session, {
        ...keptOf(previous),
        ...(imported === undefined ? { sync } : { sync, imported }),
      });
      transaction.write<SessionRecord>('sessions', [
        previous === undefined ? { document: record } : { previous, document: record },
      ]);
      const before = previous === undefined || previous._deleted ? undefined : previous.session;
      remember('sessions', session.id, before, session);
    },

    deleteSession(previous) {
      const sync = madeBy(context.replicaId, afterDelete(previous, context.atMs));
      const document = { ...toSessionRecord(tenantId, previous.session, { ...previous, sync }), _deleted: true };
      transaction.write<SessionRecord>('sessions', [{ previous, document }]);
      remember('sessions', previous.session.id, previous.session, undefined);
    },

    settleSession({ session, sync, deleted = false }, previous) {
      const kept = previous === undefined ? { arrived_ms: context.atMs } : keptOf(previous);
      const document = { ...toSessionRecord(tenantId, session, { sync, ...kept }), _deleted: deleted };
      transaction.write<SessionRecord>('sessions', [previous === undefined ? { document } : { previous, document }]);
      const before = previous === undefined || previous._deleted ? undefined : previous.session;
      const after = deleted ? undefined : session;
      // What arrives is nobody's change here; from the first that is made, history tells what was before it.
      if (previous !== undefined && !jsonEqual(before, after)) remember('sessions', session.id, before, after);
    },

    arriveSessions(sessions) {
      const records = sessions.map(({ session, sync }) =>
        toSessionRecord(tenantId, session, { sync, arrived_ms: context.atMs }),
      );
      transaction.write<SessionRecord>(
        'sessions',
        records.map((document) => ({ document })),
      );
    },

    saveSetting(name, value) {
      const [previous] = transaction.findById<SettingRecord>('settings', [name], true);
      const document = { key: name, value };
      transaction.write<SettingRecord>('settings', [previous === undefined ? { document } : { previous, document }]);
    },

    rememberImport(record, imported) {
      if (jsonEqual(record.imported, imported)) return;
      transaction.write<SessionRecord>('sessions', [{ previous: record, document: { ...record, imported } }]);
    },

    saveCatalogItem: (kind, item, imported) => saveItem(kind, item, imported),

    settleCatalogItem: (kind, item, hub) => saveItem(kind, item, undefined, hub),

    deleteCatalogItem(kind, id) {
      const [previous] = transaction.findById<CatalogRecord>('catalog', [recordKey(tenantId, kind, id)]);
      if (previous === undefined) return;
      transaction.write<CatalogRecord>('catalog', [{ previous, document: { ...previous, _deleted: true } }]);
      remember(kind, id, previous.item, undefined);
    },

    continueSession(fromId, toId) {
      const links = [
        { ...entryOf('sessions', fromId), operation: GOES_ON, linked_id: toId },
        { ...entryOf('sessions', toId), operation: GOES_ON_FROM, linked_id: fromId },
      ];
      transaction.write<HistoryRecord>(
        'history',
        links.map((document) => ({ document })),
      );
    },

    takeStep(move) {
      if (step === undefined) throw new Error('Only a step takes a step back.');
      step.take(move);
    },
  };
}

/** What stays with a session's record whoever writes it next. */
function keptOf(previous: Stored<SessionRecord> | undefined): Pick<SessionRecord, 'imported' | 'arrived_ms'> {
  return {
    ...(previous?.imported === undefined ? {} : { imported: previous.imported }),
    ...(previous?.arrived_ms === undefined ? {} : { arrived_ms: previous.arrived_ms }),
  };
}

/**
 * The JSON Patch from one state of a record to another, field by field: each field that differs is there whole, so that what a change did can
 * be told, and taken back, without the states around it. A record that is not there is nothing at the root.
 */
function difference(from: unknown, to: unknown): Operation[] {
  if (from === undefined) return [{ op: 'add', path: '', value: to }];
  if (to === undefined) return [{ op: 'remove', path: '' }];
  const [before, after] = [from as JsonObject, to as JsonObject];
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.flatMap((name): Operation[] => {
    const [old, value] = [own(before, name), own(after, name)];
    const path = toPointer([name]);
    if (jsonEqual(old, value)) return [];
    if (value === undefined) return [{ op: 'remove', path }];
    return [{ op: old === undefined ? 'add' : 'replace', path, value }];
  });
}

/**
 * Calls `listener` with each record as a change left it. Not through the collection's `$`: RxDB 17.6 keeps whatever went through it, with its documents,
 * as long as the process lives (`EVENT_BULK_CACHE` in its rx-change-event.js).
 */
function watch<Kind>({ eventBulks$ }: RxCollection<Kind>, listener: (record: Kind) => void): () => void {
  const bulks: Observable<RxChangeEventBulk<Kind>> = eventBulks$;
  const subscription = bulks.subscribe(({ events }) => {
    for (const { documentData } of events) listener(documentData);
  });
  return () => subscription.unsubscribe();
}

/** RxDB would open older, empty collections beside newer ones: to the user, everything would be gone. */
async function requireKnownVersions(database: RxDatabase<StoreCollections>, collections: Collections): Promise<void> {
  for (const { data } of await getAllCollectionDocuments(database.internalStore)) {
    const known = Object.entries(collections).find(([name]) => name === data.name)?.[1];
    if (known !== undefined && data.version > known.schema.version) {
      throw new NewerStoreError('The data was written by a newer version of Offstage; this one leaves it as it is.');
    }
  }
}

/** A setting that is made with the store. */
async function ensureSetting<Options>(
  storage: TransactionalStorage<Options>,
  key: string,
  make: () => string,
): Promise<string> {
  return await storage.transaction((transaction) => {
    const known = createStoreView(transaction).findSetting(key);
    if (known !== undefined) return known;
    const value = make();
    transaction.write<SettingRecord>('settings', [{ document: { key, value } }]);
    return value;
  });
}
