import type { CatalogItem, CatalogKind } from '../catalog/catalog.ts';
import {
  recordKey,
  type CatalogRecord,
  type HistoryRecord,
  type SessionRecord,
  type SettingRecord,
  type Stored,
} from './records.ts';
import { firstPosition, readChanges, type ChangeBounds, type ChangePosition, type Changes } from './read-changes.ts';
import { listMatcher, toSelector, type SearchFilter, type SessionFilter } from './session-filter.ts';
import { changesOfStep, findStep, newestSteps, type Step, type StepOwner } from './steps.ts';
import type { StorageQuery, StorageReader } from './storage-port.ts';

/** One item of the catalog, named. */
export interface CatalogReference {
  kind: CatalogKind;
  id: string;
}

/** A part of a list, ordered by id: what comes after `afterId`, at most `limit` records and about `sizeBytes` of sessions. */
export interface PageBounds {
  afterId?: string;
  limit: number;
  sizeBytes: number;
}

/** One page and whether there is more behind it. It holds at least one record where there is one. */
export interface Page {
  records: Stored<SessionRecord>[];
  more: boolean;
}

/** Everything that is read from the store, against one state of it. Records are shared: never to be changed. */
export interface StoreView {
  findSession(tenantId: string, id: string): Stored<SessionRecord> | undefined;
  /** What is left of a deleted session. */
  findDeletedSession(tenantId: string, id: string): Stored<SessionRecord> | undefined;
  /** Sessions by their ids, and what is left of deleted ones, in the order asked. */
  findRecords(tenantId: string, ids: readonly string[]): Stored<SessionRecord>[];
  pageOfSessions(tenantId: string, filter: SearchFilter, bounds: PageBounds): Page;
  /** All of them at once, ordered by id: for work over a whole event, never for an answer. */
  listSessions(tenantId: string, filter: SessionFilter): Stored<SessionRecord>[];
  hasSessions(tenantId: string, filter: SessionFilter): boolean;
  /** Of one event, if it is given. */
  countSessions(tenantId: string, eventId?: string): number;
  /** Sessions with which something is open, here or further up (`isUnsettled`), deleted ones too, ordered by id. */
  listUnsettled(tenantId: string): Stored<SessionRecord>[];
  /** Those of them that wait to be sent. */
  listUnsent(tenantId: string): Stored<SessionRecord>[];
  /** The same of all tenants. */
  listUnsentOfAll(): Stored<SessionRecord>[];
  /** Sessions that were last written at a moment or later, in whatever way, deleted ones too, ordered by id. */
  listWrittenSince(tenantId: string, sinceMs: number): Stored<SessionRecord>[];
  /** Sessions by their ids at headquarters, deleted ones too. */
  findByRemoteIds(tenantId: string, remoteIds: readonly string[]): Stored<SessionRecord>[];
  /** The number of the last write of any session: it grows with each. */
  lastWrite(): number;
  /** Hands over the id at headquarters of each session of an event, empty where it has none, without reading the sessions. */
  scanRemoteIds(tenantId: string, eventId: string, visit: (remoteId: string) => void): void;
  findCatalogItem<Kind extends CatalogKind>(tenantId: string, kind: Kind, id: string): CatalogItem<Kind> | undefined;
  findCatalogRecord(tenantId: string, kind: CatalogKind, id: string): Stored<CatalogRecord> | undefined;
  /** Those of the references that the catalog lacks, in the order given. */
  missingFromCatalog(tenantId: string, references: readonly CatalogReference[]): CatalogReference[];
  /** All items of a kind, ordered by id. */
  listCatalog<Kind extends CatalogKind>(tenantId: string, kind: Kind): CatalogItem<Kind>[];
  /** Items of all kinds as they are kept. */
  listCatalogRecords(tenantId: string): Stored<CatalogRecord>[];
  hasRegistrations(tenantId: string, sessionId: string): boolean;
  countRegistrations(tenantId: string, sessionId: string): number;
  /** The changes of one record, oldest first. */
  listHistory(tenantId: string, kind: HistoryRecord['kind'], itemId: string): HistoryRecord[];
  /** The newest changes of one record, the newest first: those before the one of that key. */
  pageOfHistory(
    tenantId: string,
    kind: HistoryRecord['kind'],
    itemId: string,
    bounds: { beforeKey?: string; limit: number },
  ): HistoryRecord[];
  /** What a person can undo and redo next. */
  stepsOf(owner: StepOwner): { undo: Step | undefined; redo: Step | undefined };
  /** The changes of a step, in their order. */
  changesOfStep(owner: StepOwner, step: Step): HistoryRecord[];
  /** Items that a hub lacks as they are here, ordered by kind and id. */
  listUnsentCatalog(tenantId: string): Stored<CatalogRecord>[];
  findSetting(name: string): string | undefined;
  /** The position in the order of writes from which everything that is there is new. */
  firstPosition(): ChangePosition;
  /** What was written after a position (`readChanges`); undefined where that cannot be told. */
  changesAfter(
    tenantId: string,
    eventIds: ReadonlySet<string> | undefined,
    from: ChangePosition,
    bounds: ChangeBounds,
  ): Changes | undefined;
}

