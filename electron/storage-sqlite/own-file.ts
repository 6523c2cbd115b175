import { closeSync, existsSync, openSync, fstatSync, fsyncSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import type Database from 'better-sqlite3';

import { StorageError, toStorageError } from './storage-error.ts';

/** Opens a connection; given as an argument so that a test can put faults into it. */
export type OpenDatabase = (path: string, options: Database.Options) => Database.Database;

/** "Offs" in ASCII: stands in the header of our files (https://sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x4f666673;

/** The layout of the file, as `user_version`; raised whenever an older program could no longer read it. */
const FORMAT_VERSION = 1;

const CREATE_CATALOG = `
CREATE TABLE collections (
  table_name TEXT PRIMARY KEY,
  collection TEXT NOT NULL,                 -- RxDB's name of it
  version    INTEGER NOT NULL,              -- of its schema
  layout     TEXT,                          -- JSON: the table's columns; NULL once the table was removed
  marks      TEXT NOT NULL,                 -- JSON: what the columns hold that SQL would treat unlike JavaScript
  purged_seq INTEGER NOT NULL               -- highest seq that may be gone: seqs go on above it, and are never reused
);
CREATE TABLE attachments (
  table_name    TEXT NOT NULL,
  document_id   TEXT NOT NULL,
  attachment_id TEXT NOT NULL,
  digest        TEXT NOT NULL,
  type          TEXT NOT NULL,              -- the blob's media type
  data          BLOB NOT NULL,
  PRIMARY KEY (table_name, document_id, attachment_id)
);`;

/**
 * Pages that SQLite keeps in memory. Its default of 2 MB is 125 of ours: a search over 25,000 documents then read the file anew each
 * time, and took 29 ms where it takes 12 with these.
 */
const PAGE_CACHE_BYTES = 64 * 1024 * 1024;

/**
 * The pages in the write-ahead log from which on a commit moves them into the file, which takes two more syncs of the disk; 64 MiB. The log is moved
 * whenever nobody has written for a second, too (`storage-file.ts`). With SQLite's default, a quarter of this, moving it was a third of a first sync.
 */
const LARGEST_LOG_PAGES = 4096;

/** Waits inside SQLite block the thread; longer ones are made outside (`write-queue.ts`). */
const BLOCKING_WAIT_MS = 20;

/**
 * Opens our database file for reading and writing, in WAL mode with every commit synced; makes it if there is none.
 * Errors: `foreign`, `newer` or `unreadable` for a file that is not ours to use, which is left byte for byte as it was, without
 * anything beside it; `busy` if another connection has it locked; `io`.
 */
export function openOwnFile(path: string, open: OpenDatabase): Database.Database {
  if (existsSync(path)) refuseUnlessOwn(path, open);
  else createFile(path, open);
  let db: Database.Database | undefined;
  try {
    db = open(path, { timeout: BLOCKING_WAIT_MS, fileMustExist: true });
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
      throw new StorageError('io', `The file system of ${path} does not allow write-ahead logging`);
    }
    // NORMAL, this build's default in WAL mode, may lose the last transactions at a power cut.
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${LARGEST_LOG_PAGES}`);
    db.pragma('temp_store = MEMORY');
    db.pragma(`cache_size = -${PAGE_CACHE_BYTES / 1024}`);
    return db;
  } catch (error) {
    db?.close();
    throw toStorageError(error, `opening ${path}`);
  }
}

// The file appears whole or not at all: a half-made one would be refused at the next start.
function createFile(path: string, open: OpenDatabase): void {
  const unfinished = `${path}.new`;
  try {
    if (!statSync(dirname(path)).isDirectory()) throw new Error('not a folder');
    rmSync(unfinished, { force: true });
    rmSync(`${unfinished}-journal`, { force: true });
  } catch (error) {
    throw new StorageError('io', `Cannot make ${path}: ${messageOf(error)}`, error);
  }
  let db: Database.Database | undefined;
  try {
    db = open(unfinished, { timeout: BLOCKING_WAIT_MS });
    // Both can be set only before the first table.
    db.pragma('page_size = 16384');
    db.pragma('auto_vacuum = INCREMENTAL');
    db.transaction((created: Database.Database) => {
      created.pragma(`application_id = ${APPLICATION_ID}`);
      created.pragma(`user_version = ${FORMAT_VERSION}`);
      created.exec(CREATE_CATALOG);
    })(db);
    db.pragma('journal_mode = WAL');
    db.close();
    renameSync(unfinished, path);
    syncFolder(dirname(path));
  } catch (error) {
    db?.close();
    rmSync(unfinished, { force: true });
    throw toStorageError(error, `making ${path}`);
  }
}

/** Puts a folder's names on the disk. */
export function syncFolder(folder: string): void {
  // Windows cannot open folders, and keeps renames in its own journal.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Refuses a file that is not ours, or whose tables cannot be read: `foreign`, `newer`, `unreadable`. It stays as it is. */
export function refuseUnlessOwn(path: string, open: OpenDatabase): void {
  refuseForeignHeader(path);
  refuseIfDamaged(path, open);
}

/**
 * Refuses a file that does not begin as ours do: `foreign`, `newer`, `unreadable`. The header is read without SQLite, which would write to what it takes
 * for a database, or put files beside it.
 */
export function refuseForeignHeader(path: string): void {
  const { header, sizeBytes } = readHeader(path);
  if (sizeBytes === 0) throw new StorageError('unreadable', `${path} is empty`);
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw new StorageError('foreign', `${path} is not an SQLite database`);
  }
  if (header.length < 100) throw new StorageError('unreadable', `${path} is cut off after ${sizeBytes} bytes`);
  if (header.readUInt32BE(68) !== APPLICATION_ID) {
    throw new StorageError('foreign', `${path} is an SQLite database of another program`);
  }
  const version = header.readUInt32BE(60);
  if (version > FORMAT_VERSION) {
    throw new StorageError(
      'newer',
      `${path} has format ${version}; this program knows formats up to ${FORMAT_VERSION}`,
    );
  }
}

function readHeader(path: string): { header: Buffer; sizeBytes: number } {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const header = Buffer.alloc(100);
    const length = readSync(handle, header, 0, 100, 0);
    return { header: header.subarray(0, length), sizeBytes: fstatSync(handle).size };
  } catch (error) {
    throw new StorageError('unreadable', `${path} cannot be read: ${messageOf(error)}`, error);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

// A connection for reading only never moves the log into the file, as the last one for writing does when it closes.
function refuseIfDamaged(path: string, open: OpenDatabase): void {
  const beside = [`${path}-wal`, `${path}-shm`].filter((file) => !existsSync(file));
  let db: Database.Database | undefined;
  try {
    db = open(path, { readonly: true, timeout: BLOCKING_WAIT_MS });
    const tables = db.prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
    for (const { name } of tables) db.prepare(`SELECT 1 FROM "${name.replaceAll('"', '""')}" LIMIT 1`).get();
    db.prepare('SELECT table_name, layout, marks, purged_seq FROM collections').all();
    const pages = db.pragma('page_count', { simple: true });
    const pageBytes = db.pragma('page_size', { simple: true });
    const sizeBytes = statSync(path).size;
    if (beside.length === 2 && Number(pages) * Number(pageBytes) > sizeBytes) {
      throw new StorageError('unreadable', `${path} is cut off after ${sizeBytes} bytes`);
    }
  } catch (error) {
    const translated = toStorageError(error, `looking into ${path}`);
    if (translated instanceof StorageError && translated.kind === 'io') {
      throw new StorageError('unreadable', translated.message, error);
    }
    throw translated;
  } finally {
    db?.close();
    // A reader of a WAL database makes these, and may not remove them.
    for (const file of beside) rmSync(file, { force: true });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
