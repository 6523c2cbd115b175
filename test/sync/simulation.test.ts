import { readdirSync, readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openSimulationStores } from './simulation-stores.ts';
import { simulate } from './simulation.ts';

/** `SIMULATION_SEED` is the first seed and `SIMULATION_SEEDS` how many follow; what failed once is run first. */
const FIRST = Number(process.env['SIMULATION_SEED'] ?? 1);
const COUNT = Number(process.env['SIMULATION_SEEDS'] ?? 500);
const CHUNK = 50;
const CHUNK_TIMEOUT_MS = 120_000;

const regressions = new URL('../property/regressions/', import.meta.url);

let stores: Awaited<ReturnType<typeof openSimulationStores>>;
beforeAll(async () => {
  stores = await openSimulationStores();
});
afterAll(async () => await stores.close());

/** The first seed that breaks a promise, with what happened; undefined where all keep them. */
async function findBroken(seeds: readonly number[]): Promise<string | undefined> {
  for (const seed of seeds) {
    const { broken, trace } = await simulate(seed, stores);
    const replay = `Alone: SIMULATION_SEED=${seed} SIMULATION_SEEDS=1 npx vitest run --config test/vitest.config.ts test/sync/simulation.test.ts`;
    if (broken.length > 0) return [`seed ${seed}`, ...trace, ...broken, replay].join('\n');
  }
  return undefined;
}

describe('replicas and a headquarters, over a network that fails, keep the eight promises', () => {
  const files = readdirSync(regressions).filter((name) => name.startsWith('simulation-'));
  test.each(files)(
    'with the seeds that broke them once: %s',
    async (name) => {
      const { seeds } = JSON.parse(readFileSync(new URL(name, regressions), 'utf8')) as { seeds: number[] };
      expect(await findBroken(seeds)).toBeUndefined();
    },
    CHUNK_TIMEOUT_MS,
  );

  const chunks = Array.from({ length: Math.ceil(COUNT / CHUNK) }, (_, at) => FIRST + at * CHUNK);
  test.each(chunks)(
    'from seed %i on',
    async (first) => {
      const last = Math.min(first + CHUNK, FIRST + COUNT);
      const seeds = Array.from({ length: last - first }, (_, at) => first + at);
      expect(await findBroken(seeds)).toBeUndefined();
    },
    CHUNK_TIMEOUT_MS,
  );

  test(
    'and a seed runs alike each time',
    async () => {
      const runs = [await simulate(4, stores), await simulate(4, stores)];
      expect(runs[1]).toEqual(runs[0]);
    },
    CHUNK_TIMEOUT_MS,
  );
});
