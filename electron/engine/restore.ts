import { chmodSync, constants, existsSync, renameSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename } from 'node:path';

import type { Clock } from '../../shared/base/clock.ts';
import type { IdSource } from '../../shared/base/ids.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { because, type Reason } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { UnusableReason } from '../../shared/rpc/messages.ts';
import { holdRestored } from '../../shared/replication/hold-restored.ts';
import { openSyncMemory } from '../../shared/replication/sync-memory.ts';
import { NewerStoreError, openStore, type Store } from '../../shared/store/open-store.ts';
import { checkDatabaseInTurns, checkForeignDatabase } from '../storage-sqlite/check-copy.ts';
import { createSqliteStorage } from '../storage-sqlite/create-storage.ts';
import { StorageError } from '../storage-sqlite/storage-error.ts';
import { openConnections } from './connections.ts';
import { toContractError } from './contract-storage.ts';
import { removeRestoring, type DataFolder } from './data-folder.ts';
import { keptPath } from './kept-copies.ts';
import { upstreamName } from './upstream.ts';

/** The largest file of everything that is taken, in bytes: far more than any schedule needs. */
export const MAX_FILE_BYTES = 8 * 1024 ** 3;

/** Read and written by its owner, read by others: as SQLite makes files. */
const OWNERS_FILE = 0o644;

/** A file that cannot take the place of the data: of the kind `invalid`, and told apart for the app. */
export class UnusableFile extends ContractError {
  readonly unusable: UnusableReason;

  constructor(unusable: UnusableReason, reason: Reason, more: { cause?: unknown } = {}) {
    super('invalid', reason, more);
    this.unusable = unusable;
  }
}

export interface RestoreOptions {
  folder: DataFolder;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
}

/** What is put in the place of the data: a copy out of the folder's own `backups`, a file from anywhere, or nothing at all. */
export type RestoreSource = { kept: string } | { file: string } | 'empty';

/** What is ready to take the place of the data. */
export interface PreparedRestore {
  /** The file, whole: what is in it may be looked at. */
  path: string;
  /** Of how many sessions something waits until a person says that it is to be sent. */
  held: number;
  /** Decides for it: it takes the place when the data are next opened (`finishRestore`), whatever happens until then. */
  commit(): void;
  /** Decides against it. */
  discard(): void;
}

/**
 * Makes a copy of a database ready to take the place of the one that stands there: everything that waits in it is held, and its store begins a new
 * life. Nothing that stands is touched before `commit`. One at a time: a second in the same folder takes the place of the first.
 *
 * A file from anywhere is trusted with nothing: its size, its schema, every page and every record are looked at. Throws `not_found` and `invalid` for
 * what cannot be used, `storage_full`, and the signal's reason.
 */
export async function prepareRestore(
  { folder, clock, ids, logger }: RestoreOptions,
  source: RestoreSource,
  signal?: AbortSignal,
): Promise<PreparedRestore> {
  const file = source === 'empty' ? undefined : 'kept' in source ? keptPath(folder, source.kept) : source.file;
  const isForeign = source !== 'empty' && 'file' in source;
  removeRestoring(folder);
  try {
    if (file !== undefined) {
      requireUsable(file);
      await copyFile(file, folder.restoring, constants.COPYFILE_FICLONE);
      // A file from a medium for reading only brings that along.
      chmodSync(folder.restoring, OWNERS_FILE);
      signal?.throwIfAborted();
      const check = isForeign ? checkForeignDatabase : checkDatabaseInTurns;
      await check(folder.restoring, signal);
    }
    const held = await withStore(folder.restoring, ids, logger, async (store) => {
      if (isForeign) await admit(store, ids, clock);
      const count = await holdRestored(store, clock());
      await store.renewEpoch();
      return count;
    });
    signal?.throwIfAborted();
    return {
      path: folder.restoring,
      held,
      commit: () => renameSync(folder.restoring, folder.restored),
      discard: () => removeRestoring(folder),
    };
  } catch (error) {
    removeRestoring(folder);
    signal?.throwIfAborted();
    throw translated(error, file ?? folder.restoring);
  }
}

function requireUsable(file: string): void {
  const name = basename(file);
  if (!existsSync(file)) throw new UnusableFile('missing', because('no_file', { file: name }));
  const stats = statSync(file);
  if (!stats.isFile()) throw new UnusableFile('missing', because('not_a_file', { file: name }));
  if (stats.size > MAX_FILE_BYTES) throw new UnusableFile('too_large', because('backup_too_large', { file: name }));
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) {
    throw new UnusableFile('not_closed', because('backup_in_use', { file: name }));
  }
}

async function withStore<T>(
  path: string,
  ids: IdSource,
  logger: Logger,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const storage = createSqliteStorage({ path, logger });
  let store: Store | undefined;
  try {
    store = await openStore(storage, ids);
    return await work(store);
  } finally {
    await (store ?? storage).close();
  }
}

/** Refuses a store from elsewhere that the engine could not work with; one that it can becomes a replica of its own. */
async function admit(store: Store, ids: IdSource, clock: Clock): Promise<void> {
  const unsound = store.findUnsound();
  if (unsound !== undefined) throw new UnusableFile('strange', because('backup_unsound', { what: unsound }));
  // They throw for settings that cannot be read.
  for (const connection of openConnections(store).list()) {
    openSyncMemory(store, connection.tenantId, upstreamName(connection));
  }
  const context = { tenantId: '', principalId: 'restore', operation: 'restore', atMs: clock() };
  await store.change(context, (change) => change.saveSetting('replica', ids()));
}

function translated(error: unknown, file: string): unknown {
  if (error instanceof ContractError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT' || (error instanceof StorageError && error.kind === 'full')) {
    const full = toContractError(new StorageError('full', 'There is no room for the copy', error));
    return full ?? error;
  }
  const unusable = whyUnusable(error);
  return new UnusableFile(unusable, because(`backup_${unusable}`, { file: basename(file) }), { cause: error });
}

function whyUnusable(error: unknown): 'newer' | 'strange' | 'foreign' | 'damaged' {
  if (error instanceof NewerStoreError) return 'newer';
  if (!(error instanceof StorageError)) return 'strange';
  if (error.kind === 'newer' || error.kind === 'foreign') return error.kind;
  return 'damaged';
}
