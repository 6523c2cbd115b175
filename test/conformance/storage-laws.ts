import {
  addRxPlugin,
  createBlob,
  createRxDatabase,
  getChangedDocumentsSince,
  type EventBulk,
  type RxCollection,
  type RxAttachmentWriteData,
  type RxStorageChangeEvent,
} from 'rxdb';
import { RxDBMigrationSchemaPlugin } from 'rxdb/plugins/migration-schema';
import { describe, expect, onTestFinished, test } from 'vitest';

import {
  filledSchema,
  insert,
  openInstance,
  prepared,
  state,
  type AnyDocument,
  type AnyInstance,
  type AnyStorage,
  type StoredDocument,
} from '../support/storage-documents.ts';

addRxPlugin(RxDBMigrationSchemaPlugin);

const THINGS = {
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: {
    id: { type: 'string', maxLength: 40 },
    room: { type: 'string', maxLength: 40 },
    start: { type: 'number', minimum: 0, maximum: 1_000_000, multipleOf: 1 },
    hidden: { type: 'boolean' },
    note: { type: 'string' },
    speaker: { type: 'object', properties: { name: { type: 'string' } } },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['id', 'room', 'start', 'hidden'],
  indexes: [['room', 'start'], 'hidden'],
} as const;

const thingsSchema = filledSchema(THINGS);

function thing(id: string, members: AnyDocument = {}, revision = 1): StoredDocument {
  return state({ id, room: 'A', start: 10, hidden: false, ...members }, revision);
}

function hear(instance: AnyInstance): Changes[] {
  const heard: Changes[] = [];
  const subscription = instance.changeStream().subscribe((changes) => void heard.push(changes));
  onTestFinished(() => subscription.unsubscribe());
  return heard;
}

async function write(instance: AnyInstance, ...documents: StoredDocument[]): Promise<void> {
  expect((await instance.bulkWrite(insert(...documents), 'law')).error).toEqual([]);
}

function attachment(text: string): RxAttachmentWriteData {
  const data = createBlob(text, 'text/plain');
  return { data, length: data.size, type: 'text/plain', digest: `digest of ${text}` };
}

/** What a document says of an attachment. */
function stub(text: string): object {
  return { length: text.length, type: 'text/plain', digest: `digest of ${text}` };
}

interface Thing {
  id: string;
  room: string;
  start: number;
  hidden: boolean;
}

type Things = { things: RxCollection<Thing> };

type Changes = EventBulk<RxStorageChangeEvent<AnyDocument>, unknown>;

/**
 * What RxDB may rely on in a storage, and so what our storage and RxDB's memory storage have in common.
 * `makeStorage` gives a storage without collections; it may register its own end with `onTestFinished`.
 */
export function runStorageLaws(name: string, makeStorage: () => AnyStorage): void {
  const open = async (options: Parameters<typeof openInstance>[2] = {}): Promise<AnyInstance> =>
    await openInstance(makeStorage(), thingsSchema, options);

  describe(`${name}: writing`, () => {
    test('what is inserted is found as it was', async () => {
      const instance = await open();
      const document = thing('a', { note: 'Ü 😀 \u0000 "', tags: ['x', ''], speaker: { name: 'Ada' } });
      await write(instance, document);
      expect(await instance.findDocumentsById(['a'], false)).toEqual([document]);
    });

    test('inserting a key that is there is a conflict that shows the document there, and changes nothing', async () => {
      const instance = await open();
      await write(instance, thing('a'));
      const [row] = insert(thing('a', { room: 'B' }, 2));
      const { error } = await instance.bulkWrite([row!], 'law');
      expect(error).toEqual([
        { isError: true, status: 409, documentId: 'a', writeRow: row, documentInDb: thing('a'), context: 'law' },
      ]);
      expect(await instance.findDocumentsById(['a'], false)).toEqual([thing('a')]);
    });

    test('an update that follows an older state is a conflict, and changes nothing', async () => {
      const instance = await open();
      await write(instance, thing('a'));
      await instance.bulkWrite([{ previous: thing('a'), document: thing('a', { room: 'B' }, 2) }], 'law');
      const late = { previous: thing('a'), document: thing('a', { room: 'C' }, 3) };
      const { error } = await instance.bulkWrite([late], 'law');
      expect(error.map(({ status, documentId }) => ({ status, documentId }))).toEqual([
        { status: 409, documentId: 'a' },
      ]);
      expect(await instance.findDocumentsById(['a'], false)).toEqual([thing('a', { room: 'B' }, 2)]);
    });

    test('one bulk inserts, updates, deletes and refuses, each row by itself', async () => {
      const instance = await open();
      await write(instance, thing('changed'), thing('deleted'), thing('there'));
      const { error } = await instance.bulkWrite(
        [
          { document: thing('there', { room: 'X' }) },
          { document: thing('new') },
          { previous: thing('changed'), document: thing('changed', { room: 'B' }, 2) },
          { previous: thing('changed', {}, 7), document: thing('there', { room: 'Y' }, 8) },
          { previous: thing('deleted'), document: thing('deleted', { _deleted: true }, 2) },
        ],
        'law',
      );
      expect(error.map(({ status, documentId }) => [status, documentId])).toEqual([
        [409, 'there'],
        [409, 'there'],
      ]);
      expect(await instance.findDocumentsById(['new', 'changed', 'there', 'deleted'], true)).toEqual([
        thing('new'),
        thing('changed', { room: 'B' }, 2),
        thing('there'),
        thing('deleted', { _deleted: true }, 2),
      ]);
    });

    test('a document that follows its tombstone is back', async () => {
      const instance = await open();
      const tombstone = thing('a', { _deleted: true }, 2);
      await write(instance, thing('a'));
      await instance.bulkWrite([{ previous: thing('a'), document: tombstone }], 'law');
      const { error } = await instance.bulkWrite([{ previous: tombstone, document: thing('a', {}, 3) }], 'law');
      expect(error).toEqual([]);
      expect(await instance.findDocumentsById(['a'], false)).toEqual([thing('a', {}, 3)]);
    });

    test('a key is not taken again by its tombstone being there', async () => {
      const instance = await open();
      await write(instance, thing('a', { _deleted: true }));
      const { error } = await instance.bulkWrite(insert(thing('a', {}, 2)), 'law');
      expect(error.map(({ status }) => status)).toEqual([409]);
    });

    test('bulks that are sent together are all written', async () => {
      const instance = await open();
      const keys = Array.from({ length: 30 }, (_, at) => `k${at}`);
      await Promise.all(keys.map((key) => write(instance, thing(key))));
      expect((await instance.findDocumentsById(keys, false)).map(({ id }) => id)).toEqual(keys);
    });
  });

  describe(`${name}: hearing of changes`, () => {
    test('a bulk is heard as one, with each document before and after', async () => {
      const instance = await open();
      await write(instance, thing('changed'), thing('deleted'), thing('gone', { _deleted: true }));
      const heard = hear(instance);
      await instance.bulkWrite(
        [
          { document: thing('new') },
          { previous: thing('changed'), document: thing('changed', { room: 'B' }, 2) },
          { previous: thing('deleted'), document: thing('deleted', { _deleted: true }, 2) },
          { previous: thing('gone', { _deleted: true }), document: thing('gone', {}, 2) },
        ],
        'why',
      );
      expect(heard.map(({ context, events }) => ({ context, events }))).toEqual([
        {
          context: 'why',
          events: [
            { operation: 'INSERT', documentId: 'new', documentData: thing('new'), previousDocumentData: undefined },
            {
              operation: 'UPDATE',
              documentId: 'changed',
              documentData: thing('changed', { room: 'B' }, 2),
              previousDocumentData: thing('changed'),
            },
            {
              operation: 'DELETE',
              documentId: 'deleted',
              documentData: thing('deleted', { _deleted: true }, 2),
              previousDocumentData: thing('deleted'),
            },
            { operation: 'INSERT', documentId: 'gone', documentData: thing('gone', {}, 2), previousDocumentData: null },
          ],
        },
      ]);
    });

    test('what is refused, or arrives deleted, is not heard', async () => {
      const instance = await open();
      await write(instance, thing('a'));
      const heard = hear(instance);
      await instance.bulkWrite(insert(thing('a'), thing('b', { _deleted: true })), 'law');
      expect(heard).toEqual([]);
    });

    test('bulks are heard in the order they were sent, each under an id of its own', async () => {
      const instance = await open();
      const heard = hear(instance);
      await Promise.all(['a', 'b', 'c'].map((key) => write(instance, thing(key))));
      expect(heard.map(({ events }) => events[0]?.documentId)).toEqual(['a', 'b', 'c']);
      expect(new Set(heard.map(({ id }) => id)).size).toBe(3);
    });

    test('a write has been heard when it resolves', async () => {
      const instance = await open();
      const heard = hear(instance);
      const heardAtEnd = instance.bulkWrite(insert(thing('a')), 'law').then(() => heard.length);
      expect(await heardAtEnd).toBe(1);
    });

    test('every instance of a collection hears of the changes through any', async () => {
      const storage = makeStorage();
      const first = await openInstance(storage, thingsSchema, { database: 'shared' + name });
      const second = await openInstance(storage, thingsSchema, { database: 'shared' + name });
      const heard = hear(second);
      await write(first, thing('a'));
      expect(heard.length).toBe(1);
    });
  });

  describe(`${name}: finding`, () => {
    test('by key: in the order asked, without what is not there, tombstones only when asked for', async () => {
      const instance = await open();
      await write(instance, thing('a'), thing('b', { _deleted: true }), thing('c'));
      expect((await instance.findDocumentsById(['c', 'x', 'b', 'a'], false)).map(({ id }) => id)).toEqual(['c', 'a']);
      expect((await instance.findDocumentsById(['c', 'x', 'b', 'a'], true)).map(({ id }) => id)).toEqual([
        'c',
        'b',
        'a',
      ]);
      expect(await instance.findDocumentsById([], true)).toEqual([]);
    });

    test('by key: more than a thousand at once', async () => {
      const instance = await open();
      const keys = Array.from({ length: 2_500 }, (_, at) => `k${at}`);
      await write(instance, ...keys.map((key) => thing(key)));
      expect((await instance.findDocumentsById(keys.toReversed(), false)).map(({ id }) => id)).toEqual(
        keys.toReversed(),
      );
    });

    test.each([
      { query: { selector: { room: 'A' } }, keys: ['a1', 'a2', 'a3'] },
      { query: { selector: { room: 'A', start: { $gte: 20 } } }, keys: ['a2', 'a3'] },
      { query: { selector: { room: 'A' }, sort: [{ start: 'desc' }] }, keys: ['a3', 'a2', 'a1'] },
      { query: { selector: {}, sort: [{ hidden: 'desc' }, { start: 'asc' }] }, keys: ['a2', 'a1', 'b1', 'a3'] },
      { query: { selector: { room: 'A' }, skip: 1, limit: 1 }, keys: ['a2'] },
      { query: { selector: { room: 'A' }, limit: 0 }, keys: [] },
      { query: { selector: { $or: [{ room: 'B' }, { hidden: true }] }, sort: [{ id: 'asc' }] }, keys: ['a2', 'b1'] },
      { query: { selector: { note: { $exists: true } } }, keys: ['a1'] },
      { query: { selector: { note: { $eq: null } }, sort: [{ id: 'asc' }] }, keys: ['a2', 'a3', 'b1'] },
      { query: { selector: { note: { $regex: '\\(b\\)' } } }, keys: ['a1'] },
      { query: { selector: { 'speaker.name': 'Ada' } }, keys: ['b1'] },
      { query: { selector: { tags: { $elemMatch: { $in: ['y', 'z'] } } } }, keys: ['a3'] },
      { query: { selector: { id: { $in: ['b1', 'a1'] } }, sort: [{ id: 'asc' }] }, keys: ['a1', 'b1'] },
    ] as const)('by query $query', async ({ query, keys }) => {
      const instance = await open();
      await write(
        instance,
        thing('a3', { start: 30, tags: ['x', 'y'] }),
        thing('b1', { room: 'B', start: 20, speaker: { name: 'Ada' } }),
        thing('a1', { start: 10, note: 'a (b)' }),
        thing('a2', { start: 20, hidden: true }),
        thing('a0', { start: 5, _deleted: true }),
      );
      const live = { ...query, selector: { ...query.selector, _deleted: { $eq: false } } } as unknown as Parameters<
        typeof prepared
      >[1];
      const { documents } = await instance.query(prepared(thingsSchema, live));
      expect(documents.map(({ id }) => id)).toEqual(keys);
    });

    test('counting gives as many as the query finds', async () => {
      const instance = await open();
      await write(instance, ...Array.from({ length: 7 }, (_, at) => thing(`k${at}`, { start: at })));
      const query = prepared(thingsSchema, { selector: { _deleted: { $eq: false }, start: { $gt: 2 } } });
      expect((await instance.count(query)).count).toBe(4);
    });
  });

  describe(`${name}: continuing from a checkpoint`, () => {
    test('pages give every document once, in the order of the last writes', async () => {
      const instance = await open();
      const keys = Array.from({ length: 7 }, (_, at) => `k${at}`);
      for (const [at, key] of keys.entries()) await write(instance, { ...thing(key), _meta: { lwt: 1_000 + at } });
      const before = { ...thing('k2'), _meta: { lwt: 1_002 } };
      await instance.bulkWrite(
        [{ previous: before, document: { ...thing('k2', {}, 2), _meta: { lwt: 2_000 } } }],
        'law',
      );
      const found: unknown[] = [];
      let checkpoint: unknown;
      for (let page = 0; page < 4; page++) {
        const changes = await getChangedDocumentsSince(instance, 3, checkpoint);
        found.push(...changes.documents.map(({ id }) => id));
        checkpoint = changes.checkpoint;
      }
      expect(found).toEqual(['k0', 'k1', 'k3', 'k4', 'k5', 'k6', 'k2']);
    });

    test('the checkpoint of a change leads to what came after it, tombstones too', async () => {
      const instance = await open();
      const heard = hear(instance);
      await write(instance, thing('a'));
      await write(instance, { ...thing('b'), _meta: { lwt: 5_000 } });
      await instance.bulkWrite(
        [{ previous: thing('a'), document: { ...thing('a', { _deleted: true }, 2), _meta: { lwt: 6_000 } } }],
        'law',
      );
      const { documents } = await getChangedDocumentsSince(instance, 10, heard[0]!.checkpoint);
      expect(documents.map(({ id, _deleted }) => [id, _deleted])).toEqual([
        ['b', false],
        ['a', true],
      ]);
    });

    test('at the end, the checkpoint stays and nothing is given', async () => {
      const instance = await open();
      await write(instance, thing('a'));
      const { checkpoint } = await getChangedDocumentsSince(instance, 10);
      expect(await getChangedDocumentsSince(instance, 10, checkpoint)).toEqual({ documents: [], checkpoint });
    });
  });

  describe(`${name}: cleaning up`, () => {
    test('removes old tombstones, not young ones, and no document', async () => {
      const instance = await open();
      const young = { ...thing('young', { _deleted: true }), _meta: { lwt: Date.now() } };
      await write(instance, thing('old', { _deleted: true }), young, thing('alive'));
      while (!(await instance.cleanup(60_000)));
      expect((await instance.findDocumentsById(['old', 'young', 'alive'], true)).map(({ id }) => id)).toEqual([
        'young',
        'alive',
      ]);
    });

    test('a key whose tombstone is gone is free', async () => {
      const instance = await open();
      await write(instance, thing('a', { _deleted: true }));
      while (!(await instance.cleanup(0)));
      await write(instance, thing('a'));
      expect(await instance.findDocumentsById(['a'], false)).toEqual([thing('a')]);
    });
  });

  describe(`${name}: attachments`, () => {
    const schema = filledSchema({ ...THINGS, attachments: {} });
    const openWithOne = async (): Promise<{ instance: AnyInstance; first: StoredDocument }> => {
      const instance = await openInstance(makeStorage(), schema);
      const document = { ...thing('a'), _attachments: { file: attachment('hello') } };
      expect((await instance.bulkWrite([{ document }], 'law')).error).toEqual([]);
      return { instance, first: { ...thing('a'), _attachments: { file: stub('hello') } } as StoredDocument };
    };

    test('what is attached is read back; the document only describes it', async () => {
      const { instance, first } = await openWithOne();
      const blob = await instance.getAttachmentData('a', 'file', 'digest of hello');
      expect([await blob.text(), blob.type]).toEqual(['hello', 'text/plain']);
      expect(await instance.findDocumentsById(['a'], false)).toEqual([first]);
    });

    test('a description sent again keeps the data, another data replaces it, leaving it out removes it', async () => {
      const { instance, first } = await openWithOne();
      const second = { ...thing('a', { room: 'B' }, 2), _attachments: first._attachments };
      expect((await instance.bulkWrite([{ previous: first, document: second }], 'law')).error).toEqual([]);
      expect(await (await instance.getAttachmentData('a', 'file', 'digest of hello')).text()).toBe('hello');

      const third = { ...thing('a', {}, 3), _attachments: { file: attachment('bye') } };
      expect((await instance.bulkWrite([{ previous: second, document: third }], 'law')).error).toEqual([]);
      expect(await (await instance.getAttachmentData('a', 'file', 'digest of bye')).text()).toBe('bye');

      const previous = { ...thing('a', {}, 3), _attachments: { file: stub('bye') } } as StoredDocument;
      expect((await instance.bulkWrite([{ previous, document: thing('a', {}, 4) }], 'law')).error).toEqual([]);
      await expect(async () => await instance.getAttachmentData('a', 'file', 'digest of bye')).rejects.toThrow(
        'attachment',
      );
    });

    test('a new attachment without data is refused', async () => {
      const { instance, first } = await openWithOne();
      const document = {
        ...thing('a', {}, 2),
        _attachments: { ...first._attachments, other: stub('x') },
      } as StoredDocument;
      // With another row, because the memory storage fails over a bulk of which nothing is left.
      const { error } = await instance.bulkWrite([{ previous: first, document }, { document: thing('b') }], 'law');
      expect(error.map(({ status, documentId }) => [status, documentId])).toEqual([[510, 'a']]);
      expect(await instance.findDocumentsById(['a'], false)).toEqual([first]);
    });
  });

  describe(`${name}: opening and closing`, () => {
    test('what was written is there when the collection is opened again', async () => {
      const storage = makeStorage();
      const options = { database: `again-${name}` };
      const instance = await openInstance(storage, thingsSchema, options);
      await write(instance, thing('a'), thing('b', { _deleted: true }));
      await instance.close();
      const again = await openInstance(storage, thingsSchema, options);
      expect(await again.findDocumentsById(['a', 'b'], true)).toEqual([thing('a'), thing('b', { _deleted: true })]);
      await again.close();
    });

    test('closing twice is closing once', async () => {
      const instance = await open();
      await instance.close();
      await expect(instance.close()).resolves.toBeUndefined();
    });

    test('a collection that was removed is empty when it is opened again', async () => {
      const storage = makeStorage();
      const options = { database: `removed-${name}` };
      const instance = await openInstance(storage, thingsSchema, options);
      await write(instance, thing('a'));
      await instance.remove();
      const again = await openInstance(storage, thingsSchema, options);
      expect(await again.findDocumentsById(['a'], true)).toEqual([]);
    });

    test('two collections, and two versions of one, hold what was put into each', async () => {
      const storage = makeStorage();
      const database = `apart-${name}`;
      const next = filledSchema({ ...THINGS, version: 1 });
      const things = await openInstance(storage, thingsSchema, { database });
      const others = await openInstance(storage, thingsSchema, { database, collection: 'others' });
      const newer = await openInstance(storage, next, { database });
      await write(things, thing('a', { note: 'things' }));
      await write(others, thing('a', { note: 'others' }));
      await write(newer, thing('a', { note: 'newer' }));
      const notes = await Promise.all([things, others, newer].map((one) => one.findDocumentsById(['a'], false)));
      expect(notes.flat().map(({ note }) => note)).toEqual(['things', 'others', 'newer']);
    });
  });

  describe(`${name}: under an RxDatabase`, () => {
    test('a live query follows inserts, changes and deletions', async () => {
      const db = await createRxDatabase({ name: `live-${name}`, storage: makeStorage(), multiInstance: false });
      const { things: collection } = await db.addCollections<Things>({ things: { schema: THINGS } });
      const seen: string[][] = [];
      const subscription = collection
        .find({ selector: { room: 'A' }, sort: [{ start: 'asc' }] })
        .$.subscribe((found) => void seen.push(found.map(({ id }) => id)));
      await collection.find({ selector: { room: 'A' } }).exec();
      await collection.bulkInsert([
        { id: 'a', room: 'A', start: 2, hidden: false },
        { id: 'b', room: 'A', start: 1, hidden: false },
        { id: 'c', room: 'B', start: 1, hidden: false },
      ]);
      await expect.poll(() => seen.at(-1)).toEqual(['b', 'a']);
      await (await collection.findOne('a').exec(true)).patch({ start: 0 });
      await expect.poll(() => seen.at(-1)).toEqual(['a', 'b']);
      await (await collection.findOne('b').exec(true)).remove();
      await expect.poll(() => seen.at(-1)).toEqual(['a']);
      subscription.unsubscribe();
      await db.close();
    });

    test('documents of the version before are migrated when the collection is opened', async () => {
      const storage = makeStorage();
      const database = { name: `migrated-${name}`, storage, multiInstance: false };
      const before = await createRxDatabase(database);
      const { things: old } = await before.addCollections<Things>({ things: { schema: THINGS } });
      await old.bulkInsert(
        Array.from({ length: 30 }, (_, at) => ({ id: `k${at}`, room: 'A', start: at, hidden: false })),
      );
      await (await old.findOne('k0').exec(true)).remove();
      await before.close();

      const after = await createRxDatabase(database);
      const { things: migrated } = await after.addCollections<Things>({
        things: {
          schema: { ...THINGS, version: 1 },
          migrationStrategies: { 1: (document: Thing) => ({ ...document, room: 'B' }) },
        },
      });
      expect(await migrated.count({ selector: { room: 'B' } }).exec()).toBe(29);
      expect(await migrated.findOne('k0').exec()).toBeNull();
      expect((await migrated.findOne('k7').exec(true)).start).toBe(7);
      await after.close();
    });
  });
}
