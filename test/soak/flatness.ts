import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { readCopy } from '../../electron/storage-sqlite/read-copy.ts';
import { spawnHub, untilReady, type RunningHub } from '../support/hub-program.ts';
import { ask, EVENT, KEY, startLoad } from './flat-load.ts';
import { bytesPerChange, findGrowth, type Sample } from './flat-verdict.ts';

const SAMPLES = 40;
const TELL_MEMORY = fileURLToPath(new URL('tell-memory.ts', import.meta.url));

interface Watched {
  name: 'host' | 'headquarters';
  hub: RunningHub;
  dataDir: string;
  samples: Sample[];
}

/** Lets a browser host and its headquarters work for so long, prints what they held meanwhile, and tells whether it stayed flat. Needs a build. */
export async function soakFlatness(minutes: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'offstage-flat-'));
  const headquarters = await watch('headquarters', join(folder, 'hq'), ['--tenant', 'main', '--demo']);
  const upstream = ['--upstream', headquarters.hub.url, '--upstream-tenant', 'main', '--upstream-key', KEY];
  const sync = [...upstream, '--event', EVENT, '--sync-interval', '2'];
  const host = await watch('host', join(folder, 'host'), ['--tenant', 'local', '--app', ...sync]);
  const all = [host, headquarters];
  try {
    await ask(host.hub, 'POST', '/-/local/sync');
    const load = await startLoad(host.hub, headquarters.hub);
    const startedAtMs = Date.now();
    console.log(titles.join('  '));
    for (let at = 1; at <= SAMPLES; at++) {
      const atS = (at * minutes * 60) / SAMPLES;
      await sleep(Math.max(0, startedAtMs + atS * 1_000 - Date.now()));
      for (const watched of all) {
        const sample = { ...(await measure(watched)), atS };
        watched.samples.push(sample);
        console.log(rowOf(watched.name, sample));
      }
    }
    const wrong = (await load.stop()).slice(0, 5).map((failure) => `a request failed: ${failure}`);
    for (const { name, samples } of all) wrong.push(...findGrowth(samples).map((what) => `${name}: ${what}`));
    const grown = all.map(({ name, samples }) => `${name} ${Math.round(bytesPerChange(samples))}`).join(', ');
    console.log(`bytes of history for each change: ${grown}`);
    console.log(wrong.length === 0 ? `flat for ${minutes} min` : wrong.join('\n'));
    return wrong.length === 0;
  } finally {
    for (const { hub } of all) hub.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

async function watch(name: Watched['name'], dataDir: string, flags: readonly string[]): Promise<Watched> {
  const common = ['--data', dataDir, '--port', '0', '--api-key', `${KEY}=admin`, '--log-level', 'error'];
  const started = spawnHub('built', [...common, ...flags], ['--expose-gc', '--import', TELL_MEMORY]);
  return { name, dataDir, hub: await untilReady(started), samples: [] };
}

async function measure({ hub: { child }, dataDir }: Watched): Promise<Omit<Sample, 'atS'>> {
  child.send('measure');
  const [told] = (await once(child, 'message')) as [Pick<Sample, 'rss' | 'heap' | 'handles'>];
  const { rss, heap, handles } = told;
  const database = join(dataDir, 'offstage.sqlite');
  const open = `/proc/${child.pid}/fd`;
  return {
    rss,
    heap,
    handles,
    files: existsSync(open) ? readdirSync(open).length : 0,
    database: statSync(database).size,
    log: statSync(`${database}-wal`).size,
    // Its own, and those that came from the other.
    changes: readCopy(database, (reader) => reader.count('history')),
  };
}

const titles = [
  '   s',
  'process     ',
  ' rss MiB',
  'heap MiB',
  'handles',
  'files',
  'database MiB',
  'log MiB',
  'changes',
];

function rowOf(name: string, { atS, rss, heap, handles, files, database, log, changes }: Sample): string {
  const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  const cells = [atS.toFixed(0), name, mib(rss), mib(heap), handles, files, mib(database), mib(log), changes];
  return cells
    .map((cell, at) => {
      const width = titles[at]!.length;
      return at === 1 ? String(cell).padEnd(width) : String(cell).padStart(width);
    })
    .join('  ');
}
