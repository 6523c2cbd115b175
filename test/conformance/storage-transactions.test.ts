import { createRxDatabase, type RxCollection } from 'rxdb';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { SqliteStorage, StorageTransaction } from '../../electron/storage-sqlite/transactional-storage.ts';
import { watchedStorage, type WatchedStorage } from '../support/sqlite-storage.ts';
import { filledSchema, insert, openInstance, state, type AnyInstance } from '../support/storage-documents.ts';

interface Note {
  id: string;
  text: string;
}

const NOTES = {
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: { id: { type: 'string', maxLength: 40 }, text: { type: 'string', maxLength: 100 } },
  required: ['id', 'text'],
  indexes: ['text'],
} as const;

const notes = filledSchema(NOTES);

interface Opened extends WatchedStorage {
  left: AnyInstance;
  right: AnyInstance;
}

async function openTwo(): Promise<Opened> {
  const watched = watchedStorage({ clock: () => 77 });
  const left = await openInstance(watched.storage, notes, { database: 'db', collection: 'left' });
  const right = await openInstance(watched.storage, notes, { database: 'db', collection: 'right' });
  watched.statements.length = 0;
  return { ...watched, left, right };
}

function put(transaction: StorageTransaction, collection: string, id: string, text = 'x'): void {
  transaction.write<Note>(collection, [{ document: { id, text } }]);
}

function textOf(storage: SqliteStorage, collection: string, id: string): string | undefined {
  return storage.read((reader) => reader.findById<Note>(collection, [id])[0]?.text);
}

function countOf(statements: string[], text: string): number {
  return statements.filter((statement) => statement === text).length;
}

