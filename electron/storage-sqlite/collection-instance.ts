import type {
  BulkWriteRow,
  EventBulk,
  PreparedQuery,
  RxAttachmentWriteData,
  RxDocumentData,
  RxJsonSchema,
  RxStorageBulkWriteResponse,
  RxStorageChangeEvent,
  RxStorageCountResult,
  RxStorageInstance,
  RxStorageInstanceCreationParams,
  RxStorageQueryResult,
} from 'rxdb';
import { now } from 'rxdb';
import type { Observable } from 'rxjs';

import type { CollectionTable, SeqCheckpoint } from './collection-table.ts';
import { StorageError, translatingErrors } from './storage-error.ts';
import type { StorageFile } from './storage-file.ts';
import { countTable, queryTable } from './table-query.ts';
import type { SqliteCollectionOptions, SqliteInternals } from './transactional-storage.ts';
import { writeRows, type AttachmentBytes, type Row } from './write-rows.ts';

/**
 * RxDB's view of one collection. Instances of the same collection share its table, and so its changes.
 * Errors: `closed` once this instance is closed, or the collection was removed through another; else those of the storage.
 */
export class CollectionInstance<Doc> implements RxStorageInstance<
  Doc,
  SqliteInternals,
  SqliteCollectionOptions,
  SeqCheckpoint
> {
  readonly databaseName: string;
  readonly collectionName: string;
  readonly schema: Readonly<RxJsonSchema<RxDocumentData<Doc>>>;
  readonly options: Readonly<SqliteCollectionOptions>;
  readonly internals: SqliteInternals;
  readonly databaseToken: string;
  readonly table: CollectionTable;
  readonly #file: StorageFile;
  readonly #clock: () => number;
  readonly #onClose: (instance: CollectionInstance<Doc>) => Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(
    params: RxStorageInstanceCreationParams<Doc, SqliteCollectionOptions>,
    table: CollectionTable,
    file: StorageFile,
    clock: (() => number) | undefined,
    onClose: (instance: CollectionInstance<Doc>) => Promise<void>,
  ) {
    this.databaseName = params.databaseName;
    this.collectionName = params.collectionName;
    this.schema = params.schema;
    this.options = params.options;
    this.internals = { path: file.path, tableName: table.name };
    this.databaseToken = params.databaseInstanceToken;
    this.table = table;
    this.#file = file;
    this.#clock = clock ?? now;
    this.#onClose = onClose;
  }

  async bulkWrite(rows: BulkWriteRow<Doc>[], context: string): Promise<RxStorageBulkWriteResponse<Doc>> {
    this.#refuseIfClosed();
    const own = rows as unknown as Row[];
    const bytes = this.schema.attachments === undefined ? NO_BYTES : await readAttachments(own);
    const error = await this.#file.queue.run((scope) => writeRows(this.table, own, context, bytes, scope));
    return { error: error as unknown as RxStorageBulkWriteResponse<Doc>['error'] };
  }

  async findDocumentsById(ids: string[], withDeleted: boolean): Promise<RxDocumentData<Doc>[]> {
    return this.#read(
      'reading documents',
      () => this.table.findAll(ids, withDeleted) as unknown as RxDocumentData<Doc>[],
    );
  }

  async query({ query }: PreparedQuery<Doc>): Promise<RxStorageQueryResult<Doc>> {
    return this.#read('answering a query', () => ({ documents: queryTable<Doc>(this.table, query) }));
  }

  async count({ query }: PreparedQuery<Doc>): Promise<RxStorageCountResult> {
    return this.#read('counting', () => countTable<Doc>(this.table, query));
  }

  async getAttachmentData(documentId: string, attachmentId: string, digest: string): Promise<Blob> {
    const blob = this.#read('reading an attachment', () => this.table.attachment(documentId, attachmentId, digest));
    if (blob === undefined) {
      throw new StorageError(
        'invalid',
        `${this.table.name}: "${documentId}" has no attachment "${attachmentId}" with this digest`,
      );
    }
    return blob;
  }

  async getChangedDocumentsSince(
    limit: number,
    checkpoint?: SeqCheckpoint,
  ): Promise<{ documents: RxDocumentData<Doc>[]; checkpoint: SeqCheckpoint }> {
    const changed = this.#read('reading changes', () => this.table.changedSince(checkpoint?.seq ?? 0, limit));
    return { documents: changed.documents as unknown as RxDocumentData<Doc>[], checkpoint: changed.checkpoint };
  }

  changeStream(): Observable<EventBulk<RxStorageChangeEvent<Doc>, SeqCheckpoint>> {
    this.#refuseIfClosed();
    return this.table.changes$.asObservable() as unknown as Observable<
      EventBulk<RxStorageChangeEvent<Doc>, SeqCheckpoint>
    >;
  }

  async cleanup(minimumDeletedMs: number): Promise<boolean> {
    this.#refuseIfClosed();
    const untilMs = this.#clock() - minimumDeletedMs;
    return this.#file.queue.run((scope) => this.table.purge(untilMs, scope));
  }

  async remove(): Promise<void> {
    this.#refuseIfClosed();
    await this.#file.queue.run((scope) => this.table.drop(scope));
    await this.close();
  }

  close(): Promise<void> {
    this.#closed ??= this.#onClose(this);
    return this.#closed;
  }

  #read<T>(doing: string, work: () => T): T {
    this.#refuseIfClosed();
    return translatingErrors(doing, work);
  }

  #refuseIfClosed(): void {
    if (this.#closed !== undefined) throw new StorageError('closed', `Collection ${this.collectionName} is closed`);
    if (this.table.removed) throw new StorageError('closed', `Collection ${this.collectionName} was removed`);
  }
}

const NO_BYTES: AttachmentBytes = new Map();

async function readAttachments(rows: readonly Row[]): Promise<AttachmentBytes> {
  const bytes = new Map<RxAttachmentWriteData, Buffer>();
  for (const { document } of rows) {
    for (const attachment of Object.values(document._attachments)) {
      if ('data' in attachment) bytes.set(attachment, Buffer.from(await attachment.data.arrayBuffer()));
    }
  }
  return bytes;
}
