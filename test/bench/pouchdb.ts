import type { JsonPatch } from '../../shared/contract/patch.ts';
import { createPageKeys } from '../../shared/service/page-key.ts';
import { recordKey, type SessionRecord } from '../../shared/store/records.ts';
import { idOf, LARGE_EVENT, someNumbers, TENANT } from './documents.ts';
import { compareInserts } from './insert.ts';
import { loadRival } from './load-rival.ts';
import { compare, perOperationUs, type Measure } from './measure.ts';
import { copyOf, filledFile, newPath, openOurs } from './stores.ts';

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

export const pouchdb: Measure = {
  name: 'pouchdb',
  title:
    'The same insert, read by id (cold), page of an event (cold) and edit of one session (with its history, synced)',
  rival: 'PouchDB 9 on leveldb (which does not sync), an index on tenant, event and key',
  unit: 'us',
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

    const query = await compare(
      async () => {
        const { api, store, close } = await openOurs(path);
        const exclusiveStartKey = createPageKeys(store.secret).make(['event', TENANT, LARGE_EVENT], idOf(PAGE - 1));
        const timeUs = await perOperationUs(
          1,
          async () => await api.listSessionsByEvent({ tenantId: TENANT, event_id: LARGE_EVENT, exclusiveStartKey }),
        );
        await close();
        return timeUs;
      },
      async () => {
        const pouch = new Pouch(pouchPath);
        await pouch.get(keyOf(0));
        const timeUs = await perOperationUs(1, async () => await askForPage(pouch, keyOf(PAGE)));
        await pouch.close();
        return timeUs;
      },
      { rounds: 7, warmUps: 2 },
    );

    const { api, close } = await openOurs(path);
    const pouch = new Pouch(pouchPath);
    const put = await compare(
      async (round) => {
        const ids = someNumbers(sessions, OPERATIONS, round).map(idOf);
        const body: JsonPatch = [{ op: 'replace', path: '/name', value: `Round ${round} of all` }];
        return await perOperationUs(OPERATIONS, async () => {
          for (const id of ids) await api.patchSession({ tenantId: TENANT, id, body });
        });
      },
      async (round) => {
        const documents = await Promise.all(
          someNumbers(sessions, OPERATIONS, round).map(async (number) => await pouch.get(keyOf(number))),
        );
        const name = `Round ${round} of all`;
        return await perOperationUs(OPERATIONS, async () => {
          for (const document of documents) await pouch.put({ ...document, session: { ...document.session, name } });
        });
      },
    );
    await pouch.close();
    await close();
    return [
      { what: 'insert', comparison: inserted, goal: { rateAtLeast: 1.5 } },
      { what: 'read', comparison: read, goal: { rateAtLeast: 3 } },
      { what: 'query', comparison: query, goal: { rateAtLeast: 20 } },
      { what: 'put', comparison: put, goal: { rateAtLeast: 1 } },
    ];
  },
};

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
