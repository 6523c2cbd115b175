import { join } from 'node:path';

import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import type { SqliteStorage, SqliteStorageOptions } from '../../electron/storage-sqlite/transactional-storage.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A storage with what its connection does on record, and faults to be put into it. */
export interface WatchedStorage {
  storage: SqliteStorage;
  path: string;
  /** Every statement run so far, with its values. */
  statements: string[];
  /** The connections opened so far. */
  connections: Database.Database[];
  /** Statements that are to fail instead of being run, by their text, with this code of SQLite's. */
  faults: Map<string, string>;
}

/** A storage in a folder of its own; it is closed when the test ends. */
export function watchedStorage(options: Partial<SqliteStorageOptions> = {}): WatchedStorage {
  const statements: string[] = [];
  const connections: Database.Database[] = [];
  const faults = new Map<string, string>();
  const path = options.path ?? join(temporaryFolder(), 'test.sqlite');
  const storage = createSqliteStorage({
    path,
    openDatabase(file, how) {
      const db = new Database(file, { ...how, verbose: (text) => void statements.push(String(text)) });
      const prepare = db.prepare.bind(db);
      db.prepare = ((sql: string) => {
        const statement = prepare(sql);
        const run = statement.run.bind(statement);
        statement.run = (...values) => {
          const code = faults.get(sql);
          if (code !== undefined) throw new Database.SqliteError('as the test wants it', code);
          return run(...values);
        };
        return statement;
      }) as typeof db.prepare;
      connections.push(db);
      return db;
    },
    ...options,
  });
  onTestFinished(() => storage.close());
  return { storage, path, statements, connections, faults };
}
