import { createBlob } from 'rxdb';
import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { DocumentCache } from '../../electron/storage-sqlite/document-cache.ts';
import { Statements } from '../../electron/storage-sqlite/statements.ts';
import type { SqliteCollectionOptions, SqliteStorage } from '../../electron/storage-sqlite/transactional-storage.ts';
import { watchedStorage } from '../support/sqlite-storage.ts';
import {
  filledSchema,
  insert,
  openInstance,
  prepared,
  state,
  type AnyDocument,
  type AnyInstance,
  type StoredDocument,
} from '../support/storage-documents.ts';

const schema = filledSchema({
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: {
    id: { type: 'string', maxLength: 40 },
    name: { type: 'string', maxLength: 40 },
    folded: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    sync: { type: 'object', properties: { dirty: { type: 'boolean' } } },
    open: { type: 'object' },
  },
  required: ['id', 'name'],
  indexes: ['name'],
});

const open = async (storage: SqliteStorage, options: SqliteCollectionOptions = {}): Promise<AnyInstance> =>
  await openInstance(storage, schema, { database: 'db', options });

const named = (id: string, name: string, more: AnyDocument = {}): StoredDocument => state({ id, name, ...more });
const tombstone = (id: string, more: AnyDocument = {}): StoredDocument =>
  state({ id, name: '', _deleted: true, ...more });

async function write(instance: AnyInstance, ...documents: StoredDocument[]): Promise<void> {
  expect((await instance.bulkWrite(insert(...documents), 'test')).error).toEqual([]);
}

async function found(instance: AnyInstance, query: Parameters<typeof prepared>[1]): Promise<unknown[]> {
  return (await instance.query(prepared(schema, query))).documents.map(({ id }) => id);
}

function seqsOf(db: Database.Database): unknown[] {
  return db.prepare('SELECT seq FROM "things-v0" ORDER BY seq').pluck().all();
}

async function countMode(instance: AnyInstance, selector: AnyDocument): Promise<[number, string]> {
  const { count, mode } = await instance.count(prepared(schema, { selector }));
  return [count, mode];
}

