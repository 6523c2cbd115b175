import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Logger } from '../../shared/base/logger.ts';
import { checkDatabase } from '../storage-sqlite/check-copy.ts';
import { createSqliteStorage } from '../storage-sqlite/create-storage.ts';
import { StorageError } from '../storage-sqlite/storage-error.ts';
import type { SqliteStorage } from '../storage-sqlite/transactional-storage.ts';
import { listBackups, type Backup } from './backups.ts';
import type { DataFolder } from './data-folder.ts';

/** The data file cannot be read. It stays as it is, until a copy is put in its place (`restoreData`), and is kept then, too. */
export class DamagedDataError extends Error {
  /** The file that is damaged. */
  readonly path: string;
  /** The newest copy that is whole and sound; undefined where there is none. */
  readonly newestBackup: Backup | undefined;
  /** Its file. */
  readonly newestBackupPath: string | undefined;

  constructor({ database: path, backups }: DataFolder, newestBackup: Backup | undefined, cause: unknown) {
    const advice =
      newestBackup === undefined
        ? 'There is no copy of it here: only a file of everything, or headquarters, can bring the data back.'
        : `The newest good copy is from ${newestBackup.at}. What was changed here after that, and not sent to headquarters, may be missing from it.`;
    super(`The data file ${path} is damaged, and stays as it is. ${advice}`, { cause });
    this.name = 'DamagedDataError';
    this.path = path;
    this.newestBackup = newestBackup;
    this.newestBackupPath = newestBackup === undefined ? undefined : join(backups, newestBackup.id);
  }
}

/**
 * Opens the storage of a data folder. All of the file is looked at where it may have suffered: it was not closed at the end, or something of it could
 * not be read.
 */
export function openSoundStorage(folder: DataFolder, logger: Logger): SqliteStorage {
  const log = `${folder.database}-wal`;
  const isSuspect = existsSync(folder.damageMark) || (existsSync(log) && statSync(log).size > 0);
  if (isSuspect && existsSync(folder.database)) {
    checkDatabase(folder.database);
    rmSync(folder.damageMark, { force: true });
  }
  return createSqliteStorage({ path: folder.database, logger });
}

/** The error where it says that the data file is damaged; undefined where it is about something else. */
export function asDamage(folder: DataFolder, error: unknown): DamagedDataError | undefined {
  const cause = error instanceof Error && error.cause instanceof StorageError ? error.cause : error;
  if (!(cause instanceof StorageError) || !existsSync(folder.database)) return undefined;
  if (cause.kind !== 'unreadable' && cause.kind !== 'foreign') return undefined;
  return new DamagedDataError(folder, newestSound(folder), error);
}

function newestSound(folder: DataFolder): Backup | undefined {
  return listBackups(folder).find(({ id }) => {
    try {
      checkDatabase(join(folder.backups, id));
      return true;
    } catch (error) {
      if (error instanceof StorageError) return false;
      throw error;
    }
  });
}
