import { join } from 'node:path';

import { TENANT } from './documents.ts';
import { openBenchEngine, syncOnce } from './engines.ts';
import { loadRival } from './load-rival.ts';
import { serveParent } from './process.ts';

/** Who pulls, from where, into which folder, and how many sessions must be there afterwards. */
export interface FirstSync {
  readonly by: 'offstage' | 'pouchdb';
  /** How many documents PouchDB asks for at once; its own choice where it is left out. */
  readonly pouchBatch?: number;
  readonly url: string;
  readonly folder: string;
  readonly sessions: number;
}

/** What a first sync took: its time, and by how much the most memory that the process held is more than what it held before. */
export interface FirstSyncResult {
  readonly timeUs: number;
  readonly memoryBytes: number;
}

// A process of its own for each first sync: what it needs of memory is this sync's alone. It opens an empty store, syncs once, and tells.
serveParent(async (order: FirstSync): Promise<FirstSyncResult> => {
  const beforeBytes = process.memoryUsage.rss();
  const timeUs = await (order.by === 'offstage' ? pullOurs : pullPouch)(order);
  return { timeUs, memoryBytes: process.resourceUsage().maxRSS * 1024 - beforeBytes };
});
process.send?.('ready');

async function pullOurs({ url, folder, sessions }: FirstSync): Promise<number> {
  const engine = await openBenchEngine(folder, { url, intervalMs: 0 });
  const startMs = performance.now();
  await syncOnce(engine);
  const timeUs = (performance.now() - startMs) * 1_000;
  const found = engine.store.read((view) => view.countSessions(TENANT));
  await engine.close();
  requireAll(found, sessions, true);
  return timeUs;
}

/** As much of PouchDB as is used here (https://pouchdb.com/api.html). */
type PouchConstructor = new (path: string) => {
  replicate: { from(url: string, options: object): Promise<{ ok: boolean; docs_written: number }> };
  close(): Promise<void>;
};

async function pullPouch({ url, pouchBatch, folder, sessions }: FirstSync): Promise<number> {
  const Pouch = loadRival('pouchdb') as PouchConstructor;
  const pouch = new Pouch(join(folder, 'target'));
  const startMs = performance.now();
  const { ok, docs_written: found } = await pouch.replicate.from(
    url,
    pouchBatch === undefined ? {} : { batch_size: pouchBatch },
  );
  const timeUs = (performance.now() - startMs) * 1_000;
  await pouch.close();
  requireAll(found, sessions, ok);
  return timeUs;
}

function requireAll(found: number, wanted: number, ended: boolean): void {
  if (found !== wanted || !ended)
    throw new Error(`${found} of ${wanted} sessions came, ${ended ? '' : 'not '}to an end`);
}
