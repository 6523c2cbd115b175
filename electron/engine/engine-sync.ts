import type { Clock } from '../../shared/base/clock.ts';
import type { IdSource } from '../../shared/base/ids.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { toPointer } from '../../shared/base/json.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { REPLICA_HEADER } from '../../shared/contract/change-feed.ts';
import { createHttpClient } from '../../shared/http/client.ts';
import { createHubClient } from '../../shared/http/hub-client.ts';
import { createReplicator, type Replicator } from '../../shared/replication/replicator.ts';
import { openSyncMemory } from '../../shared/replication/sync-memory.ts';
import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import type { UpstreamCheck } from '../../shared/rpc/sync-messages.ts';
import { findUses } from '../../shared/service/catalog-uses.ts';
import type { Store } from '../../shared/store/open-store.ts';
import { checkUpstream, type CheckedUpstream } from './check-upstream.ts';
import { openConnections } from './connections.ts';
import { scheduleSyncs, type SyncSchedule } from './sync-schedule.ts';
import {
  clientOptions,
  connectTo,
  refuseUnsendable,
  UpstreamError,
  upstreamName,
  type KeyStore,
  type UpstreamOptions,
} from './upstream.ts';
import { watchNetwork } from './watch-network.ts';
import { watchStatus } from './watch-status.ts';

export interface EngineSyncOptions {
  store: Store;
  /** The tenants that are served; those that are connected here join them. */
  tenants: Set<string>;
  /** Upstreams that the host gives at each start: they go before those that were connected at run time, and are not stored. */
  upstreams: readonly UpstreamOptions[];
  keys: KeyStore;
  /** Between two syncs by timer, in milliseconds; 0: only asking starts one. */
  intervalMs: number;
  clock: Clock;
  ids: IdSource;
  logger: Logger;
}

/** A headquarters that a tenant is kept in step with. */
export interface Connection {
  tenantId: string;
  url: string;
  remoteTenantId: string;
  eventIds: readonly string[];
  /** Given by the host: it cannot be disconnected here. */
  isGiven: boolean;
  status: SyncStatus;
}

/**
 * The headquarters of an engine's tenants: at most one for each. What is connected here is kept over a restart, its key in the key store alone. Calls
 * about a tenant without a headquarters throw `not_found`; what cannot be used as it is given throws `invalid`.
 */
export interface EngineSync {
  /** The replicator of a tenant; undefined where it has no headquarters. */
  of(tenantId: string): Replicator | undefined;
  list(): Connection[];
  /**
   * Connects a tenant, which is served from then on, and begins to sync; where it is connected to this headquarters already, adds the
   * events. Without a key, the one in the key store is used.
   */
  connect(upstream: UpstreamOptions & { key?: string }): Promise<void>;
  /** Removes all of a headquarters' events here, with the people, rooms and all else that it told, and forgets it and its key. Throws `unsettled` while changes wait. */
  disconnect(tenantId: string): Promise<void>;
  addEvents(tenantId: string, eventIds: readonly string[]): Promise<void>;
  /**
   * Removes an event here with its sessions. Headquarters, if it has one, keeps them, and they come back when the event is added again: it throws
   * `unsettled` while changes of it wait. With the last event of a headquarters, or of a tenant that has none, go its people, rooms and all else of
   * its catalog.
   */
  removeEvent(tenantId: string, eventId: string): Promise<void>;
  /** Replaces the key, and tries it. */
  setKey(tenantId: string, key: string): Promise<void>;
  /** Tries address, key, tenant and events, and stores nothing. */
  check(upstream: CheckedUpstream): Promise<UpstreamCheck>;
  /** Ends a sync that is under way, and lets none begin until `resume`, also after a restart. */
  pause(tenantId: string): Promise<void>;
  resume(tenantId: string): Promise<void>;
  /** Ends a sync that is under way; the next begins by timer, change or hand as ever. */
  cancel(tenantId: string): Promise<void>;
  /** The network is back, or the machine woke: syncs at once. It ends a backoff, but not a running `Retry-After`. */
  wake(): void;
  /** Tells a tenant's status now and whenever it has changed. Answers what ends it. */
  watch(tenantId: string, listener: (status: SyncStatus) => void): () => void;
  stop(): Promise<void>;
}

interface Running {
  upstream: Omit<UpstreamOptions, 'eventIds'>;
  name: string;
  isGiven: boolean;
  replicator: Replicator;
  schedule: SyncSchedule;
  stop(): Promise<void>;
}

