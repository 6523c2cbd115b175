import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openStore, type Store } from '../../shared/store/open-store.ts';
import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import type { SimulationStores } from './simulation.ts';

/** RxDB's open core opens 13 collections a process, and a store takes four. */
const COUNT = 3;

/** Opens the stores, each over a file of its own; `close` removes them. */
export async function openSimulationStores(): Promise<SimulationStores & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'offstage-simulation-'));
  let worlds = 0;
  let entries = 0;
  // History is ordered by these.
  const ids = (): string => String((entries += 1)).padStart(12, '0');
  const open = async (index: number): Promise<Store> =>
    await openStore(createSqliteStorage({ path: join(folder, `${index}.sqlite`) }), ids);
  const stores: Store[] = [];
  for (let index = 0; index < COUNT; index++) stores.push(await open(index));
  const of = (index: number): Store => {
    const store = stores[index];
    if (store === undefined) throw new Error(`There is no store ${index}.`);
    return store;
  };
  return {
    count: COUNT,
    of,
    newTenant: () => `world-${(worlds += 1)}`,
    async reopen(index) {
      await of(index).close();
      stores[index] = await open(index);
    },
    async close() {
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
