import type { MangoQuerySelector, MangoQuerySortPart, RxDocumentData, RxStorage } from 'rxdb';

/** A query as the storage takes it: RxDB's Mango, filled out. */
export interface StorageQuery<Doc> {
  selector: MangoQuerySelector<RxDocumentData<Doc>>;
  sort: MangoQuerySortPart<RxDocumentData<Doc>>[];
  skip: number;
  limit?: number;
}

/** Reads of one consistent state. Documents are shared: never to be changed. */
export interface StorageReader {
  /** The documents found, in the order asked. */
  findById<Doc>(collection: string, ids: readonly string[], withDeleted?: boolean): RxDocumentData<Doc>[];
  query<Doc>(collection: string, query: StorageQuery<Doc>): RxDocumentData<Doc>[];
  /** Hands over the documents of a query one by one, until `visit` returns false. Within `visit` nothing may be written. */
  scan<Doc>(collection: string, query: StorageQuery<Doc>, visit: (document: RxDocumentData<Doc>) => boolean): void;
  /** Hands over the text at one path of each document that a selector finds, in no order; undefined where there is none. */
  scanText<Doc>(
    collection: string,
    selector: StorageQuery<Doc>['selector'],
    path: string,
    visit: (text: string | undefined) => void,
  ): void;
  count<Doc>(collection: string, selector: StorageQuery<Doc>['selector']): number;
  /**
   * Hands over the documents last written in a range of numbers, tombstones too, as they are now, in the order of those writes, until
   * `visit` returns false. Within `visit` nothing may be written.
   */
  scanChanges<Doc>(
    collection: string,
    range: { after: number; upTo?: number },
    selector: StorageQuery<Doc>['selector'],
    visit: (document: RxDocumentData<Doc>, seq: number) => boolean,
  ): void;
  /** The number of a collection's last write, and up to which number tombstones may have been purged. Neither ever gets lower. */
  seqBounds(collection: string): { lastSeq: number; purgedSeq: number };
}

/** A record to write, over the one that was read (deleted or not) or as a new one; `_deleted` leaves a tombstone. */
export interface StorageWrite<Doc> {
  previous?: RxDocumentData<Doc>;
  document: Doc & Partial<Pick<RxDocumentData<Doc>, '_deleted'>>;
}

/** Reads that see the transaction's own writes, and writes that fill in revisions. */
export interface StorageTransaction extends StorageReader {
  write<Doc>(collection: string, rows: readonly StorageWrite<Doc>[]): void;
}

/**
 * What the store needs beyond RxStorage: one synchronous transaction over several collections, because a save and its
 * history entry, and the reads that allowed the save, must be one (storage.md).
 */
export interface TransactionalStorage<Options> extends RxStorage<unknown, Options> {
  /** Runs `work` in one transaction; resolves when it is durable; what `work` throws undoes all of it. */
  transaction<T>(work: (transaction: StorageTransaction) => T): Promise<T>;
  /** Runs `work` against one state. */
  read<T>(work: (reader: StorageReader) => T): T;
  /** Closes the file once all collections are closed. */
  close(): Promise<void>;
}
