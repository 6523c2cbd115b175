import type { Clock } from '../../shared/base/clock.ts';
import type { IdSource } from '../../shared/base/ids.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { createReplicator, type Replicator } from '../../shared/replication/replicator.ts';
import type { Store } from '../../shared/store/open-store.ts';
import { scheduleSyncs } from './sync-schedule.ts';
import { connect, UpstreamError, upstreamName, type KeyStore, type UpstreamOptions } from './upstream.ts';

export interface EngineSyncOptions {
  store: Store;
  upstreams: readonly UpstreamOptions[];
  keys: KeyStore;
  /** Between two syncs by timer, in milliseconds; 0: only asking starts one. */
  intervalMs: number;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
}

/** The replicators of an engine, running. */
export interface EngineSync {
  /** The replicator of a tenant; undefined where it has no upstream. */
  of(tenantId: string): Replicator | undefined;
  stop(): Promise<void>;
}

/** Subscribes the upstreams' events and starts keeping them in step. Throws `UpstreamError`. */
export async function startSync(options: EngineSyncOptions): Promise<EngineSync> {
  const { store, clock, ids, logger } = options;
  const running = new Map<string, { replicator: Replicator; stop: () => void }>();
  for (const upstream of options.upstreams) {
    const { tenantId, remoteTenantId } = upstream;
    const name = upstreamName(upstream);
    if (running.has(tenantId)) throw new UpstreamError(`The tenant ${tenantId} has an upstream already.`);
    const remote = connect(upstream, options.keys);
    for (const eventId of upstream.eventIds) await subscribe(store, tenantId, eventId, name, clock());
    const random = Math.random;
    const replicator = createReplicator({
      store,
      tenantId,
      upstream: name,
      remote,
      remoteTenantId,
      clock,
      ids,
      random,
      logger,
    });
    const schedule = scheduleSyncs(async () => await replicator.sync('timer'), options.intervalMs);
    const unwatch = store.watchSessions((record) => {
      if (record.tenant_id === tenantId && record.sync.dirty) schedule.changed();
    });
    running.set(tenantId, {
      replicator,
      stop() {
        unwatch();
        schedule.stop();
      },
    });
  }
  return {
    of: (tenantId) => running.get(tenantId)?.replicator,
    async stop() {
      for (const { stop } of running.values()) stop();
      await Promise.all([...running.values()].map(async ({ replicator }) => await replicator.stop()));
    },
  };
}

/** An event has one upstream; it is changed only when nothing waits for the one before (sync.md, "State"). */
async function subscribe(store: Store, tenantId: string, eventId: string, name: string, atMs: number): Promise<void> {
  const before = store.subscriptions.upstreamOf(tenantId, eventId);
  if (before !== undefined && before !== name) {
    const open = store.read((view) => view.listUnsettled(tenantId)).filter(({ event_id }) => event_id === eventId);
    if (open.length > 0) {
      throw new UpstreamError(
        `The event ${eventId} belongs to ${before}, and ${open.length} of its sessions wait to be settled with it.`,
      );
    }
  }
  await store.subscribe(tenantId, eventId, name, atMs);
}
