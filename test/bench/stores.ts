import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { systemClock } from '../../shared/base/clock.ts';
import { randomIds } from '../../shared/base/ids.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import { createService, type Service } from '../../shared/service/service.ts';
import { openStore, type Store } from '../../shared/store/open-store.ts';
import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import type { OpenDatabase } from '../../electron/storage-sqlite/own-file.ts';
import { catalogOf, recordsFrom, TENANT } from './documents.ts';

/** Documents in one write. */
export const BATCH = 200;

/** Our side: the service over a store in a file. */
export interface Ours {
  readonly store: Store;
  readonly service: Service;
  /** The fourteen operations, for an editor. */
  readonly api: SessionsApi;
  readonly close: () => Promise<void>;
}

const EDITOR: Principal = { id: 'bench', role: 'editor' };
const ADMIN: Principal = { id: 'bench', role: 'admin' };

const workFolder = mkdtempSync(join(tmpdir(), 'offstage-bench-'));
process.once('exit', () => rmSync(workFolder, { recursive: true, force: true }));

let files = 0;

/** A path of a file that is not there yet. It is removed when the process ends, as all of them. */
export function newPath(extension: string): string {
  return join(workFolder, `${++files}${extension}`);
}

/** Opens the store in this file; makes it, with the catalog and without sessions, where there is none. */
export async function openOurs(path: string, openDatabase?: OpenDatabase): Promise<Ours> {
  const storage = createSqliteStorage(openDatabase === undefined ? { path } : { path, openDatabase });
  const store = await openStore(storage, randomIds);
  const service = createService({ store, clock: systemClock, ids: randomIds, tenants: new Set([TENANT]) });
  return { store, service, api: service.as(EDITOR), close: async () => await store.close() };
}

/** Opens files for `openOurs` in which a commit does not wait for the disk: only what a rival does not wait for, either. */
export const openUnsynced: OpenDatabase = (path, options) => {
  const db = new Database(path, options);
  const pragma = db.pragma.bind(db);
  db.pragma = (source, how) => pragma(source === 'synchronous = FULL' ? 'synchronous = NORMAL' : source, how);
  return db;
};

/**
 * The rival's side: a connection for hand-written SQL. It works on a copy of our own file, and so with the same columns, indexes and page
 * size; it gets the same pragmas: every commit is synced, as ours are, and as many pages are kept.
 */
export function openRaw(path: string): Database.Database {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('temp_store = MEMORY');
  db.pragma('cache_size = -65536');
  return db;
}

/** A copy of a file that nobody has open. */
export function copyOf(path: string): string {
  const copy = newPath('.sqlite');
  copyFileSync(path, copy);
  return copy;
}

/** A folder that is there, and empty. */
export function newFolder(): string {
  const path = newPath('');
  mkdirSync(path);
  return path;
}

/** The data folder of an engine over a copy of a file that nobody has open. */
export function dataFolder(path: string): string {
  const folder = newFolder();
  copyFileSync(path, join(folder, 'offstage.sqlite'));
  return folder;
}

const filled = new Map<string, Promise<string>>();

/**
 * A file of ours that holds so many sessions, and their catalog. Not to be changed: it is made once; those that write take a copy.
 *
 * @param records others than those of the large event and small ones
 */
export async function filledFile(sessions: number, records: typeof recordsFrom = recordsFrom): Promise<string> {
  const name = `${records.name} ${sessions}`;
  const path = filled.get(name) ?? fill(newPath('.sqlite'), sessions, records);
  filled.set(name, path);
  return await path;
}

async function fill(path: string, sessions: number, records: typeof recordsFrom): Promise<string> {
  const { store, service, close } = await openOurs(path);
  for (const [kind, items] of Object.entries(catalogOf(sessions))) {
    await service.catalog.put(ADMIN, TENANT, kind, items);
  }
  for (let first = 0; first < sessions; first += BATCH) {
    await store.collections.sessions.bulkInsert(records(first, Math.min(BATCH, sessions - first)));
  }
  await close();
  return path;
}
