import { setTimeout as sleep } from 'node:timers/promises';

import { countBytes } from './byte-counter.ts';
import { idOf, LARGE_EVENT, recordsOfOneEvent, someNumbers, TENANT } from './documents.ts';
import { KEY, openBenchEngine, syncOnce } from './engines.ts';
import { loadRival } from './load-rival.ts';
import { comparisonOf, type Measure } from './measure.ts';
import { send, startPouchSource } from './pouch-source.ts';
import { startProcess } from './process.ts';
import { dataFolder, filledFile, newFolder, newPath } from './stores.ts';

/** Changes of one session each, one after the other, and those that only warm up. */
const CHANGES = 30;
const WARM_UPS = 5;

/** Between two changes: what follows one is counted to it. In milliseconds. */
const PAUSE_MS = 300;

/** How long a client may take, once it is up to date, to follow what is new. In milliseconds. */
const FEED_OPENS_MS = 2_000;

/** Sweeps of a headquarters that offers the contract alone. */
const SWEEPS = 3;

export const oneChange: Measure = {
  name: 'one-change',
  title:
    'One changed session: until a client of a hub that follows it has it, and what passes; and what a sync by the contract alone asks for',
  rival: "PouchDB 9's live replication from express-pouchdb; for the contract, the full pull that other connectors do",
  unit: 'ms',
  sizes: [1_000, 25_000],
  async run(sessions) {
    const live = { ours: await followHub(sessions), rival: await followPouch(sessions) };
    const numbers = someNumbers(sessions, CHANGES + WARM_UPS, 1);
    const found = { ours: [] as Change[], rival: [] as Change[] };
    for (const [at, number] of numbers.entries()) {
      for (const side of at % 2 === 0 ? (['ours', 'rival'] as const) : (['rival', 'ours'] as const)) {
        const change = await live[side].change(number, `Change ${at} of all`);
        if (at >= WARM_UPS) found[side].push(change);
      }
    }
    await live.ours.close();
    await live.rival.close();
    const times = (side: 'ours' | 'rival'): number[] => found[side].map(({ timeUs }) => timeUs);
    const bytes = (side: 'ours' | 'rival'): number[] => found[side].map((change) => change.bytes);

    const swept = await sweepContract(sessions);
    return [
      { what: 'change, from a hub', comparison: comparisonOf(times('ours'), times('rival')), goal: { timeAtMost: 1 } },
      {
        what: 'its bytes, from a hub',
        unit: 'bytes',
        comparison: comparisonOf(bytes('ours'), bytes('rival')),
        goal: { timesLess: 1 },
      },
      {
        what: 'its bytes, by the contract',
        unit: 'bytes',
        comparison: comparisonOf(swept.changed, swept.full),
        goal: { timesLess: 20 },
      },
    ];
  },
};

/** What one change took: from sending the edit until it stands in the client's store, and the bytes on the client's line. */
interface Change {
  timeUs: number;
  bytes: number;
}

/** A client that follows a server, up to date. */
interface Live {
  change(number: number, name: string): Promise<Change>;
  close(): Promise<void>;
}

async function followHub(sessions: number): Promise<Live> {
  const hub = await startProcess(
    new URL('http-server.ts', import.meta.url),
    'hub',
    dataFolder(await filledFile(sessions, recordsOfOneEvent)),
  );
  const counter = await countBytes(String(hub.ready));
  // It syncs by timer as an app does; but what is measured comes by the feed.
  const client = await openBenchEngine(newFolder(), { url: counter.url, intervalMs: 60_000 });
  await syncOnce(client);
  await sleep(FEED_OPENS_MS);
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json-patch+json' };
  return {
    async change(number, name) {
      const id = idOf(number);
      const arrived = new Promise<void>((resolve) => {
        const unwatch = client.store.watchSessions(({ session }) => {
          if (session.id !== id || session.name !== name) return;
          unwatch();
          resolve();
        });
      });
      return await measured(counter.bytes, async () => {
        const url = `${String(hub.ready)}/sessions/${TENANT}/${encodeURIComponent(id)}`;
        await send(url, 'PATCH', [{ op: 'replace', path: '/name', value: name }], headers);
        await arrived;
      });
    },
    async close() {
      await client.close();
      counter.close();
      await hub.end();
    },
  };
}