describe('the file', () => {
  test('has large pages, frees them, and syncs every commit', async () => {
    const { storage, connections } = watchedStorage();
    await open(storage);
    const settings = ['page_size', 'auto_vacuum', 'journal_mode', 'synchronous', 'user_version'].map((name) =>
      connections.at(-1)!.pragma(name, { simple: true }),
    );
    expect(settings).toEqual([16_384, 2, 'wal', 2, 1]);
  });

  test('stands alone once the last collection is closed, and opens again for the next', async () => {
    const { storage, path } = watchedStorage();
    const instance = await open(storage);
    await write(instance, named('a', 'x'));
    await instance.close();
    expect(readdirSync(dirname(path))).toEqual(['test.sqlite']);
    expect(() => storage.read((reader) => reader.count('things', {}))).toThrow(
      expect.objectContaining({ kind: 'closed' }),
    );
    expect(await found(await open(storage), { selector: {} })).toEqual(['a']);
  });

  test('takes in its log when nobody writes for a while', async () => {
    const { storage, statements } = watchedStorage();
    const instance = await open(storage);
    await write(instance, named('a', 'x'));
    await expect
      .poll(() => statements.filter((statement) => statement.includes('wal_checkpoint')), { timeout: 10_000 })
      .toEqual(['PRAGMA wal_checkpoint(PASSIVE)']);
  });

  test('keeps its data in the log if it cannot take it in, and says so', async () => {
    const told: string[] = [];
    const silent = (): void => {};
    const { storage, connections } = watchedStorage({
      logger: { error: (_facts, message) => void told.push(message), info: silent, debug: silent },
    });
    const instance = await open(storage);
    await write(instance, named('a', 'x'));
    const db = connections.at(-1)!;
    db.pragma = () => {
      throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR');
    };
    await instance.close();
    expect(told[0]).toContain('Checkpoint failed');
    expect(await found(await open(storage), { selector: {} })).toEqual(['a']);
  });

  test('holds one database', async () => {
    const { storage } = watchedStorage();
    await open(storage);
    const other = openInstance(storage, schema, { database: 'another' });
    await expect(other).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('takes writes that are under way when it is closed', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    const writing = instance.bulkWrite(insert(named('a', 'x')), 'test');
    await storage.close();
    expect((await writing).error).toEqual([]);
    expect(await found(await open(storage), { selector: {} })).toEqual(['a']);
    await expect(instance.bulkWrite(insert(named('b', 'x')), 'test')).rejects.toMatchObject({ kind: 'closed' });
  });
});

test('a count is of what the query finds, with what it skips and its limit', async () => {
  const { storage } = watchedStorage();
  const instance = await open(storage);
  await write(instance, named('a', 'x'), named('b', 'x'), named('c', 'x'));
  const counts = [{ skip: 1 }, { skip: 4 }, { limit: 2 }, { skip: 2, limit: 2 }, { limit: 0 }].map(
    async (part) => await instance.count(prepared(schema, { selector: { name: 'x' }, ...part })),
  );
  expect((await Promise.all(counts)).map(({ count }) => count)).toEqual([2, 0, 2, 1, 0]);
});

describe('columns', () => {
  test('answer conditions without reading documents, in an array of text too', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage, { columns: ['folded', 'tags'] });
    await write(
      instance,
      named('a', 'x', { folded: 'opening (keynote)', tags: ['t1', 't2'] }),
      named('b', 'x', { folded: 'closing', tags: [] }),
      named('c', 'x'),
    );
    expect(await countMode(instance, { folded: { $regex: '\\(key' } })).toEqual([1, 'fast']);
    expect(await countMode(instance, { tags: { $elemMatch: { $in: ['t2', 't3'] } } })).toEqual([1, 'fast']);
    expect(await countMode(instance, { folded: { $regex: '^open' } })).toEqual([1, 'slow']);
    expect(await countMode(instance, { 'sync.dirty': { $ne: true } })).toEqual([3, 'slow']);
  });

  test('that are asked for later are filled from the documents, and stay when no longer asked for', async () => {
    const { storage } = watchedStorage();
    const before = await open(storage);
    await write(
      before,
      named('a', 'x', { folded: 'one', sync: { dirty: true } }),
      tombstone('t', { sync: { dirty: true } }),
    );
    await before.close();

    const instance = await open(storage, { columns: ['folded'], protectedBy: 'sync.dirty' });
    expect(await countMode(instance, { folded: 'one' })).toEqual([1, 'fast']);
    expect(await instance.cleanup(0)).toBe(true);
    expect(await instance.findDocumentsById(['t'], true)).toHaveLength(1);
    await instance.close();

    const after = await open(storage);
    await write(after, named('b', 'x', { folded: 'two' }));
    expect(await countMode(after, { folded: { $in: ['one', 'two'] } })).toEqual([2, 'fast']);
  });

  test('cannot be added to a collection while it is open, nor for a path without a type', async () => {
    const { storage } = watchedStorage();
    await open(storage);
    await expect(open(storage, { columns: ['folded'] })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(open(storage, { columns: ['open'] })).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('that hold a value of another type are left to JavaScript', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    await write(instance, named('a', '5'));
    expect(await countMode(instance, { name: '5' })).toEqual([1, 'fast']);
    await write(instance, state({ id: 'b', name: 5 }));
    expect(await countMode(instance, { name: '5' })).toEqual([1, 'slow']);
    expect(await countMode(instance, { name: 5 })).toEqual([1, 'slow']);
  });
});

describe('text above U+D7FF', () => {
  // By UTF-16 units 😀 (D83D DE00) comes first, by UTF-8 bytes last.
  const wide = [named('fffd', '\uFFFD'), named('emoji', '😀'), named('e000', '\uE000')];
  const inOrder = ['plain', 'emoji', 'e000', 'fffd'];

  test('sorts and compares as JavaScript does, also after reopening', async () => {
    const { storage } = watchedStorage();
    const first = await open(storage);
    await write(first, named('plain', 'z'), ...wide);
    const query = { selector: {}, sort: [{ name: 'asc' as const }] };
    expect(await found(first, query)).toEqual(inOrder);
    await first.close();
    const again = await open(storage);
    expect(await found(again, query)).toEqual(inOrder);
    expect(await found(again, { selector: { name: { $gt: '😀' } }, sort: [{ name: 'asc' }] })).toEqual([
      'e000',
      'fffd',
    ]);
  });

  test('takes the column that holds it out of SQL sorting, and no other', async () => {
    const { storage, statements } = watchedStorage();
    const instance = await open(storage);
    const query = prepared(schema, { selector: {}, sort: [{ name: 'asc' }] });
    const sorting = async (): Promise<boolean> => {
      statements.length = 0;
      await instance.query(query);
      return statements.some((statement) => statement.includes('ORDER BY'));
    };
    await write(instance, named('a', '\uD7FF'), named('b', 'x', { folded: '😀' }));
    expect(await sorting()).toBe(true);
    await write(instance, ...wide);
    expect(await sorting()).toBe(false);
  });

  test('is marked by the write that is kept, though one before it was rolled back', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    const lost = storage.transaction((transaction) => {
      transaction.write('things', [{ document: named('lost', '😀') }]);
      throw new Error('never mind');
    });
    await expect(lost).rejects.toThrow('never mind');
    await write(instance, named('plain', 'z'), ...wide);
    await instance.close();
    expect(await found(await open(storage), { selector: {}, sort: [{ name: 'asc' }] })).toEqual(inOrder);
  });

  test('in keys sorts as JavaScript does', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    await write(instance, named('\uFFFD', 'x'), named('😀', 'x'), named('\uE000', 'x'));
    expect(await found(instance, { selector: {}, sort: [{ id: 'asc' }] })).toEqual(['😀', '\uE000', '\uFFFD']);
  });
});