describe('a transaction', () => {
  test('fills in what RxDB keeps of a document, and gives what its work returns', async () => {
    const { storage } = await openTwo();
    const given = await storage.transaction((transaction) => {
      put(transaction, 'left', 'a');
      return 'done';
    });
    expect(given).toBe('done');
    const [first] = storage.read((reader) => reader.findById<Note>('left', ['a']));
    expect(first).toEqual({
      id: 'a',
      text: 'x',
      _deleted: false,
      _attachments: {},
      _meta: { lwt: 77 },
      _rev: '1-token',
    });

    await storage.transaction((transaction) =>
      transaction.write<Note>('left', [{ previous: first!, document: { ...first!, text: 'y' } }]),
    );
    const [second] = storage.read((reader) => reader.findById<Note>('left', ['a']));
    expect(second).toEqual({ ...first, text: 'y', _rev: '2-token' });
  });

  test('sees its own writes, and those of none that are not committed', async () => {
    const { storage } = await openTwo();
    await storage.transaction((transaction) => put(transaction, 'left', 'a', 'old'));
    await storage.transaction((transaction) => {
      const [previous] = transaction.findById<Note>('left', ['a']);
      transaction.write<Note>('left', [{ previous: previous!, document: { id: 'a', text: 'new' } }]);
      put(transaction, 'left', 'b', 'new');
      expect(transaction.findById<Note>('left', ['a'])[0]?.text).toBe('new');
      expect(transaction.count<Note>('left', { text: 'new' })).toBe(2);
      expect(transaction.query<Note>('left', { selector: { text: 'new' } }).map(({ id }) => id)).toEqual(['a', 'b']);
    });
    expect(textOf(storage, 'left', 'a')).toBe('new');
  });

  test('that throws leaves nothing, in any collection, and nothing is heard', async () => {
    const { storage, left, right } = await openTwo();
    await storage.transaction((transaction) => put(transaction, 'left', 'a', 'before'));
    const heard: unknown[] = [];
    const subscriptions = [left, right].map((one) =>
      one.changeStream().subscribe((changes) => void heard.push(changes)),
    );
    const failed = storage.transaction((transaction) => {
      const [previous] = transaction.findById<Note>('left', ['a']);
      transaction.write<Note>('left', [{ previous: previous!, document: { id: 'a', text: 'never' } }]);
      put(transaction, 'right', 'b');
      // Read back, so that a cache could keep it.
      expect(transaction.findById<Note>('left', ['a'])[0]?.text).toBe('never');
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(textOf(storage, 'left', 'a')).toBe('before');
    expect(textOf(storage, 'right', 'b')).toBeUndefined();
    expect(heard).toEqual([]);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  test('leaves changes that can be read in their order, tombstones too, each document once', async () => {
    const { storage, left } = await openTwo();
    for (const id of ['a', 'b', 'c']) await storage.transaction((transaction) => put(transaction, 'left', id));
    await storage.transaction((transaction) => {
      const [a, b] = transaction.findById<Note>('left', ['a', 'b']);
      transaction.write<Note>('left', [
        { previous: a!, document: { id: 'a', text: 'y' } },
        { previous: b!, document: { id: 'b', text: 'x', _deleted: true } },
      ]);
    });
    const changes = (range: { after: number; upTo?: number }, selector = {}): [string, number][] =>
      storage.read((reader) => {
        const found: [string, number][] = [];
        reader.scanChanges<Note>('left', range, selector, ({ id }, seq) => found.push([id, seq]) < 10);
        return found;
      });
    expect(changes({ after: 0 })).toEqual([
      ['c', 3],
      ['a', 4],
      ['b', 5],
    ]);
    expect(changes({ after: 3, upTo: 4 })).toEqual([['a', 4]]);
    expect(changes({ after: 0 }, { text: 'x' })).toEqual([
      ['c', 3],
      ['b', 5],
    ]);
    const bounds = (): unknown => storage.read((reader) => reader.seqBounds('left'));
    expect(bounds()).toEqual({ lastSeq: 5, purgedSeq: 0 });
    while (!(await left.cleanup(-100)));
    expect(bounds()).toEqual({ lastSeq: 5, purgedSeq: 5 });
  });

  test('on an older state is a conflict, also if the work catches it', async () => {
    const { storage } = await openTwo();
    await storage.transaction((transaction) => put(transaction, 'left', 'a'));
    const [first] = storage.read((reader) => reader.findById<Note>('left', ['a']));
    const follow = (transaction: StorageTransaction): void =>
      transaction.write<Note>('left', [{ previous: first!, document: { id: 'a', text: 'y' } }]);
    await storage.transaction(follow);
    await expect(storage.transaction(follow)).rejects.toMatchObject({ kind: 'conflict' });
    const caught = storage.transaction((transaction) => {
      put(transaction, 'right', 'b');
      try {
        follow(transaction);
      } catch {
        // The transaction is lost all the same.
      }
    });
    await expect(caught).rejects.toMatchObject({ kind: 'conflict' });
    expect(textOf(storage, 'right', 'b')).toBeUndefined();
  });

  test('may not write what is there as new, nor follow what is not there', async () => {
    const { storage } = await openTwo();
    await storage.transaction((transaction) => put(transaction, 'left', 'a'));
    const again = storage.transaction((transaction) => put(transaction, 'left', 'a'));
    await expect(again).rejects.toMatchObject({ kind: 'conflict' });
    const nothing = state({ id: 'nobody', text: 'x' }) as never;
    const follow = storage.transaction((transaction) =>
      transaction.write<Note>('left', [{ previous: nothing, document: { id: 'nobody', text: 'y' } }]),
    );
    await expect(follow).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('deletes, and brings back what follows a tombstone', async () => {
    const { storage } = await openTwo();
    await storage.transaction((transaction) => put(transaction, 'left', 'a'));
    await storage.transaction((transaction) => {
      const [previous] = transaction.findById<Note>('left', ['a']);
      transaction.write<Note>('left', [{ previous: previous!, document: { ...previous!, _deleted: true } }]);
    });
    expect(textOf(storage, 'left', 'a')).toBeUndefined();
    await storage.transaction((transaction) => {
      const [tombstone] = transaction.findById<Note>('left', ['a'], true);
      transaction.write<Note>('left', [{ previous: tombstone!, document: { id: 'a', text: 'back' } }]);
    });
    expect(textOf(storage, 'left', 'a')).toBe('back');
  });

  test('are scanned no further than is asked for, and written to after that', async () => {
    const { storage } = await openTwo();
    const query = { selector: { text: 'x' }, sort: [{ id: 'asc' as const }] };
    const seen: string[][] = [[], [], []];
    await storage.transaction((transaction) => {
      for (const id of ['a', 'b', 'c']) put(transaction, 'left', id, 'x');
      for (const ids of seen) {
        transaction.scan<Note>('left', query, ({ id }) => ids.push(id) < 2);
        put(transaction, 'right', `after ${seen.indexOf(ids)}`);
      }
    });
    expect(seen).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    storage.read((reader) => reader.scan<Note>('left', query, ({ id }) => seen[0]!.push(id) > 0));
    expect(seen[0]).toEqual(['a', 'b', 'a', 'b', 'c']);
  });

  test('give one text of each document, with a column for it or without', async () => {
    const { storage } = await openTwo();
    await storage.transaction((transaction) => {
      for (const id of ['a', 'b', 'c']) put(transaction, 'left', id, `text of ${id}`);
      put(transaction, 'right', 'd', 'another');
      const [b] = transaction.findById<Note>('left', ['b']);
      transaction.write<Note>('left', [{ previous: b!, document: { ...b!, _deleted: true } }]);
    });
    for (const path of ['text', 'nowhere', 'id']) {
      const found: (string | undefined)[] = [];
      storage.read((reader) => reader.scanText<Note>('left', { _deleted: false }, path, (text) => found.push(text)));
      const expected = (id: string): string | undefined => ({ text: `text of ${id}`, id })[path];
      expect(found.toSorted()).toEqual(['a', 'c'].map(expected));
    }
  });

  test('must be synchronous, and ends with its work', async () => {
    const { storage } = await openTwo();
    let escaped: StorageTransaction | undefined;
    const waiting = storage.transaction(async (transaction) => {
      escaped = transaction;
      put(transaction, 'left', 'a');
      await Promise.resolve();
    });
    await expect(waiting).rejects.toMatchObject({ kind: 'invalid' });
    expect(textOf(storage, 'left', 'a')).toBeUndefined();
    expect(() => put(escaped!, 'left', 'b')).toThrow('has ended');
    expect(() => escaped!.findById('left', ['a'])).toThrow('has ended');
  });

  test('knows open collections only', async () => {
    const { storage, right } = await openTwo();
    await right.close();
    const closed = storage.transaction((transaction) => put(transaction, 'right', 'a'));
    await expect(closed).rejects.toMatchObject({ kind: 'closed' });
  });

  test('means the newest open version of a collection', async () => {
    const { storage } = await openTwo();
    await openInstance(storage, filledSchema({ ...NOTES, version: 1 }), { database: 'db', collection: 'left' });
    await storage.transaction((transaction) => put(transaction, 'left', 'a', 'new'));
    expect(storage.read((reader) => reader.count<Note>('left', {}))).toBe(1);
  });
});

describe('writes that wait together', () => {
  test('share one commit, and are heard in their order', async () => {
    const { storage, left, right, statements } = await openTwo();
    const heard: string[] = [];
    for (const one of [left, right]) {
      const subscription = one
        .changeStream()
        .subscribe(({ events }) => void heard.push(...events.map(({ documentId }) => documentId)));
      onTestFinished(() => subscription.unsubscribe());
    }
    await Promise.all([
      storage.transaction((transaction) => put(transaction, 'left', 'a')),
      right.bulkWrite(insert(state({ id: 'b', text: 'x' })), 'test'),
      storage.transaction((transaction) => {
        put(transaction, 'right', 'c');
        put(transaction, 'left', 'd');
      }),
    ]);
    expect(heard).toEqual(['a', 'b', 'c', 'd']);
    expect(countOf(statements, 'COMMIT')).toBe(1);
  });

  test('fail one by one: the others of the commit are kept', async () => {
    const { storage, statements } = await openTwo();
    const settled = await Promise.allSettled([
      storage.transaction((transaction) => put(transaction, 'left', 'a')),
      storage.transaction((transaction) => {
        put(transaction, 'left', 'b');
        throw new Error('not this one');
      }),
      storage.transaction((transaction) => put(transaction, 'left', 'c')),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(storage.read((reader) => reader.query<Note>('left', { selector: {} })).map(({ id }) => id)).toEqual([
      'a',
      'c',
    ]);
    expect(countOf(statements, 'COMMIT')).toBe(1);
  });

  test('run again if one of them cannot be undone by itself', async () => {
    const { storage, faults } = await openTwo();
    faults.set('ROLLBACK TO work', 'SQLITE_IOERR');
    const settled = await Promise.allSettled([
      storage.transaction((transaction) => put(transaction, 'left', 'a')),
      storage.transaction((transaction) => {
        put(transaction, 'left', 'b');
        throw new Error('not this one');
      }),
      storage.transaction((transaction) => put(transaction, 'left', 'c')),
    ]);
    expect(settled).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { message: 'not this one' } },
      { status: 'fulfilled' },
    ]);
    expect(storage.read((reader) => reader.query<Note>('left', { selector: {} })).map(({ id }) => id)).toEqual([
      'a',
      'c',
    ]);
  });

  test('see those before them in the same commit', async () => {
    const { storage } = await openTwo();
    const [, seen] = await Promise.all([
      storage.transaction((transaction) => put(transaction, 'left', 'a')),
      storage.transaction((transaction) => transaction.findById<Note>('left', ['a']).length),
    ]);
    expect(seen).toBe(1);
  });

  test('all fail if their commit does; nothing of them is kept or heard, and writing goes on', async () => {
    const { storage, left, faults } = await openTwo();
    await storage.transaction((transaction) => put(transaction, 'left', 'a', 'before'));
    const heard: unknown[] = [];
    const subscription = left.changeStream().subscribe((changes) => void heard.push(changes));
    onTestFinished(() => subscription.unsubscribe());
    faults.set('COMMIT', 'SQLITE_IOERR_FSYNC');
    const settled = await Promise.allSettled([
      storage.transaction((transaction) => {
        const [previous] = transaction.findById<Note>('left', ['a']);
        transaction.write<Note>('left', [{ previous: previous!, document: { id: 'a', text: '😀' } }]);
      }),
      left.bulkWrite(insert(state({ id: 'b', text: 'x' })), 'test'),
    ]);
    expect(settled).toMatchObject([
      { status: 'rejected', reason: { kind: 'io' } },
      { status: 'rejected', reason: { kind: 'io' } },
    ]);
    expect(heard).toEqual([]);
    faults.clear();
    expect(storage.read((reader) => reader.query<Note>('left', { selector: {} })).map(({ text }) => text)).toEqual([
      'before',
    ]);
    await storage.transaction((transaction) => put(transaction, 'left', 'b', 'after'));
    expect(textOf(storage, 'left', 'b')).toBe('after');
  });
});

test('an RxDatabase over the storage sees transactions as any write', async () => {
  const { storage } = watchedStorage();
  const db = await createRxDatabase({ name: 'db', storage, multiInstance: false });
  const { left } = await db.addCollections<{ left: RxCollection<Note>; right: RxCollection<Note> }>({
    left: { schema: NOTES },
    right: { schema: NOTES },
  });
  const seen: string[][] = [];
  const subscription = left
    .find({ selector: { text: { $gt: 'a' } }, sort: [{ text: 'asc' }] })
    .$.subscribe((found) => void seen.push(found.map(({ text }) => text)));
  await left.insert({ id: 'a', text: 'm' });
  const document = await left.findOne('a').exec(true);

  await storage.transaction((transaction) => {
    const [previous] = transaction.findById<Note>('left', ['a']);
    transaction.write<Note>('left', [
      { previous: previous!, document: { ...previous!, text: 'z' } },
      { document: { id: 'b', text: 'n' } },
    ]);
    put(transaction, 'right', 'h');
  });
  await expect.poll(() => seen.at(-1)).toEqual(['n', 'z']);
  expect(document.getLatest().text).toBe('z');

  await document.getLatest().patch({ text: 'b' });
  await expect.poll(() => seen.at(-1)).toEqual(['b', 'n']);
  expect(textOf(storage, 'left', 'a')).toBe('b');
  subscription.unsubscribe();
  await db.close();
});
