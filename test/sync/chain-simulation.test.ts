import { afterAll, beforeAll, expect, test } from 'vitest';

import { simulateChain } from './chain-simulation.ts';
import { openSimulationStores } from './simulation-stores.ts';

/** `CHAIN_SEED` is the first seed and `CHAIN_SEEDS` how many follow. */
const FIRST = Number(process.env['CHAIN_SEED'] ?? 1);
const COUNT = Number(process.env['CHAIN_SEEDS'] ?? 40);
const TIMEOUT_MS = 20_000 + COUNT * 5_000;

let stores: Awaited<ReturnType<typeof openSimulationStores>>;
beforeAll(async () => {
  stores = await openSimulationStores();
});
afterAll(async () => await stores.close());

test(
  'two laptops that follow a hub, the hub, and headquarters keep the promises along the chain',
  { timeout: TIMEOUT_MS },
  async () => {
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      const { broken, trace } = await simulateChain(seed, stores);
      const replay = `Alone: CHAIN_SEED=${seed} CHAIN_SEEDS=1 npx vitest run --config test/vitest.config.ts test/sync/chain-simulation.test.ts`;
      expect(broken.length === 0 ? '' : [`seed ${seed}`, ...trace, ...broken, replay].join('\n')).toBe('');
    }
  },
);

test('and a seed runs alike each time', { timeout: TIMEOUT_MS }, async () => {
  const runs = [await simulateChain(4, stores), await simulateChain(4, stores)];
  // The stores' own ids go on: they stand in the cursors.
  const alike = ({ trace }: { trace: string[] }): string[] =>
    trace
      .map((what) => what.replace(/world-\d+|\b\d+(~\d+)+|\(?\d{8}-0000[\w-]+/g, ''))
      .map((what) => what.replace(/changes .*/, ''));
  expect(alike(runs[1]!)).toEqual(alike(runs[0]!));
});