export function createStoreView(reader: StorageReader): StoreView {
  const find = <Kind>(collection: string, key: string): Stored<Kind> | undefined =>
    reader.findById<Kind>(collection, [key])[0];

  return {
    findSession: (tenantId, id) => find<SessionRecord>('sessions', recordKey(tenantId, id)),

    findDeletedSession(tenantId, id) {
      const [record] = reader.findById<SessionRecord>('sessions', [recordKey(tenantId, id)], true);
      return record?._deleted === true ? record : undefined;
    },

    findRecords: (tenantId, ids) =>
      reader.findById<SessionRecord>(
        'sessions',
        ids.map((id) => recordKey(tenantId, id)),
        true,
      ),

    pageOfSessions: (tenantId, filter, bounds) => readPage(reader, tenantId, filter, bounds),

    listSessions: (tenantId, filter) => reader.query('sessions', sessionQuery(tenantId, filter)),

    hasSessions: (tenantId, filter) => reader.query('sessions', sessionQuery(tenantId, filter, 1)).length > 0,

    countSessions: (tenantId, eventId) =>
      reader.count<SessionRecord>('sessions', {
        _deleted: false,
        tenant_id: tenantId,
        ...(eventId === undefined ? {} : { event_id: eventId }),
      }),

    listUnsettled: (tenantId) => withDeleted(reader, { tenant_id: tenantId, unsettled: true }),

    listUnsent: (tenantId) =>
      withDeleted(reader, { tenant_id: tenantId, unsettled: true }).filter((record) => record.sync.dirty),

    listUnsentOfAll: () => withDeleted(reader, { unsettled: true }).filter(({ sync }) => sync.dirty),

    listWrittenSince: (tenantId, sinceMs) =>
      withDeleted(reader, { tenant_id: tenantId, '_meta.lwt': { $gte: sinceMs } }),

    findByRemoteIds: (tenantId, remoteIds) =>
      withDeleted(reader, { tenant_id: tenantId, 'sync.remote_id': { $in: [...remoteIds] } }),

    lastWrite: () => reader.seqBounds('sessions').lastSeq,

    scanRemoteIds(tenantId, eventId, visit) {
      const selector = { _deleted: false, tenant_id: tenantId, event_id: eventId };
      reader.scanText<SessionRecord>('sessions', selector, 'sync.remote_id', (remoteId = '') => visit(remoteId));
    },

    findCatalogItem: <Kind extends CatalogKind>(tenantId: string, kind: Kind, id: string) =>
      find<CatalogRecord>('catalog', recordKey(tenantId, kind, id))?.item as CatalogItem<Kind> | undefined,

    findCatalogRecord: (tenantId, kind, id) => find<CatalogRecord>('catalog', recordKey(tenantId, kind, id)),

    missingFromCatalog(tenantId, references) {
      const keyOf = ({ kind, id }: CatalogReference): string => recordKey(tenantId, kind, id);
      const found = reader.findById<CatalogRecord>('catalog', [...new Set(references.map(keyOf))]);
      const known = new Set(found.map((record) => record.key));
      return references.filter((reference) => !known.has(keyOf(reference)));
    },

    listCatalogRecords: (tenantId) =>
      reader.query<CatalogRecord>('catalog', {
        selector: { _deleted: false, tenant_id: tenantId },
        sort: [{ key: 'asc' }],
        skip: 0,
      }),

    listCatalog: <Kind extends CatalogKind>(tenantId: string, kind: Kind) =>
      reader
        .query<CatalogRecord>('catalog', {
          selector: { _deleted: false, tenant_id: tenantId, kind },
          sort: [{ key: 'asc' }],
          skip: 0,
        })
        .map((record) => record.item as CatalogItem<Kind>),

    hasRegistrations: (tenantId, sessionId) =>
      reader.query<CatalogRecord>('catalog', {
        selector: { _deleted: false, tenant_id: tenantId, session_id: sessionId },
        sort: [{ key: 'asc' }],
        skip: 0,
        limit: 1,
      }).length > 0,

    countRegistrations: (tenantId, sessionId) =>
      reader.count<CatalogRecord>('catalog', { _deleted: false, tenant_id: tenantId, session_id: sessionId }),

    listHistory(tenantId, kind, itemId) {
      // Keys of another item may lie among them: ids may hold a `|`.
      const first = recordKey(tenantId, kind, itemId, '');
      return reader.query<HistoryRecord>('history', {
        selector: { _deleted: false, key: { $gt: first, $lt: `${first}\u007f` }, item_id: itemId },
        sort: [{ key: 'asc' }],
        skip: 0,
      });
    },

    pageOfHistory(tenantId, kind, itemId, { beforeKey, limit }) {
      const first = recordKey(tenantId, kind, itemId, '');
      const end = beforeKey?.startsWith(first) === true ? beforeKey : `${first}\u007f`;
      return reader.query<HistoryRecord>('history', {
        selector: { _deleted: false, key: { $gt: first, $lt: end }, item_id: itemId },
        sort: [{ key: 'desc' }],
        skip: 0,
        limit,
      });
    },

    stepsOf(owner) {
      const [newest] = newestSteps(reader, owner, 1);
      return {
        undo: findStep(reader, owner, newest?.undo ?? 0),
        redo: findStep(reader, owner, newest?.redo ?? 0),
      };
    },

    changesOfStep: (owner, step) => changesOfStep(reader, owner, step),

    listUnsentCatalog: (tenantId) =>
      reader.query<CatalogRecord>('catalog', {
        selector: { _deleted: false, tenant_id: tenantId, unsent: true },
        sort: [{ key: 'asc' }],
        skip: 0,
      }),

    findSetting: (name) => find<SettingRecord>('settings', name)?.value,

    firstPosition: () => firstPosition(reader),

    changesAfter: (tenantId, eventIds, from, bounds) => readChanges(reader, tenantId, eventIds, from, bounds),
  };
}

