import { createRevision, now, type RxDocumentData } from 'rxdb';

import type { Clock } from '../../shared/base/clock.ts';
import type { CollectionTable } from './collection-table.ts';
import { StorageError } from './storage-error.ts';
import type { StoredDocument } from './stored-document.ts';
import { countTable, queryTable, scanChanges, scanTable, scanText } from './table-query.ts';
import type { StorageQuery, StorageReader, StorageTransaction, TransactionRow } from './transactional-storage.ts';
import type { WriteScope } from './write-queue.ts';
import { writeRows, type AttachmentBytes, type Row } from './write-rows.ts';

/** What revisions of an open collection are signed with: RxDB's token of the database. */
export interface OpenCollection {
  readonly table: CollectionTable;
  readonly databaseToken: string;
}

/** The open collection of a name. Errors: `closed`. */
export type CollectionLookup = (collection: string) => OpenCollection;

type OwnRow = TransactionRow<Record<string, unknown>>;

/** The context of the change events that transactions cause. */
const CONTEXT = 'storage-transaction';

export function storageReader(collectionOf: CollectionLookup): StorageReader {
  return {
    findById: <Doc>(collection: string, ids: readonly string[], withDeleted = false) =>
      collectionOf(collection).table.findAll(ids, withDeleted) as unknown as RxDocumentData<Doc>[],
    query: <Doc>(collection: string, query: StorageQuery<Doc>) => queryTable(collectionOf(collection).table, query),
    scanText: (collection, selector, path, visit) => scanText(collectionOf(collection).table, selector, path, visit),
    scan: (collection, query, visit) => scanTable(collectionOf(collection).table, query, visit),
    count: <Doc>(collection: string, selector: StorageQuery<Doc>['selector']) =>
      countTable(collectionOf(collection).table, { selector }).count,
    scanChanges: (collection, range, selector, visit) =>
      scanChanges(collectionOf(collection).table, range, selector, visit),
    seqBounds: (collection) => collectionOf(collection).table.seqBounds(),
  };
}

/** Runs `work` within the transaction of the scope. Throws what it throws, and `invalid` if it is not synchronous. */
export function runInTransaction<T>(
  work: (transaction: StorageTransaction) => T,
  collectionOf: CollectionLookup,
  clock: Clock | undefined,
  scope: WriteScope,
): T {
  let ended = false;
  let lost: { error: unknown } | undefined;
  const reader = storageReader((collection) => {
    if (ended) throw new StorageError('closed', 'The transaction has ended');
    return collectionOf(collection);
  });
  const transaction: StorageTransaction = {
    ...reader,
    write(collection, rows) {
      if (ended) throw new StorageError('closed', 'The transaction has ended');
      try {
        writeInTransaction(collectionOf(collection), rows as unknown as readonly OwnRow[], clock, scope);
      } catch (error) {
        lost = { error };
        throw error;
      }
    },
  };
  try {
    const result = work(transaction);
    if (lost !== undefined) throw lost.error;
    if (result instanceof Promise) {
      throw new StorageError('invalid', 'The work of a transaction must be synchronous');
    }
    return result;
  } finally {
    ended = true;
  }
}

function writeInTransaction(
  { table, databaseToken }: OpenCollection,
  rows: readonly OwnRow[],
  clock: Clock | undefined,
  scope: WriteScope,
): void {
  const lwt = (clock ?? now)();
  const complete = rows.map(({ previous, document }): Row => {
    const given: Partial<StoredDocument> = document;
    const filled: StoredDocument = {
      ...given,
      _deleted: given._deleted ?? false,
      _attachments: given._attachments ?? {},
      _meta: { ...given._meta, lwt },
      _rev: createRevision(databaseToken, previous),
    };
    refuseUnlessCurrent(table, filled, previous);
    return previous === undefined ? { document: filled } : { previous, document: filled };
  });
  const [error] = writeRows(table, complete, CONTEXT, NO_ATTACHMENTS, scope);
  if (error === undefined) return;
  const kind = error.status === 409 ? 'conflict' : 'invalid';
  throw new StorageError(kind, `${table.name}: row for "${error.documentId}" failed with status ${error.status}`);
}

const NO_ATTACHMENTS: AttachmentBytes = new Map();

// Beyond what bulkWrite compares: a document that is gone, or an attachment's data, which takes waiting to read.
function refuseUnlessCurrent(
  table: CollectionTable,
  document: StoredDocument,
  previous: StoredDocument | undefined,
): void {
  const id = String(document[table.primaryPath]);
  if (previous !== undefined && table.revisionOf(id) === undefined) {
    throw new StorageError('conflict', `${table.name}: "${id}" was to follow ${previous._rev}, but is not there`);
  }
  if (Object.values(document._attachments).some((attachment) => 'data' in attachment)) {
    throw new StorageError('invalid', `${table.name}: "${id}" brings an attachment, which a transaction cannot write`);
  }
}