/** Starts keeping in step with the upstreams that are given, and with those that were connected before. Throws `UpstreamError`. */
export async function startSync(options: EngineSyncOptions): Promise<EngineSync> {
  const { store, tenants, keys, clock } = options;
  const running = new Map<string, Running>();
  const given = new Set(tenants);
  const connections = openConnections(store);
  const inTurn = oneAfterTheOther();

  const subscribe = async (tenantId: string, name: string, eventIds: readonly string[]): Promise<void> => {
    if (eventIds.includes('')) throw new UpstreamError(because('event_without_id'));
    const replicator = running.get(tenantId)?.replicator;
    const memory = replicator?.memory ?? openSyncMemory(store, tenantId, name);
    for (const eventId of eventIds) {
      if (store.subscriptions.upstreamOf(tenantId, eventId) === name) continue;
      // It may have been here before; a sync that is under way would remember on from what it knew.
      await replicator?.stop();
      await memory.forgetEvent(eventId);
      await store.subscribe(tenantId, eventId, name, clock());
    }
  };
  const find = (tenantId: string): Running => {
    const found = running.get(tenantId);
    if (found === undefined) throw new ContractError('not_found', because('no_headquarters'));
    return found;
  };
  const run = (upstream: Running['upstream'], isGiven: boolean): void => {
    running.set(upstream.tenantId, open(options, upstream, isGiven));
  };

  for (const upstream of options.upstreams) {
    const { tenantId, eventIds } = upstream;
    if (running.has(tenantId)) throw new UpstreamError(because('tenant_taken', { tenant: tenantId }));
    connectTo(upstream, keys);
    const name = upstreamName(upstream);
    refuseUnsendable(keys.keyOf(name) ?? '');
    await subscribe(tenantId, name, eventIds);
    run(upstream, true);
  }
  for (const tenantId of connections.tenants()) tenants.add(tenantId);
  for (const connection of connections.list()) if (!running.has(connection.tenantId)) run(connection, false);
  const unwatchNetwork = options.intervalMs === 0 ? () => {} : watchNetwork(() => sync.wake());

  const sync: EngineSync = {
    of: (tenantId) => running.get(tenantId)?.replicator,
    list: () =>
      [...running.values()].map(({ upstream: { tenantId, url, remoteTenantId }, name, isGiven, replicator }) => ({
        tenantId,
        url,
        remoteTenantId,
        eventIds: store.subscriptions.eventsOf(tenantId, name),
        isGiven,
        status: replicator.status(),
      })),

    connect: async ({ key, ...upstream }) =>
      await inTurn(async () => {
        const { tenantId, eventIds, url, remoteTenantId, allowHttp = false } = upstream;
        if (tenantId === '' || remoteTenantId === '') throw new UpstreamError(because('tenant_without_id'));
        // It throws for an address that cannot be used.
        connectTo(upstream, keys);
        if (key !== undefined) refuseUnsendable(key);
        const name = upstreamName(upstream);
        const known = running.get(tenantId);
        if (known !== undefined && known.name !== name) {
          throw new UpstreamError(because('tenant_elsewhere', { url: known.upstream.url }));
        }
        if (key !== undefined) await keys.setKey(name, key);
        await subscribe(tenantId, name, eventIds);
        if (known === undefined) {
          const connection = { tenantId, url, remoteTenantId, allowHttp };
          await connections.add(connection);
          tenants.add(tenantId);
          run(connection, false);
        } else known.schedule.wake();
      }),

    disconnect: async (tenantId) =>
      await inTurn(async () => {
        const { isGiven, name, stop } = find(tenantId);
        if (isGiven) throw new UpstreamError(because('given_at_start'));
        await store.unsubscribe(tenantId, store.subscriptions.eventsOf(tenantId, name), clock());
        running.delete(tenantId);
        await stop();
        await forgetCatalog(store, tenantId, name, clock());
        await connections.remove(tenantId);
        if (!given.has(tenantId) && !connections.tenants().includes(tenantId)) tenants.delete(tenantId);
        await keys.deleteKey(name);
      }),

    addEvents: async (tenantId, eventIds) =>
      await inTurn(async () => {
        const { name, schedule } = find(tenantId);
        await subscribe(tenantId, name, eventIds);
        schedule.wake();
      }),

    removeEvent: async (tenantId, eventId) =>
      await inTurn(async () => {
        if (store.read((view) => view.findCatalogItem(tenantId, 'events', eventId)) === undefined) {
          throw new ContractError('not_found', because('no_event'));
        }
        await store.unsubscribe(tenantId, [eventId], clock());
        const headquarters = running.get(tenantId);
        const isLeft =
          headquarters !== undefined && store.subscriptions.eventsOf(tenantId, headquarters.name).length === 0;
        // A sync that is under way may still write what it heard.
        if (isLeft) await headquarters.replicator.stop();
        await forgetCatalog(store, tenantId, headquarters?.name, clock());
      }),

    async setKey(tenantId, key) {
      const { name, schedule } = find(tenantId);
      refuseUnsendable(key);
      await keys.setKey(name, key);
      schedule.wake();
    },
    check: async (upstream) => await checkUpstream(upstream, keys),
    pause: async (tenantId) => await find(tenantId).replicator.pause(),
    async resume(tenantId) {
      const { replicator, schedule } = find(tenantId);
      await replicator.resume();
      schedule.wake();
    },
    cancel: async (tenantId) => await find(tenantId).replicator.stop(),
    wake() {
      for (const { schedule } of running.values()) schedule.wake();
    },
    watch: (tenantId, listener) => watchStatus(find(tenantId).replicator, listener),
    async stop() {
      unwatchNetwork();
      await Promise.all([...running.values()].map(async ({ stop }) => await stop()));
    },
  };
  return sync;
}

