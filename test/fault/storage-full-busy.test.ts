import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import type { SqliteStorage } from '../../electron/storage-sqlite/transactional-storage.ts';
import { watchedStorage } from '../support/sqlite-storage.ts';
import { filledSchema, insert, openInstance, state, type AnyInstance } from '../support/storage-documents.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const schema = filledSchema({
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: { id: { type: 'string', maxLength: 40 }, text: { type: 'string' } },
  required: ['id'],
});

interface Thing {
  id: string;
  text: string;
}

const open = async (storage: SqliteStorage): Promise<AnyInstance> =>
  await openInstance(storage, schema, { database: 'db' });

const big = (id: string): ReturnType<typeof state> => state({ id, text: 'x'.repeat(50_000) });

/** Another connection that has locked the database. */
function lockedBy(path: string): Database.Database {
  const other = new Database(path);
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  return other;
}

/** The names in a folder, with the bytes of each file. */
function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).map((entry) => [
      entry.name,
      entry.isDirectory() ? 'a folder' : readFileSync(join(folder, entry.name), 'latin1'),
    ]),
  );
}

async function ourFile(path: string): Promise<void> {
  const storage = createSqliteStorage({ path });
  const instance = await openInstance(storage, schema, { database: 'db' });
  await instance.bulkWrite(
    insert(...Array.from({ length: 40 }, (_, at) => state({ id: `k${at}`, text: 'x'.repeat(2_000) }))),
    'test',
  );
  await storage.close();
}

function alter(path: string, at: number, bytes: Buffer): void {
  const whole = readFileSync(path);
  bytes.copy(whole, at);
  writeFileSync(path, whole);
}

describe('a full disk', () => {
  test('fails the write as full, keeps nothing of it, lets reading go on, and writing once there is space', async () => {
    const { storage, connections } = watchedStorage();
    const instance = await open(storage);
    await instance.bulkWrite(insert(big('there')), 'test');
    const db = connections.at(-1)!;
    db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);

    const write = async (): Promise<unknown> => await instance.bulkWrite(insert(big('a'), big('b')), 'test');
    await expect(write()).rejects.toMatchObject({ kind: 'full' });
    const moved = storage.transaction((transaction) => {
      const [previous] = transaction.findById<Thing>('things', ['there']);
      transaction.write<Thing>('things', [
        { previous: previous!, document: { ...previous!, text: 'y'.repeat(100_000) } },
      ]);
    });
    await expect(moved).rejects.toMatchObject({ kind: 'full' });
    expect(await instance.findDocumentsById(['there', 'a', 'b'], true)).toEqual([big('there')]);

    db.pragma('max_page_count = 10000');
    await write();
    expect(await instance.findDocumentsById(['there', 'a', 'b'], true)).toHaveLength(3);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test('fails only the writes that find no room; those of the same commit that do are kept', async () => {
    const { storage, connections } = watchedStorage();
    const instance = await open(storage);
    const db = connections.at(-1)!;
    db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);
    const heard: string[] = [];
    const subscription = instance
      .changeStream()
      .subscribe(({ events }) => void heard.push(...events.map(({ documentId }) => documentId)));
    onTestFinished(() => subscription.unsubscribe());
    const settled = await Promise.allSettled([
      instance.bulkWrite(insert(state({ id: 'small' })), 'test'),
      instance.bulkWrite(insert(big('big')), 'test'),
      instance.bulkWrite(insert(state({ id: 'small too' })), 'test'),
    ]);
    expect(settled).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { kind: 'full' } },
      { status: 'fulfilled' },
    ]);
    const found = await instance.findDocumentsById(['small', 'big', 'small too'], true);
    expect(found.map(({ id }) => id)).toEqual(['small', 'small too']);
    expect(heard).toEqual(['small', 'small too']);
  });
});

