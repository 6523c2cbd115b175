import { createPageKeys } from '../../shared/service/page-key.ts';
import { recordKey, type SessionRecord } from '../../shared/store/records.ts';
import { idOf, LARGE_EVENT, someNumbers, TENANT } from './documents.ts';
import { compareInserts } from './insert.ts';
import { loadRival } from './load-rival.ts';
import { compare, perOperationUs, type Measure } from './measure.ts';
import { copyOf, filledFile, newPath, openOurs, openUnsynced, type Ours } from './stores.ts';

/** As much of PouchDB as is used here (https://pouchdb.com/api.html). */
interface PouchDatabase {
  bulkDocs(docs: object[]): Promise<{ error?: unknown }[]>;
  get(id: string): Promise<SessionRecord & { _rev: string }>;
  put(doc: object): Promise<unknown>;
  createIndex(options: { index: { fields: string[] } }): Promise<unknown>;
  find(query: object): Promise<{ docs: SessionRecord[] }>;
  close(): Promise<void>;
}

interface PouchConstructor {
  new (path: string): PouchDatabase;
  plugin(plugin: unknown): void;
}

const OPERATIONS = 200;
const PAGE = 500;
const PAGES = 3;

/** More than `compare` makes. */
const MOST_ROUNDS = 20;

export const pouchdb: Measure = {
  name: 'pouchdb',
  title: 'The same insert, read by id (cold), page of an event (cold) and put of one session (with its history)',
  rival: 'PouchDB 9 on leveldb (which does not sync), an index on tenant, event and key',
  unit: 'us',
  note: 'A put of ours is on the disk, with its history, when it resolves; one of PouchDB is in the memory of the operating system.',
  async run(sessions) {
    const Pouch = loadRival('pouchdb') as PouchConstructor;
    Pouch.plugin(loadRival('pouchdb-find'));

    let pouchPath = '';
    const inserted = await compareInserts(sessions, async () => {
      pouchPath = newPath('.pouch');
      const pouch = new Pouch(pouchPath);
      return { insert: async (batch) => await insertInto(pouch, batch), close: async () => await pouch.close() };
    });

    const indexing = new Pouch(pouchPath);
    await indexing.createIndex({ index: { fields: INDEX } });
    await askForPage(indexing, keyOf(0));
    await indexing.close();
    const path = copyOf(await filledFile(sessions));

    const read = await compare(
      async (round) => {
        const { api, close } = await openOurs(path);
        const ids = someNumbers(sessions, OPERATIONS, round).map(idOf);
        const timeUs = await perOperationUs(OPERATIONS, async () => {
          for (const id of ids) await api.getSession({ tenantId: TENANT, id });
        });
        await close();
        return timeUs;
      },
      async (round) => {
        const pouch = new Pouch(pouchPath);
        await pouch.get(keyOf(0));
        const keys = someNumbers(sessions, OPERATIONS, round).map(keyOf);
        const timeUs = await perOperationUs(OPERATIONS, async () => {
          for (const key of keys) await pouch.get(key);
        });
        await pouch.close();
        return timeUs;
      },
    );

    const { api, store, close } = await openOurs(path);
    const pouch = new Pouch(pouchPath);
    const keys = createPageKeys(store.secret);
    // A query that is asked for the first time leaves nothing in the document cache: another page is a cold page.
    const sessionsBefore = (round: number): number[] => someNumbers(PAGE, PAGES, round);
    const query = await compare(
      async (round) =>
        await perOperationUs(PAGES, async () => {
          for (const before of sessionsBefore(round)) {
            const exclusiveStartKey = keys.make(['event', TENANT, LARGE_EVENT], idOf(before));
            await api.listSessionsByEvent({ tenantId: TENANT, event_id: LARGE_EVENT, exclusiveStartKey });
          }
        }),
      async (round) =>
        await perOperationUs(PAGES, async () => {
          for (const before of sessionsBefore(round)) await askForPage(pouch, keyOf(before));
        }),
      { rounds: 5, warmUps: 2 },
    );
    await close();

    const putPouch = async (round: number): Promise<number> => {
      const documents = await Promise.all(
        someNumbers(sessions, OPERATIONS, round).map(async (number) => await pouch.get(keyOf(number))),
      );
      const name = `Round ${round} of all`;
      return await perOperationUs(OPERATIONS, async () => {
        for (const document of documents) await pouch.put({ ...document, session: { ...document.session, name } });
      });
    };
    const synced = await openOurs(path);
    const put = await compare((round) => putOurs(synced, sessions, round), putPouch);
    await synced.close();
    const unsynced = await openOurs(path, openUnsynced);
    const putUnsynced = await compare((round) => putOurs(unsynced, sessions, round + MOST_ROUNDS), putPouch);
    await unsynced.close();
    await pouch.close();
    return [
      { what: 'insert', comparison: inserted, goal: { rateAtLeast: 1.5 } },
      { what: 'read', comparison: read, goal: { rateAtLeast: 3 } },
      { what: 'query', comparison: query, goal: { rateAtLeast: 20 } },
      { what: 'put', comparison: put, goal: { rateAtLeast: 1 } },
      { what: 'put, neither synced', comparison: putUnsynced, goal: { rateAtLeast: 1 } },
    ];
  },
};

/** Puts sessions that were read before, each in a transaction of its own, which keeps its history, too. */
async function putOurs({ store }: Ours, sessions: number, round: number): Promise<number> {
  const records = store.read((view) =>
    someNumbers(sessions, OPERATIONS, round).map((number) => view.findSession(TENANT, idOf(number))!),
  );
  const name = `Round ${round} of all`;
  const context = { tenantId: TENANT, principalId: 'bench', operation: 'put', atMs: Date.now() };
  return await perOperationUs(OPERATIONS, async () => {
    for (const record of records) {
      await store.change(context, (change) => change.saveSession({ ...record.session, name }, record));
    }
  });
}

const INDEX = ['tenant_id', 'event_id', 'key'];

async function insertInto(pouch: PouchDatabase, batch: readonly SessionRecord[]): Promise<void> {
  const results = await pouch.bulkDocs(batch.map((record) => ({ _id: record.key, ...record })));
  if (results.some(({ error }) => error !== undefined)) throw new Error('PouchDB did not insert all sessions');
}

async function askForPage(pouch: PouchDatabase, firstKey: string): Promise<void> {
  const { docs } = await pouch.find({
    selector: { tenant_id: TENANT, event_id: LARGE_EVENT, key: { $gte: firstKey } },
    sort: INDEX,
    limit: PAGE,
  });
  if (docs.length !== PAGE) throw new Error(`PouchDB answered ${docs.length} sessions`);
}

function keyOf(number: number): string {
  return recordKey(TENANT, idOf(number));
}
