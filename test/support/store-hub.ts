import type { ChainStatus, HubApi } from '../../shared/contract/change-feed.ts';
import { readFeed } from '../../shared/replication/offer-feed.ts';
import type { Replicator } from '../../shared/replication/replicator.ts';
import type { Caller } from '../../shared/contract/roles.ts';
import type { Service } from '../../shared/service/service.ts';
import type { Store } from '../../shared/store/open-store.ts';

/** A hub in this process. */
export interface StoreHub {
  store: Store;
  service: Service;
  /** Its own way on; undefined where it has none. */
  replicator: Replicator | undefined;
}

/**
 * What a hub offers beside the contract, without a network between: as its routes offer it, but for the stream.
 *
 * @param at the hub as it is now: it may be started again
 * @param sizeBytes of a page
 */
export function hubApiOf(at: () => StoreHub, tenantId: string, caller: Caller, sizeBytes?: number): HubApi {
  const upstream = (): Replicator => {
    const { replicator } = at();
    if (replicator === undefined) throw new Error('This hub has nothing to settle.');
    return replicator;
  };
  return {
    async changes({ eventIds, since }) {
      const { store, replicator } = at();
      const status: ChainStatus | undefined = replicator?.chain();
      return readFeed(store, { tenantId, eventIds: new Set(eventIds), since }, status, sizeBytes);
    },
    follow() {
      throw new Error('There is no stream without a network.');
    },
    editCatalog: async (_, edits) => await at().service.catalog.edit(caller, tenantId, edits),
    async settle(_, order) {
      switch (order.about) {
        case 'conflict':
          return await upstream().resolve(order.id, order.resolution as 'mine' | 'theirs', caller?.id, order.version);
        case 'refused':
          if (order.action === 'retry') return void (await upstream().retry(order.id));
          return await upstream().discard(order.id);
        case 'all refused':
          if (order.action === 'retry') return void (await upstream().retry());
          return void (await upstream().replaceReference(order.kind as 'rooms', order.from, order.to));
        default:
          return order satisfies never;
      }
    },
  };
}