/** Sessions and what is left of deleted ones. Two queries, because every index begins with whether a record is deleted. */
function withDeleted(
  reader: StorageReader,
  selector: StorageQuery<SessionRecord>['selector'],
): Stored<SessionRecord>[] {
  const found = [false, true].flatMap((deleted) =>
    reader.query<SessionRecord>('sessions', {
      selector: { $and: [{ _deleted: deleted }, selector] },
      sort: [{ key: 'asc' }],
      skip: 0,
    }),
  );
  return found.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Where only some of those that are read belong to a page, so many are read at once. */
const READ_AHEAD = 500;

/** Reads a page within its bounds without ever holding more than it. The cost is the page's, whatever the size of the store. */
function readPage(reader: StorageReader, tenantId: string, filter: SearchFilter, bounds: PageBounds): Page {
  const records: Stored<SessionRecord>[] = [];
  const matches = listMatcher(filter);
  // One more than wanted tells whether there is more.
  const atOnce = matches === undefined ? bounds.limit + 1 : READ_AHEAD;
  let { afterId } = bounds;
  let sizeBytes = 0;
  let more = false;
  let seen: number;
  do {
    seen = 0;
    const query = sessionQuery(tenantId, filter, atOnce, afterId);
    reader.scan<SessionRecord>('sessions', query, (record) => {
      seen += 1;
      afterId = record.session.id;
      if (matches?.(record.session) === false) return true;
      const full = records.length === bounds.limit || sizeBytes + record.size_bytes > bounds.sizeBytes;
      more = full && records.length > 0;
      if (more) return false;
      records.push(record);
      sizeBytes += record.size_bytes;
      return true;
    });
  } while (!more && seen === atOnce);
  return { records, more };
}

function sessionQuery(
  tenantId: string,
  filter: SessionFilter,
  limit?: number,
  afterId?: string,
): StorageQuery<SessionRecord> {
  const selector = toSelector(tenantId, filter);
  return {
    selector: afterId === undefined ? selector : { $and: [selector, { key: { $gt: recordKey(tenantId, afterId) } }] },
    sort: [{ key: 'asc' }],
    skip: 0,
    ...(limit === undefined ? {} : { limit }),
  };
}