describe('a database that another connection has locked', () => {
  test('is written once it is free; reading goes on meanwhile', async () => {
    const { storage, path } = watchedStorage();
    const instance = await open(storage);
    await instance.bulkWrite(insert(state({ id: 'a' })), 'test');
    const other = lockedBy(path);
    let done = false;
    const writing = instance.bulkWrite(insert(state({ id: 'b' })), 'test').finally(() => (done = true));
    await delay(100);
    expect(done).toBe(false);
    expect(await instance.findDocumentsById(['a', 'b'], true)).toHaveLength(1);
    other.exec('ROLLBACK');
    expect((await writing).error).toEqual([]);
    expect(await instance.findDocumentsById(['a', 'b'], true)).toHaveLength(2);
  });

  test('fails the write as busy if it stays so for too long, and the next one is written', async () => {
    const { storage, path } = watchedStorage({ busyTimeoutMs: 60 });
    const instance = await open(storage);
    const other = lockedBy(path);
    await expect(instance.bulkWrite(insert(state({ id: 'a' })), 'test')).rejects.toMatchObject({ kind: 'busy' });
    const transaction = storage.transaction((writing) => writing.write('things', [{ document: { id: 'a' } }]));
    await expect(transaction).rejects.toMatchObject({ kind: 'busy' });
    other.exec('ROLLBACK');
    expect((await instance.bulkWrite(insert(state({ id: 'a' })), 'test')).error).toEqual([]);
  });

  test('tells the log when it cannot be tidied up on closing, and loses nothing', async () => {
    const told: string[] = [];
    const note = (_facts: unknown, message: string): void => void told.push(message);
    const { storage, path } = watchedStorage({ logger: { error: note, info: note, debug: note } });
    const instance = await open(storage);
    await instance.bulkWrite(insert(state({ id: 'a' })), 'test');
    const reader = new Database(path, { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM collections').get();
    await instance.bulkWrite(insert(state({ id: 'b' })), 'test');
    await storage.close();
    expect(told).toEqual([expect.stringContaining('Checkpoint')]);
    reader.close();
    const again = await open(storage);
    expect(await again.findDocumentsById(['a', 'b'], true)).toHaveLength(2);
  });
});

describe('a file that is not ours to use', () => {
  const cases: { name: string; kind: string; make: (path: string) => Promise<void> | void }[] = [
    { name: 'text', kind: 'foreign', make: (path) => writeFileSync(path, 'Dear diary, '.repeat(40)) },
    { name: 'a few bytes', kind: 'foreign', make: (path) => writeFileSync(path, 'SQL') },
    { name: 'nothing', kind: 'unreadable', make: (path) => writeFileSync(path, '') },
    { name: 'a folder', kind: 'unreadable', make: (path) => mkdirSync(path) },
    {
      name: "another program's database",
      kind: 'foreign',
      make(path) {
        const db = new Database(path);
        db.pragma('journal_mode = WAL');
        db.exec('CREATE TABLE theirs (a)');
        db.close();
      },
    },
    {
      name: 'our database in a newer format',
      kind: 'newer',
      async make(path) {
        await ourFile(path);
        alter(path, 60, Buffer.from([0, 0, 0, 9]));
      },
    },
    {
      name: 'our database without its end',
      kind: 'unreadable',
      async make(path) {
        await ourFile(path);
        truncateSync(path, 3 * 16_384);
      },
    },
    {
      name: 'the beginning of our database',
      kind: 'unreadable',
      async make(path) {
        await ourFile(path);
        truncateSync(path, 80);
      },
    },
    {
      name: 'our database with a damaged first page',
      kind: 'unreadable',
      async make(path) {
        await ourFile(path);
        alter(path, 100, Buffer.alloc(2_000, 0xff));
      },
    },
  ];

  test.each(cases)('$name: is refused as $kind, and stays as it is, alone', async ({ kind, make }) => {
    const folder = temporaryFolder();
    const path = join(folder, 'data.sqlite');
    await make(path);
    const before = contents(folder);
    expect(() => createSqliteStorage({ path })).toThrow(expect.objectContaining({ name: 'StorageError', kind }));
    expect(contents(folder)).toEqual(before);
  });

  test('our database that was not closed is refused with its log as it is, if the log is all that is whole', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'data.sqlite');
    await ourFile(path);
    const db = new Database(path);
    db.exec('CREATE TABLE more (a)');
    const log = readFileSync(`${path}-wal`);
    db.close();
    writeFileSync(`${path}-wal`, log);
    alter(path, 100, Buffer.alloc(16_384 * 4, 0xff));
    const before = contents(folder);
    expect(() => createSqliteStorage({ path })).toThrow(expect.objectContaining({ kind: 'unreadable' }));
    expect(contents(folder)).toEqual(before);
  });

  test('a folder that is not there is said to be so', () => {
    const path = join(temporaryFolder(), 'missing', 'data.sqlite');
    expect(() => createSqliteStorage({ path })).toThrow(expect.objectContaining({ kind: 'io' }));
    expect(existsSync(path)).toBe(false);
  });

  test('what a crash left of a file in the making is made anew', async () => {
    const path = join(temporaryFolder(), 'data.sqlite');
    writeFileSync(`${path}.new`, 'half a fi');
    await ourFile(path);
    expect(existsSync(`${path}.new`)).toBe(false);
  });
});
