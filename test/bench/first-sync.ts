import { recordsOfOneEvent } from './documents.ts';
import type { FirstSync, FirstSyncResult } from './first-sync-client.ts';
import { comparisonOf, costsOf, type Measure, type Row } from './measure.ts';
import { startPouchSource } from './pouch-source.ts';
import { startProcess } from './process.ts';
import { dataFolder, filledFile, newFolder } from './stores.ts';

/** Rounds in which each side syncs once; of large stores fewer, for the rival takes a minute. */
const ROUNDS = 3;
const LARGE = 50_000;

/** The batch at which PouchDB is fastest; by itself it asks for 100 documents at once. */
const FASTEST_POUCH_BATCH = 1_000;

export const firstSync: Measure = {
  name: 'first-sync',
  title:
    'A first sync over loopback, every commit synced: from a hub, and from a headquarters that offers the contract alone',
  rival:
    'PouchDB 9 pulling from express-pouchdb, both on leveldb (not synced), as it does by itself, or tuned: 1,000 documents at once',
  unit: '/s',
  sizes: [1_000, 10_000, 25_000, 100_000],
  note: 'A session costs some 80 us of one processor, and SQLite and its synced commits a third of that; the rival syncs nothing. Each sync runs in a new process, which has to compile its code first: that is much of a small one.',
  async run(sessions) {
    const pouch = await startPouchSource(sessions);
    const headquarters = await startProcess(new URL('headquarters-server.ts', import.meta.url), String(sessions));
    const hub = await startProcess(
      new URL('http-server.ts', import.meta.url),
      'hub',
      dataFolder(await filledFile(sessions, recordsOfOneEvent)),
    );
    const sources: Readonly<Record<Source, Pick<FirstSync, 'by' | 'url' | 'pouchBatch'>>> = {
      hub: { by: 'offstage', url: String(hub.ready) },
      headquarters: { by: 'offstage', url: String(headquarters.ready) },
      rival: { by: 'pouchdb', url: pouch.url },
      tuned: { by: 'pouchdb', url: pouch.url, pouchBatch: FASTEST_POUCH_BATCH },
    };
    const found: Record<Source, FirstSyncResult[]> = { hub: [], headquarters: [], rival: [], tuned: [] };
    for (let round = 0; round < (sessions < LARGE ? ROUNDS : 1); round++) {
      const turns = Object.keys(sources) as Source[];
      for (const source of round % 2 === 0 ? turns : turns.toReversed()) {
        found[source].push(await syncInNewProcess({ ...sources[source], folder: newFolder(), sessions }));
      }
    }
    for (const each of [pouch.server, headquarters, hub]) await each.end();

    const timesUs = (source: Source): number[] => found[source].map(({ timeUs }) => timeUs / sessions);
    const memory = (source: Source): number[] => found[source].map(({ memoryBytes }) => memoryBytes);
    return [
      { what: 'from a hub', comparison: comparisonOf(timesUs('hub'), timesUs('rival')), goal: { rateAtLeast: 4 } },
      {
        what: 'by the contract',
        comparison: comparisonOf(timesUs('headquarters'), timesUs('rival')),
        goal: { rateAtLeast: 2 },
      },
      { what: 'from a hub, rival tuned', comparison: comparisonOf(timesUs('hub'), timesUs('tuned')) },
      { what: 'by the contract, rival tuned', comparison: comparisonOf(timesUs('headquarters'), timesUs('tuned')) },
      ...(['hub', 'headquarters'] as const).map((source): Row => {
        const what = `memory it takes, ${source === 'hub' ? 'from a hub' : 'by the contract'}`;
        return { what, unit: 'MiB', comparison: comparisonOf(memory(source), memory('rival')) };
      }),
      { what: 'whole, from a hub', unit: 's', cost: costsOf(found.hub.map(({ timeUs }) => timeUs)) },
    ];
  },
};

type Source = 'hub' | 'headquarters' | 'rival' | 'tuned';

async function syncInNewProcess(order: FirstSync): Promise<FirstSyncResult> {
  const client = await startProcess(new URL('first-sync-client.ts', import.meta.url));
  const result = (await client.ask(order)) as FirstSyncResult;
  await client.end();
  return result;
}
