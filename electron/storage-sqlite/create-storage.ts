import Database from 'better-sqlite3';
import {
  ensureRxStorageInstanceParamsAreCorrect,
  RXDB_VERSION,
  type RxDocumentData,
  type RxJsonSchema,
  type RxStorageInstanceCreationParams,
} from 'rxdb';

import { silentLogger } from '../../shared/base/logger.ts';
import { CollectionInstance } from './collection-instance.ts';
import { CollectionTable } from './collection-table.ts';
import { layoutFor } from './columns.ts';
import { DocumentCache } from './document-cache.ts';
import { StorageError, translatingErrors } from './storage-error.ts';
import { StorageFile } from './storage-file.ts';
import { runInTransaction, storageReader, type OpenCollection } from './storage-transaction.ts';
import { existingTable, prepareTable, tableNameOf, type TableRecord } from './table-layout.ts';
import type { SqliteCollectionOptions, SqliteStorage, SqliteStorageOptions } from './transactional-storage.ts';

const DEFAULT_BUSY_TIMEOUT_MS = 5_000;
const DEFAULT_CACHE = { maxDocuments: 10_000, maxBytes: 32 * 1024 * 1024 };

/**
 * Opens the file as a storage for RxDB, with transactions over its collections; makes the file if there is none.
 * Throws a `StorageError`: `foreign`, `newer` or `unreadable` for a file that is not ours to use, which stays as it is; `busy`; `io`.
 */
export function createSqliteStorage(options: SqliteStorageOptions): SqliteStorage {
  const { path, clock, logger = silentLogger, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS } = options;
  const open = options.openDatabase ?? ((file, how) => new Database(file, how));
  const { maxDocuments, maxBytes } = options.cache ?? DEFAULT_CACHE;
  const cache = new DocumentCache(maxDocuments, maxBytes);
  const openFile = (): StorageFile => new StorageFile(path, open, busyTimeoutMs, cache, logger);
  const tables = new Map<string, CollectionTable>();
  const instances = new Set<CollectionInstance<unknown>>();
  let file: StorageFile | undefined = openFile();
  let closing: Promise<void> = Promise.resolve();
  // Instances that are open, or on their way: while there are any, the file stays open.
  let users = 0;

  const openedFile = (): StorageFile => {
    if (file === undefined) throw new StorageError('closed', `${path} is closed`);
    return file;
  };

  const closeFile = (): Promise<void> => {
    closing = file?.close() ?? closing;
    file = undefined;
    return closing;
  };

  const collectionOf = (collection: string): OpenCollection => {
    let current: CollectionInstance<unknown> | undefined;
    for (const instance of instances) {
      if (instance.collectionName !== collection || instance.table.removed) continue;
      if (current === undefined || instance.schema.version > current.schema.version) current = instance;
    }
    if (current === undefined) throw new StorageError('closed', `Collection ${collection} is not open`);
    return current;
  };

  const openTable = async (
    own: StorageFile,
    collection: string,
    schema: RxJsonSchema<RxDocumentData<unknown>>,
    collectionOptions: SqliteCollectionOptions,
  ): Promise<CollectionTable> => {
    const name = tableNameOf(collection, schema.version);
    const wanted = layoutFor(schema, collectionOptions);
    const existing = (): TableRecord | undefined => existingTable(own.statements, name, wanted);
    if (translatingErrors(`opening ${name}`, existing) === undefined) {
      await own.queue.run(() => {
        if (tables.has(name)) throw new StorageError('invalid', `${name} is open, without the columns now asked for`);
        prepareTable(own.statements, { name, collection, version: schema.version }, wanted);
      });
    }
    const table = tables.get(name) ?? new CollectionTable(existing()!, schema, own.statements, cache.shelf());
    tables.set(name, table);
    return table;
  };

  const release = async (instance: CollectionInstance<unknown>): Promise<void> => {
    await openedFile().queue.idle();
    instances.delete(instance);
    if (--instance.table.openInstances === 0) {
      instance.table.forget();
      tables.delete(instance.table.name);
    }
    if (--users === 0) await closeFile();
  };

  return {
    name: 'sqlite',
    rxdbVersion: RXDB_VERSION,
    async createStorageInstance<Doc>(params: RxStorageInstanceCreationParams<Doc, SqliteCollectionOptions>) {
      ensureRxStorageInstanceParamsAreCorrect(params);
      for (const { databaseName } of instances) {
        if (databaseName === params.databaseName) continue;
        throw new StorageError('invalid', `${path} holds database ${databaseName}, and one file holds one database`);
      }
      users++;
      try {
        await closing;
        file ??= openFile();
        const schema = params.schema as unknown as RxJsonSchema<RxDocumentData<unknown>>;
        // RxDB gives none for its internal store, whatever its types say.
        const table = await openTable(file, params.collectionName, schema, params.options ?? {});
        const instance = new CollectionInstance<Doc>(params, table, file, clock, (closed) =>
          release(closed as unknown as CollectionInstance<unknown>),
        );
        table.openInstances++;
        instances.add(instance as unknown as CollectionInstance<unknown>);
        return instance;
      } catch (error) {
        users--;
        throw error;
      }
    },
    async transaction(work) {
      return openedFile().queue.run((scope) => runInTransaction(work, collectionOf, clock, scope));
    },
    read(work) {
      openedFile();
      return translatingErrors('reading', () => work(storageReader(collectionOf)));
    },
    async copyTo(path, onProgress) {
      await openedFile().copyTo(path, onProgress);
    },
    async close() {
      await Promise.all(Array.from(instances, (instance) => instance.close()));
      await closeFile();
    },
  };
}
