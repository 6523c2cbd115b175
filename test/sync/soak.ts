// `npm run soak -- COUNT START`: runs the simulation over many seeds, and prints what failed. `CHAIN=1` runs that of the chain.
import { simulateChain } from './chain-simulation.ts';
import { openSimulationStores } from './simulation-stores.ts';
import { simulate } from './simulation.ts';

const [count = 10_000, start = 1] = process.argv.slice(2).map(Number);
const run = process.env['CHAIN'] === '1' ? simulateChain : simulate;
const showsTrace = process.env['TRACE'] === '1';
const startedAtMs = Date.now();
let failures = 0;
let stores = await openSimulationStores();
for (let seed = start; seed < start + count; seed++) {
  // Files that hold thousands of worlds get slow.
  if ((seed - start) % 1000 === 999) {
    await stores.close();
    stores = await openSimulationStores();
  }
  const { broken, trace } = await run(seed, stores);
  if (broken.length === 0) continue;
  failures += 1;
  console.log(`seed ${seed}: ${broken.slice(0, 4).join('\n  ')}`);
  if (showsTrace) console.log(trace.join('\n'));
}
await stores.close();
console.log(`${count} seeds from ${start}: ${failures} failed, in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
process.exit(failures === 0 ? 0 : 1);