function open(options: EngineSyncOptions, upstream: Running['upstream'], isGiven: boolean): Running {
  const { store, keys, clock, ids, logger } = options;
  const { tenantId, remoteTenantId } = upstream;
  const name = upstreamName(upstream);
  const client = { ...clientOptions(upstream, keys), headers: { [REPLICA_HEADER]: store.replicaId } };
  const random = Math.random;
  const replicator = createReplicator({
    store,
    tenantId,
    upstream: name,
    remote: createHttpClient(client),
    hub: createHubClient(client),
    remoteTenantId,
    clock,
    ids,
    random,
    logger,
  });
  const schedule = scheduleSyncs(async (by) => await replicator.sync(by), options.intervalMs);
  const unfollow = options.intervalMs === 0 ? async () => {} : replicator.follow();
  const unwatch = store.watchSessions((record) => {
    if (record.tenant_id === tenantId && record.sync.dirty) schedule.changed();
  });
  return {
    upstream,
    name,
    isGiven,
    replicator,
    schedule,
    async stop() {
      unwatch();
      schedule.stop();
      await Promise.all([unfollow(), replicator.stop()]);
    },
  };
}

/**
 * Removes of a tenant's catalog what is kept for events that have left: with the last event everything, and with the last of a headquarters what that
 * told and nothing else refers to. What was made or changed here and is not yet at a hub stays: connected again, it is sent there.
 */
async function forgetCatalog(
  store: Store,
  tenantId: string,
  upstream: string | undefined,
  atMs: number,
): Promise<void> {
  const context = { tenantId, principalId: 'local', operation: 'forgetCatalog', atMs };
  await store.change(context, (change) => {
    if (upstream !== undefined && store.subscriptions.eventsOf(tenantId, upstream).length > 0) return;
    const records = change.listCatalogRecords(tenantId);
    // A hub tells of events that were never here, too.
    const isLast = records.every(({ kind, hub }) => kind !== 'events' || hub !== undefined);
    if (upstream === undefined && !isLast) return;
    const isHub = records.some(({ hub }) => hub !== undefined && hub.upstream === upstream);
    let going = records.filter(({ hub, unsent }) => (isLast || hub !== undefined) && !(isHub && unsent));
    for (let before = Infinity; going.length < before;) {
      before = going.length;
      const items = going.map(({ kind, item }) => ({ kind, id: item.id }));
      const uses = findUses(store, change, tenantId, items);
      going = going.filter(({ kind, item }) => !uses.has(toPointer([kind, item.id])));
    }
    for (const { kind, item } of going) change.deleteCatalogItem(kind, item.id);
  });
}

/** Runs tasks one after the other, in the order in which they come. */
function oneAfterTheOther(): (task: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return async (task) => {
    const result = last.then(task);
    // Whoever asked for it hears of a failure.
    last = result.catch(() => {});
    await result;
  };
}
