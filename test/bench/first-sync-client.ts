import { join } from 'node:path';

import pino from 'pino';

import { openEngine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { upstreamName } from '../../electron/engine/upstream.ts';
import { LARGE_EVENT, TENANT } from './documents.ts';
import { loadRival } from './load-rival.ts';
import { serveParent } from './process.ts';

/** Who pulls, from where, into which folder, and how many sessions must be there afterwards. */
export interface FirstSync {
  readonly by: 'offstage' | 'pouchdb';
  readonly url: string;
  readonly key: string;
  readonly folder: string;
  readonly sessions: number;
}

/** What a first sync took: its time, the most memory that the process held, and what of it was JavaScript's, live or not. */
export interface FirstSyncResult {
  readonly timeUs: number;
  readonly peakBytes: number;
  readonly peakHeapBytes: number;
}

/** How often the heap is looked at. */
const LOOK_MS = 10;

// A process of its own for each first sync: what it needs of memory is this sync's alone. It opens an empty store, syncs once, and tells.
serveParent(async (order: FirstSync): Promise<FirstSyncResult> => {
  let peakHeapBytes = 0;
  const look = setInterval(() => {
    peakHeapBytes = Math.max(peakHeapBytes, process.memoryUsage().heapUsed);
  }, LOOK_MS);
  const timeUs = await (order.by === 'offstage' ? pullOurs : pullPouch)(order);
  clearInterval(look);
  return { timeUs, peakBytes: process.resourceUsage().maxRSS * 1024, peakHeapBytes };
});
process.send?.('ready');

async function pullOurs({ url, key, folder, sessions }: FirstSync): Promise<number> {
  const upstream = { url, remoteTenantId: TENANT, tenantId: TENANT, eventIds: [LARGE_EVENT] };
  const engine = await openEngine({
    dataDir: folder,
    tenants: [TENANT],
    sync: { upstreams: [upstream], keys: keysInMemory([[upstreamName(upstream), key]]), intervalMs: 0 },
    logger: pino({ level: 'warn', base: null }, pino.destination({ dest: 2, sync: true })),
  });
  const startMs = performance.now();
  const status = await engine.sync.of(TENANT)!.sync('hand');
  const timeUs = (performance.now() - startMs) * 1_000;
  const progress = engine.service.as({ id: 'bench', role: 'viewer' });
  let found = 0;
  let exclusiveStartKey: string | undefined;
  do {
    const page = await progress.listSessionsByEvent({ tenantId: TENANT, event_id: LARGE_EVENT, exclusiveStartKey });
    found += page.Count;
    exclusiveStartKey = page.LastEvaluatedKey;
  } while (exclusiveStartKey !== undefined);
  await engine.close();
  requireAll(found, sessions, status.state === 'synced');
  return timeUs;
}

/** As much of PouchDB as is used here (https://pouchdb.com/api.html). */
type PouchConstructor = new (path: string) => {
  replicate: { from(url: string, options: object): Promise<{ ok: boolean; docs_written: number }> };
  close(): Promise<void>;
};

/** The size at which it is fastest; with its own choice of 100 it takes half as long again. */
const POUCH_BATCH = 1_000;

async function pullPouch({ url, folder, sessions }: FirstSync): Promise<number> {
  const Pouch = loadRival('pouchdb') as PouchConstructor;
  const pouch = new Pouch(join(folder, 'target'));
  const startMs = performance.now();
  const { ok, docs_written: found } = await pouch.replicate.from(url, { batch_size: POUCH_BATCH });
  const timeUs = (performance.now() - startMs) * 1_000;
  await pouch.close();
  requireAll(found, sessions, ok);
  return timeUs;
}

function requireAll(found: number, wanted: number, ended: boolean): void {
  if (found !== wanted || !ended) throw new Error(`${found} of ${wanted} sessions came, ${ended ? '' : 'not '}to an end`);
}