describe('odd text', () => {
  test('with NUL is kept, found and told apart', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    await write(instance, named('a\0', 'n\0one'), named('a', 'n'), named('a\0b', 'n\0two'));
    expect(await found(instance, { selector: { name: 'n\0one' } })).toEqual(['a\0']);
    expect((await instance.findDocumentsById(['a\0b', 'a'], false)).map(({ name }) => name)).toEqual(['n\0two', 'n']);
  });

  test('with half a surrogate pair is kept as it is', async () => {
    const { storage } = watchedStorage({ cache: { maxDocuments: 0, maxBytes: 0 } });
    const instance = await open(storage);
    await write(instance, named('half', '\uD83D'), named('replaced', '\uFFFD'));
    expect((await instance.findDocumentsById(['half'], false))[0]!['name']).toBe('\uD83D');
    expect(await found(instance, { selector: { name: '\uD83D' } })).toEqual(['half']);
    expect(await found(instance, { selector: { name: '\uFFFD' } })).toEqual(['replaced']);
  });

  test('of half a surrogate pair is looked for as it is, not as U+FFFD', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    await write(instance, named('replaced', '\uFFFD'), named('whole', '😀'));
    expect(await found(instance, { selector: { name: '\uD83D' } })).toEqual([]);
    expect(await found(instance, { selector: { name: { $in: ['\uD83D', '😀'] } } })).toEqual(['whole']);
    expect(await found(instance, { selector: { name: { $ne: '\uD83D' } } })).toHaveLength(2);
    expect(await found(instance, { selector: { name: { $regex: '\uD83D' } } })).toEqual(['whole']);
  });

  test('of half a surrogate pair is no key: that row is refused, and nothing is found under it', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    const { error } = await instance.bulkWrite(insert(named('\uFFFD', 'x'), named('\uD83D', 'x')), 'test');
    expect(error.map(({ status, documentId }) => [status, documentId])).toEqual([[422, '\uD83D']]);
    expect(await instance.findDocumentsById(['\uD83D'], true)).toEqual([]);
    const refused = storage.transaction((transaction) =>
      transaction.write('things', [{ document: named('\uD83D', 'x') }]),
    );
    await expect(refused).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('sequence numbers and purging', () => {
  test('numbers are not used again after a purge, a restart or a removal', async () => {
    const { storage, connections } = watchedStorage();
    const first = await open(storage);
    await write(first, named('a', 'x'), tombstone('b'), tombstone('c'));
    expect(seqsOf(connections.at(-1)!)).toEqual([1, 2, 3]);
    await first.cleanup(0);
    expect(storage.read((reader) => reader.seqBounds('things')).purgedSeq).toBe(3);
    await first.close();

    const second = await open(storage);
    await write(second, named('d', 'x'));
    expect(seqsOf(connections.at(-1)!)).toEqual([1, 4]);
    await second.remove();

    const third = await open(storage);
    await write(third, named('e', 'x'));
    expect(seqsOf(connections.at(-1)!)).toEqual([5]);
    expect(storage.read((reader) => reader.seqBounds('things')).purgedSeq).toBe(4);
  });

  test('two rows for one document in a bulk are written one after the other', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    const first = named('a', 'one');
    const second = state({ id: 'a', name: 'two' }, 2);
    const { error } = await instance.bulkWrite(
      [{ document: first }, { previous: first, document: second }, { document: named('a', 'three') }],
      'test',
    );
    expect(error.map(({ status }) => status)).toEqual([409]);
    expect(await instance.findDocumentsById(['a'], false)).toEqual([second]);
  });

  test('a tombstone that the collection protects is not purged until it no longer is', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage, { protectedBy: 'sync.dirty' });
    const unsent = tombstone('unsent', { sync: { dirty: true } });
    await write(instance, unsent, tombstone('sent', { sync: { dirty: false } }), tombstone('never'));
    expect(await instance.cleanup(0)).toBe(true);
    expect((await instance.findDocumentsById(['unsent', 'sent', 'never'], true)).map(({ id }) => id)).toEqual([
      'unsent',
    ]);

    const sent = { ...tombstone('unsent', { sync: { dirty: false } }), _rev: '2-token' };
    await instance.bulkWrite([{ previous: unsent, document: sent }], 'test');
    await instance.cleanup(0);
    expect(await instance.findDocumentsById(['unsent'], true)).toEqual([]);
  });

  test('a purge takes a thousand at a time, and says when none are left', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    await write(instance, ...Array.from({ length: 2_500 }, (_, at) => tombstone(`t${at}`)));
    expect([await instance.cleanup(0), await instance.cleanup(0), await instance.cleanup(0)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await countMode(instance, {})).toEqual([0, 'fast']);
  });

  test('a tombstone that is written and purged in one commit is gone', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    await Promise.all([instance.bulkWrite(insert(tombstone('t')), 'test'), instance.cleanup(0)]);
    expect(await instance.findDocumentsById(['t'], true)).toEqual([]);
  });
});

