import { simulateChain } from '../sync/chain-simulation.ts';
import { openSimulationStores } from '../sync/simulation-stores.ts';
import { simulate } from '../sync/simulation.ts';

/** Files that hold thousands of worlds get slow. */
const SEEDS_PER_FILE = 1_000;

/** Runs a simulation of sync over many seeds, prints those that broke a promise, with `TRACE=1` what happened, too, and tells whether none did. */
export async function soakSeeds(which: 'seeds' | 'chain', count: number, first: number): Promise<boolean> {
  const run = which === 'chain' ? simulateChain : simulate;
  const startedAtMs = Date.now();
  let failures = 0;
  let stores = await openSimulationStores();
  for (let seed = first; seed < first + count; seed++) {
    if ((seed - first) % SEEDS_PER_FILE === SEEDS_PER_FILE - 1) {
      await stores.close();
      stores = await openSimulationStores();
    }
    const { broken, trace } = await run(seed, stores);
    if (broken.length === 0) continue;
    failures += 1;
    console.log(`seed ${seed}: ${broken.slice(0, 4).join('\n  ')}`);
    if (process.env['TRACE'] === '1') console.log(trace.join('\n'));
  }
  await stores.close();
  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  console.log(`${which}: ${count} seeds from ${first}: ${failures} failed, in ${seconds} s`);
  return failures === 0;
}
