import Database from 'better-sqlite3';

/**
 * What went wrong, to branch on.
 * - `foreign`: the file is something else's; it was left as it is.
 * - `unreadable`: the file cannot be read or is damaged; it was left as it is.
 * - `newer`: the file was written by a newer version of this storage; it was left as it is.
 * - `in-use`: another process holds the lock.
 * - `busy`: another connection kept the file locked for longer than we wait.
 * - `full`: the disk, or the file's own limit, is full. Nothing of the write was kept; reading goes on.
 * - `conflict`: a row of a transaction was based on a revision that is not the current one.
 * - `invalid`: what was asked can never work, such as a document whose key is not text.
 * - `closed`: the storage, or the collection, is not open.
 * - `io`: the operating system failed us.
 */
export type StorageErrorKind =
  | 'foreign'
  | 'unreadable'
  | 'newer'
  | 'in-use'
  | 'busy'
  | 'full'
  | 'conflict'
  | 'invalid'
  | 'closed'
  | 'io';

/** Every failure of this storage; `cause` is what SQLite or the operating system said, where they said it. */
export class StorageError extends Error {
  readonly kind: StorageErrorKind;

  constructor(kind: StorageErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StorageError';
    this.kind = kind;
  }
}

/** The error as a `StorageError`, if it is SQLite's; else as it is. `doing` completes "SQLite failed while …". */
export function toStorageError(error: unknown, doing: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  return new StorageError(
    kindOfCode(error.code),
    `SQLite failed while ${doing}: ${error.message} (${error.code})`,
    error,
  );
}

/** Runs `work`; what SQLite throws arrives as a `StorageError`. */
export function translatingErrors<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStorageError(error, doing);
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && kindOfCode(error.code) === 'busy';
}

// Extended codes begin with their primary code: SQLITE_BUSY_SNAPSHOT, SQLITE_CORRUPT_INDEX.
function kindOfCode(code: string): StorageErrorKind {
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (code === 'SQLITE_FULL') return 'full';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'unreadable';
  return 'io';
}
