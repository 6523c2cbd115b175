import Database from 'better-sqlite3';

import { isBusy, StorageError, toStorageError } from './storage-error.ts';

// An open transaction on a collected connection would end with it.
const held = new Set<Database.Database>();

/**
 * Takes the lock file for this process, alone; makes an empty one if there is none. Returns what releases it, as the operating
 * system does when the process ends, however it ends.
 * SQLite locks the file for us on every platform: its locks go with the process, so a crash leaves none behind, as a file with
 * a process id in it would.
 * Errors: `in-use` if anybody holds it, in this process or another; `foreign` if it is no lock file; `io`.
 */
export function holdLock(path: string): () => void {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    // The lock alone is wanted: no journal beside it.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    const lock = db;
    held.add(lock);
    return () => {
      held.delete(lock);
      lock.close();
    };
  } catch (error) {
    db?.close();
    if (isBusy(error)) throw new StorageError('in-use', `${path} is held by another process`, error);
    const translated = toStorageError(error, `locking ${path}`);
    if (translated instanceof StorageError && translated.kind === 'unreadable') {
      throw new StorageError('foreign', `${path} is not a lock file`, error);
    }
    if (translated instanceof StorageError) throw translated;
    throw new StorageError(
      'io',
      `Cannot lock ${path}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}