test('a row refused for a missing attachment is not heard, and leaves no attachment', async () => {
  const { storage, connections } = watchedStorage();
  const withAttachments = filledSchema({ ...schema, attachments: {} });
  const instance = await openInstance(storage, withAttachments, { database: 'db' });
  const heard: unknown[] = [];
  const subscription = instance.changeStream().subscribe((changes) => void heard.push(changes));
  onTestFinished(() => subscription.unsubscribe());
  const data = createBlob('text', 'text/plain');
  const stub = { length: 4, type: 'text/plain', digest: 'd' };
  const document = { ...named('a', 'x'), _attachments: { given: { ...stub, data }, missing: stub } };
  const { error } = await instance.bulkWrite([{ document }], 'test');
  expect(error.map(({ status }) => status)).toEqual([510]);
  expect(heard).toEqual([]);
  expect(connections.at(-1)!.prepare('SELECT count(*) FROM attachments').pluck().get()).toBe(0);
});

describe('caches', () => {
  test('a query asked for the third time reads numbers, and of the documents only what changed', async () => {
    const { storage, statements } = watchedStorage();
    const instance = await open(storage);
    const first = named('a', 'x');
    await write(instance, first, named('b', 'x'));
    await instance.close();
    const again = await open(storage);
    const query = prepared(schema, { selector: { name: { $gte: 'x' } }, sort: [{ name: 'asc' }] });
    const readDocuments = async (): Promise<unknown[]> => {
      statements.length = 0;
      const { documents } = await again.query(query);
      return [documents, statements.some((statement) => statement.includes('json'))];
    };
    expect(await readDocuments()).toEqual([[first, named('b', 'x')], true]);
    expect(await readDocuments()).toEqual([[first, named('b', 'x')], true]);
    expect(await readDocuments()).toEqual([[first, named('b', 'x')], false]);
    const second = state({ id: 'a', name: 'y' }, 2);
    await again.bulkWrite([{ previous: first, document: second }], 'test');
    expect(await readDocuments()).toEqual([[named('b', 'x'), second], false]);
  });

  test('a document read by its key is read once', async () => {
    const { storage, statements } = watchedStorage();
    const instance = await open(storage);
    await write(instance, ...Array.from({ length: 100 }, (_, at) => named(`k${at}`, 'x')));
    statements.length = 0;
    const one = await instance.findDocumentsById(['k7'], false);
    const again = await instance.findDocumentsById(['k7'], false);
    expect(one).toEqual([named('k7', 'x')]);
    expect(again[0]).toBe(one[0]);
    expect(statements).toHaveLength(1);
  });

  test('a large write is not kept, nor what it follows in the same commit', async () => {
    const { storage } = watchedStorage();
    const instance = await open(storage);
    const first = named('a', 'one');
    const second = state({ id: 'a', name: 'two' }, 2);
    const many = insert(...Array.from({ length: 100 }, (_, at) => named(`k${at}`, 'x')));
    await Promise.all([
      instance.bulkWrite(insert(first), 'test'),
      instance.bulkWrite([...many, { previous: first, document: second }], 'test'),
    ]);
    expect(await instance.findDocumentsById(['a'], false)).toEqual([second]);
  });

  test('keep no more documents or bytes than they may, and the ones used last', () => {
    const cache = new DocumentCache(4, 100);
    const left = cache.shelf();
    const right = cache.shelf();
    const kept = (): unknown[] =>
      [left, right].flatMap((shelf) => ['a', 'b', 'c', 'd', 'e'].map((id) => shelf.byId(id)?.['name'])).filter(Boolean);
    left.put('a', 1, named('a', 'left a'), 10);
    right.put('a', 1, named('a', 'right a'), 10);
    left.put('b', 2, named('b', 'left b'), 10);
    left.byId('a');
    left.put('c', 3, named('c', 'left c'), 10);
    expect(kept()).toEqual(['left a', 'left b', 'left c']);
    left.put('d', 4, named('d', 'left d'), 45);
    left.put('e', 5, named('e', 'left e'), 45);
    expect(kept()).toEqual(['left d', 'left e']);
    left.put('a', 6, named('a', 'too large'), 51);
    expect(kept()).toEqual(['left d', 'left e']);
  });

  test('keep one state of a document, and none of one that is being written', () => {
    const cache = new DocumentCache(10, 1_000);
    const shelf = cache.shelf();
    shelf.put('a', 1, named('a', 'one'), 10);
    shelf.put('a', 2, named('a', 'two'), 20);
    expect([shelf.bySeq(1), shelf.bySeq(2)?.['name'], shelf.byId('a')?.['name']]).toEqual([undefined, 'two', 'two']);
    shelf.dropUntilEnd('a');
    shelf.put('a', 3, named('a', 'three'), 10);
    expect([shelf.byId('a'), shelf.bySeq(2), shelf.bySeq(3)]).toEqual([undefined, undefined, undefined]);
    cache.endTransaction();
    shelf.put('a', 4, named('a', 'four'), 10);
    expect(shelf.byId('a')?.['name']).toBe('four');
  });

  test('of statements keep no more than they may, the ones used last', () => {
    const db = new Database(':memory:');
    onTestFinished(() => void db.close());
    const statements = new Statements(db, 2);
    const one = statements.values('SELECT 1');
    statements.values('SELECT 2');
    expect(statements.values('SELECT 1')).toBe(one);
    statements.rows('SELECT 1');
    expect([statements.size, statements.values('SELECT 1') === one]).toEqual([2, true]);
    expect([statements.rows('SELECT 3').get(), statements.values('SELECT 3').get()]).toEqual([[3], 3]);
  });

  test('a hundred different queries leave a bounded number of statements', async () => {
    const { storage, connections } = watchedStorage();
    const instance = await open(storage);
    const prepare = connections.at(-1)!.prepare.bind(connections.at(-1)!);
    let made = 0;
    connections.at(-1)!.prepare = (sql: string) => {
      made++;
      return prepare(sql);
    };
    for (let at = 2; at < 102; at++) {
      await found(instance, { selector: { name: { $in: Array.from({ length: at }, (_, digit) => `n${digit}`) } } });
    }
    expect(made).toBeLessThan(3);
  });
});