/** As much of PouchDB as is used here (https://pouchdb.com/api.html). */
type PouchConstructor = new (path: string) => {
  replicate: {
    from(
      url: string,
      options: object,
    ): Promise<unknown> & {
      on(event: 'change', listener: (change: { docs: { _id: string; name: string }[] }) => void): void;
      cancel(): void;
    };
  };
  close(): Promise<void>;
};

async function followPouch(sessions: number): Promise<Live> {
  const { server, url } = await startPouchSource(sessions);
  const counter = await countBytes(url);
  const Pouch = loadRival('pouchdb') as PouchConstructor;
  const pouch = new Pouch(newPath('.pouch'));
  await pouch.replicate.from(counter.url, { batch_size: 1_000 });
  let onDocs: (docs: { _id: string; name: string }[]) => void = () => {};
  const replication = pouch.replicate.from(counter.url, { live: true, retry: true });
  replication.on('change', ({ docs }) => onDocs(docs));
  // It has to find out first that nothing is new.
  await sleep(FEED_OPENS_MS);
  return {
    async change(number, name) {
      const id = idOf(number);
      const address = `${url}/${encodeURIComponent(id)}`;
      const before = (await send(address, 'GET')) as object;
      const arrived = new Promise<void>((resolve) => {
        onDocs = (docs) => {
          if (docs.some((doc) => doc._id === id && doc.name === name)) resolve();
        };
      });
      return await measured(counter.bytes, async () => {
        await send(address, 'PUT', { ...before, name });
        await arrived;
      });
    },
    async close() {
      replication.cancel();
      await pouch.close();
      counter.close();
      await server.end();
    },
  };
}

/** Times a change; what passes until shortly after it is counted to it. */
async function measured(bytes: () => number, work: () => Promise<void>): Promise<Change> {
  const before = bytes();
  const startMs = performance.now();
  await work();
  const timeUs = (performance.now() - startMs) * 1_000;
  await sleep(PAUSE_MS);
  return { timeUs, bytes: bytes() - before };
}

/** The bytes of syncs that find one changed session at a headquarters which offers the contract alone, and of pulling all of it. */
async function sweepContract(sessions: number): Promise<{ changed: number[]; full: number[] }> {
  const headquarters = await startProcess(new URL('headquarters-server.ts', import.meta.url), String(sessions));
  const counter = await countBytes(String(headquarters.ready));
  const client = await openBenchEngine(newFolder(), { url: counter.url, intervalMs: 0 });
  await syncOnce(client);
  const [changed, full]: [number[], number[]] = [[], []];
  for (const number of someNumbers(sessions, SWEEPS, 2)) {
    await headquarters.ask({ edit: number });
    const before = counter.bytes();
    await syncOnce(client, 'timer');
    changed.push(counter.bytes() - before);
    full.push(await pullAll(counter.url, counter.bytes));
  }
  await client.close();
  counter.close();
  await headquarters.end();
  return { changed, full };
}

/** What other connectors of this API do: read each page of the event, whole. Gives the bytes. */
async function pullAll(url: string, bytes: () => number): Promise<number> {
  const before = bytes();
  const headers = { authorization: `Bearer ${KEY}` };
  let key: string | undefined;
  do {
    const query = key === undefined ? '' : `?exclusiveStartKey=${encodeURIComponent(key)}`;
    const page = await send(`${url}/sessions/${TENANT}/event/${LARGE_EVENT}${query}`, 'GET', undefined, headers);
    key = (page as { LastEvaluatedKey?: string }).LastEvaluatedKey;
  } while (key !== undefined);
  return bytes() - before;
}
