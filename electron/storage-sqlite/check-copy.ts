import { existsSync, rmSync, statSync } from 'node:fs';

import Database from 'better-sqlite3';

import { refuseForeignHeader, refuseUnlessOwn } from './own-file.ts';
import { StorageError, toStorageError } from './storage-error.ts';

/**
 * Throws a `StorageError` for a file that is not a whole and sound database of ours: `foreign`, `newer`, `unreadable`. It reads all of it, and leaves
 * it as it is, without anything beside it.
 */
export function checkDatabase(path: string): void {
  refuseUnlessOwn(path, (file, options) => new Database(file, options));
  reading(path, (db) => requireOk(path, db.pragma('quick_check(1)', { simple: true })));
}

/** The same, table by table: between two, others have their turn, and the signal may end it. */
export async function checkDatabaseInTurns(path: string, signal?: AbortSignal): Promise<void> {
  refuseUnlessOwn(path, (file, options) => new Database(file, options));
  await checkTables(path, 'quick_check', signal);
}

async function checkTables(
  path: string,
  check: 'quick_check' | 'integrity_check',
  signal?: AbortSignal,
): Promise<void> {
  const tables = reading(path, (db) =>
    db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all(),
  );
  for (const table of tables) {
    signal?.throwIfAborted();
    const name = `'${table.replaceAll("'", "''")}'`;
    reading(path, (db) => {
      db.pragma('cell_size_check = ON');
      requireOk(path, db.pragma(`${check}(${name})`, { simple: true }));
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * The same for a file from anywhere: its schema may hold nothing but what we write, and its indexes must agree with its tables. Nothing of the
 * schema is run before that is known.
 */
export async function checkForeignDatabase(path: string, signal?: AbortSignal): Promise<void> {
  if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) {
    throw new StorageError('unreadable', `${path} is in use, or was not closed: what was written last is not in it`);
  }
  refuseForeignHeader(path);
  reading(path, (db) => {
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    const objects = db.prepare<[], SchemaObject>('SELECT type, name, sql FROM sqlite_schema').all();
    const strange = objects.find((object) => !isOurs(object));
    if (strange !== undefined) throw new StorageError('foreign', `${path} holds a ${strange.type} that is not ours`);
    // Looking at one table at a time finds no pages that belong to two, or to none.
    requireOk(path, db.pragma('quick_check(1)', { simple: true }));
  });
  await checkTables(path, 'integrity_check', signal);
}

function requireOk(path: string, found: unknown): void {
  if (found !== 'ok') throw new StorageError('unreadable', `${path} is damaged: ${String(found)}`);
}

interface SchemaObject {
  type: string;
  name: string;
  sql: string | null;
}

/** The words of our tables and indexes beside quoted names; triggers, views, virtual tables and expressions need others. */
const WORDS: ReadonlySet<string> = new Set(
  `create table index if not exists on primary key unique null text real integer blob where and asc desc
  id deleted lwt rev seq kept json collections table_name collection version layout marks purged_seq
  attachments document_id attachment_id digest type data sqlite_stat1 tbl idx stat sqlite_stat4 neq nlt ndlt sample`.split(
    /\s+/,
  ),
);

function isOurs({ type, sql }: SchemaObject): boolean {
  if (type !== 'table' && type !== 'index') return false;
  // The index of a UNIQUE column has none.
  if (sql === null) return true;
  const plain = sql.replaceAll(/--[^\n]*/g, ' ').replaceAll(/"(?:[^"]|"")*"/g, ' ');
  if (!/^[\w\s(),=]*$/.test(plain)) return false;
  return plain.split(/[^\w]+/).every((word) => word === '' || /^[01]$/.test(word) || WORDS.has(word.toLowerCase()));
}

/** Runs `work` over a connection for reading; what SQLite puts beside a database in order to read it goes again. */
export function reading<T>(path: string, work: (db: Database.Database) => T): T {
  const beside = [`${path}-wal`, `${path}-shm`].filter((file) => !existsSync(file));
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, timeout: 0 });
    return work(db);
  } catch (error) {
    throw toStorageError(error, `looking into ${path}`);
  } finally {
    db?.close();
    for (const file of beside) rmSync(file, { force: true });
  }
}
