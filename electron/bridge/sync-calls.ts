import { because } from '../../shared/base/reasons.ts';
import type { Replicator } from '../../shared/replication/replicator.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { SyncStatus } from '../../shared/rpc/sync-messages.ts';
import type { Engine } from '../engine/engine.ts';
import type { CheckedUpstream } from '../engine/check-upstream.ts';
import { upstreamName } from '../engine/upstream.ts';
import { Mailbox } from './mailbox.ts';

/** The tenant that holds what belongs to no second headquarters. */
export const LOCAL_TENANT = 'local';

/** What the bridge adds to the engine's sync: a status that outlives connecting and disconnecting, and where a headquarters' events are kept. */
export interface SyncCalls {
  /** The replicator of a tenant; throws `not_found` where it has no headquarters. */
  of(tenantId: string): Replicator;
  /** The status, now and whenever it changes; null while the tenant has no headquarters. */
  watch(tenantId: string, signal: AbortSignal | undefined): AsyncGenerator<SyncStatus | null>;
  connect(upstream: CheckedUpstream): Promise<{ tenantId: string }>;
  disconnect(tenantId: string): Promise<void>;
  /** Calls `listener` whenever a headquarters comes or goes. Answers what ends it. */
  onConnections(listener: () => void): () => void;
}

export function createSyncCalls({ sync, tenants, store }: Engine): SyncCalls {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const onConnections = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    of(tenantId) {
      const replicator = sync.of(tenantId);
      if (replicator === undefined) throw new ContractError('not_found', because('no_headquarters'));
      return replicator;
    },

    async *watch(tenantId, signal) {
      const changed = new Mailbox<'status'>();
      let latest: SyncStatus | null = null;
      let stop: (() => void) | undefined;
      const follow = (): void => {
        stop?.();
        latest = null;
        stop = undefined;
        if (sync.of(tenantId) !== undefined) {
          stop = sync.watch(tenantId, (status) => {
            latest = status;
            changed.add('status');
          });
        }
        changed.add('status');
      };
      const stopConnections = onConnections(follow);
      try {
        follow();
        while (signal?.aborted !== true) {
          const news = await changed.take(signal);
          if (news.length > 0) yield latest;
        }
      } finally {
        stopConnections();
        stop?.();
      }
    },

    async connect({ key, ...upstream }) {
      const tenantId = tenantFor(upstream);
      await sync.connect({ ...upstream, tenantId, ...(key === undefined ? {} : { key }) });
      tell();
      return { tenantId };
    },

    async disconnect(tenantId) {
      await sync.disconnect(tenantId);
      tell();
    },

    onConnections,
  };

  /**
   * The tenant of this headquarters, if it is connected; else the local one, if that has no headquarters and either no event, or one of those that are
   * wanted, which goes over; else a new one: people and rooms of other events stay apart.
   */
  function tenantFor(upstream: CheckedUpstream): string {
    const connections = sync.list();
    const name = upstreamName(upstream);
    const known = connections.find((one) => upstreamName(one) === name);
    if (known !== undefined) return known.tenantId;
    const taken = new Set([...connections.map(({ tenantId }) => tenantId), ...tenants()]);
    const isConnected = connections.some(({ tenantId }) => tenantId === LOCAL_TENANT);
    const here = store.read((view) => view.listCatalog(LOCAL_TENANT, 'events'));
    const goOver = here.length === 0 || here.some(({ id }) => upstream.eventIds.includes(id));
    if (!isConnected && goOver) return LOCAL_TENANT;
    for (let number = 2; ; number += 1) {
      const name = `headquarters-${number}`;
      if (!taken.has(name)) return name;
    }
  }
}
