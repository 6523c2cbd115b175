import { copyFile } from 'node:fs/promises';
import { existsSync, renameSync, statSync } from 'node:fs';
import { basename } from 'node:path';

import type { Clock } from '../../shared/base/clock.ts';
import type { IdSource } from '../../shared/base/ids.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { holdRestored } from '../../shared/replication/hold-restored.ts';
import { openSyncMemory } from '../../shared/replication/sync-memory.ts';
import { NewerStoreError, openStore, type Store } from '../../shared/store/open-store.ts';
import { checkDatabase, checkForeignDatabase } from '../storage-sqlite/check-copy.ts';
import { createSqliteStorage } from '../storage-sqlite/create-storage.ts';
import { StorageError } from '../storage-sqlite/storage-error.ts';
import { openConnections } from './connections.ts';
import { toContractError } from './contract-storage.ts';
import { removeUnfinished, type DataFolder } from './data-folder.ts';
import { upstreamName } from './upstream.ts';

/** The largest file that is taken, in bytes: far more than any schedule needs. */
const MAX_FILE_BYTES = 8 * 1024 ** 3;

export interface RestoreOptions {
  folder: DataFolder;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
}

/**
 * Makes a copy of a database ready to take the place of the one that stands there (`finishRestore` lets it): everything that waits in it is held, and its
 * store begins a new life. Nothing that stands is touched before the copy is whole. Answers of how many sessions something is held.
 *
 * A file from anywhere is trusted with nothing: its size, its schema, every page and every record are looked at. Throws `invalid` for one that
 * cannot be used, and `storage_full`.
 */
export async function prepareRestore(
  { folder, clock, ids, logger }: RestoreOptions,
  file: string,
  origin: 'own' | 'anywhere',
): Promise<{ held: number }> {
  removeUnfinished(folder);
  try {
    requireUsable(file);
    await copyFile(file, folder.restoring);
    if (origin === 'own') checkDatabase(folder.restoring);
    else checkForeignDatabase(folder.restoring);
    const held = await withStore(folder.restoring, ids, logger, async (store) => {
      if (origin === 'anywhere') await admit(store, ids, clock);
      const count = await holdRestored(store, clock());
      await store.renewEpoch();
      return count;
    });
    renameSync(folder.restoring, folder.restored);
    return { held };
  } catch (error) {
    removeUnfinished(folder);
    throw translated(error, file);
  }
}

function requireUsable(file: string): void {
  if (!existsSync(file)) throw new ContractError('invalid', `There is no file ${basename(file)}.`);
  const stats = statSync(file);
  if (!stats.isFile()) throw new ContractError('invalid', `${basename(file)} is not a file.`);
  if (stats.size > MAX_FILE_BYTES)
    throw new ContractError('invalid', `${basename(file)} is larger than Offstage takes.`);
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) {
    throw new ContractError(
      'invalid',
      `${basename(file)} is in use, or was not closed: the newest changes are not in it.`,
    );
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
  if (unsound !== undefined)
    throw new ContractError('invalid', `The file holds ${unsound} that Offstage did not write.`);
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
  const reason = reasonOf(error);
  return new ContractError('invalid', `${basename(file)} cannot be used: ${reason}.`, { cause: error });
}

function reasonOf(error: unknown): string {
  if (error instanceof NewerStoreError) return 'a newer version of Offstage wrote it';
  if (!(error instanceof StorageError)) return 'it does not hold what Offstage writes';
  if (error.kind === 'newer') return 'a newer version of Offstage wrote it';
  return error.kind === 'foreign' ? 'it is not a file of Offstage’s' : 'it is damaged or cut off';
}
