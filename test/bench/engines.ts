import pino from 'pino';

import { openEngine, type Engine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { upstreamName } from '../../electron/engine/upstream.ts';
import { LARGE_EVENT, TENANT } from './documents.ts';

/** The key to every server of the benchmarks. */
export const KEY = 'bench-key';

/** Where an engine pulls from, and how often by timer, in milliseconds; 0: only when told. */
export interface Upstream {
  readonly url: string;
  readonly intervalMs: number;
}

/** It logs no traffic, as the hub by default; here, not that it listens either. */
export const logger = pino({ level: 'warn', base: null }, pino.destination({ dest: 2, sync: true }));

/** Opens an engine over a data folder: with an upstream, that of a client which keeps the large event. */
export async function openBenchEngine(dataDir: string, upstream?: Upstream): Promise<Engine> {
  const upstreams =
    upstream === undefined
      ? []
      : [{ url: upstream.url, remoteTenantId: TENANT, tenantId: TENANT, eventIds: [LARGE_EVENT] }];
  const keys = keysInMemory(upstreams.map((each) => [upstreamName(each), KEY]));
  const sync = { upstreams, keys, intervalMs: upstream?.intervalMs ?? 0 };
  return await openEngine({ dataDir, tenants: [TENANT], sync, logger });
}

/** Syncs once; throws where that does not end as synced. */
export async function syncOnce(engine: Engine, by: 'hand' | 'timer' = 'hand'): Promise<void> {
  const status = await engine.sync.of(TENANT)!.sync(by);
  if (status.state !== 'synced') throw new Error(`A sync ended as ${JSON.stringify(status)}`);
}
