import type { MangoQuerySelector, MangoQuerySortPart, RxDocumentData, RxStorage } from 'rxdb';

import type { Clock } from '../../shared/base/clock.ts';
import type { Logger } from '../../shared/base/logger.ts';
import type { OpenDatabase } from './own-file.ts';

/**
 * A query as RxDB gives it to a storage. A selector that does not speak of `_deleted` finds tombstones, too.
 * The primary key is the last sort key, if none is.
 */
export interface StorageQuery<Doc> {
  selector: MangoQuerySelector<RxDocumentData<Doc>>;
  sort?: MangoQuerySortPart<RxDocumentData<Doc>>[];
  skip?: number;
  limit?: number;
}

/**
 * Reads of one consistent state. A collection is named as in RxDB and means its open instance of the highest schema version.
 * Documents are shared, also with RxDB: never to be changed.
 * Errors: `closed` if the collection is not open.
 */
export interface StorageReader {
  /** The documents found, in the order asked; tombstones only if `withDeleted`. */
  findById<Doc>(collection: string, ids: readonly string[], withDeleted?: boolean): RxDocumentData<Doc>[];
  query<Doc>(collection: string, query: StorageQuery<Doc>): RxDocumentData<Doc>[];
  /**
   * Hands over the documents of a query one by one, until `visit` returns false. However many and large they are, it holds few.
   * Within `visit` nothing may be written.
   */
  scan<Doc>(collection: string, query: StorageQuery<Doc>, visit: (document: RxDocumentData<Doc>) => boolean): void;
  /**
   * Hands over the text at one path of each document that a selector finds, in no order; undefined where there is none. Where the path has
   * a column, no document is read. Within `visit` nothing may be written.
   */
  scanText<Doc>(
    collection: string,
    selector: StorageQuery<Doc>['selector'],
    path: string,
    visit: (text: string | undefined) => void,
  ): void;
  /** As many as a query of this selector finds. */
  count<Doc>(collection: string, selector: StorageQuery<Doc>['selector']): number;
  /**
   * Hands over the documents last written in a range of numbers, tombstones too, as they are now, in the order of those writes, until
   * `visit` returns false. Within `visit` nothing may be written.
   */
  scanChanges<Doc>(
    collection: string,
    range: SeqRange,
    selector: StorageQuery<Doc>['selector'],
    visit: (document: RxDocumentData<Doc>, seq: number) => boolean,
  ): void;
  seqBounds(collection: string): SeqBounds;
}

/** Numbers of writes: those after `after`, up to `upTo` if it is given. */
export interface SeqRange {
  after: number;
  upTo?: number;
}

/** What the numbers of a collection's writes tell whoever follows its changes. */
export interface SeqBounds {
  /** The number of the last write. It never gets lower, also over restarts. */
  lastSeq: number;
  /** Tombstones up to here may have been purged: who goes on from an earlier number may miss a deletion. 0 if none were. */
  purgedSeq: number;
}

/**
 * One document to be written, on top of `previous`, which must be the current state; without it, the key must be new.
 * To bring a deleted document back, give its tombstone as `previous`.
 */
export interface TransactionRow<Doc> {
  previous?: RxDocumentData<Doc>;
  /** `_rev` and `_meta.lwt` are filled in, also over given ones; `_deleted` is false and `_attachments` empty where not given. */
  document: Doc & { _deleted?: boolean };
}

/** Reads that see the transaction's own writes, and writes. Not to be used once the work has returned. */
export interface StorageTransaction extends StorageReader {
  /**
   * Writes all rows. Throws `conflict` if a `previous` is not the current state, or `invalid`; the transaction is then
   * lost, even if its work catches the error.
   */
  write<Doc>(collection: string, rows: readonly TransactionRow<Doc>[]): void;
}

/** What a collection may ask of the storage, as its `instanceCreationOptions`. */
export interface SqliteCollectionOptions {
  /**
   * Paths that get a column without an index, besides those of the schema's indexes: conditions on them are then answered
   * without reading documents. The schema must type them as text, number, boolean or array of text. A table once made keeps
   * its columns: options only add.
   */
  columns?: readonly string[];
  /** Tombstones with a truthy value at this path are never purged by `cleanup`. */
  protectedBy?: string;
}

export interface SqliteStorageOptions {
  /** The database file; made if absent. Its folder must exist. */
  path: string;
  /** Rules `_meta.lwt` of transactions, and cleanup. Default: RxDB's own clock, which never gives the same time twice. */
  clock?: Clock;
  /** Hears of checkpoints that failed. Nothing is lost then: the data stays in the write-ahead log. Default: nobody. */
  logger?: Logger;
  /** How long a write waits for another connection's lock before it fails as `busy`. Default: 5,000. */
  busyTimeoutMs?: number;
  /** Bounds of the parsed documents kept, over all collections. Default: 10,000 documents, 32 MiB of JSON text. */
  cache?: { maxDocuments: number; maxBytes: number };
  /** Default: better-sqlite3's own. A test may put faults here. */
  openDatabase?: OpenDatabase;
}

/** What `RxStorageInstance.internals` holds: for people who debug. */
export interface SqliteInternals {
  readonly path: string;
  readonly tableName: string;
}

/**
 * An RxStorage that keeps all collections of one database as tables of one SQLite file, over one connection.
 * It opens the file when made, closes it with the last collection, and opens it again for the next.
 */
export interface SqliteStorage extends RxStorage<SqliteInternals, SqliteCollectionOptions> {
  /**
   * Runs `work`, which must be synchronous, in one transaction; resolves once that is durable. What `work` throws rejects the
   * promise, and nothing of it is kept. Collections see the writes as any other: their change streams emit after the commit.
   * `work` may be run again if the transaction was lost through another's failure; it must change nothing outside until then.
   * Errors: `busy`, `full`, `io`, `closed`, and whatever `work` throws.
   */
  transaction<T>(work: (transaction: StorageTransaction) => T): Promise<T>;
  /** Runs `work`, which must be synchronous, against one state: that of the last commit. */
  read<T>(work: (reader: StorageReader) => T): T;
  /**
   * Copies the database into a new file, which appears whole or not at all, in small pieces between which everything goes on; what is written
   * meanwhile is in it. Errors: `full`, `io`, and `closed` where the storage is closed before it is done.
   *
   * @param onProgress hears of pages copied, and pages in all
   */
  copyTo(path: string, onProgress?: (done: number, total: number) => void): Promise<void>;
  /** Waits for the writes under way, closes all collections and the file. */
  close(): Promise<void>;
}
