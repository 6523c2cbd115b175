import { toTimestamp } from '../base/clock.ts';
import type { ChainStatus } from '../contract/change-feed.ts';
import type { FeedMemory } from './sync-memory.ts';
import type { SyncStatus } from './sync-status.ts';

/**
 * The status along the whole chain: "synced" only where the hub that is the upstream, and whoever is further up, is so, too
 * (sync.md, promise 6). What it said last is told with the time at which it did.
 *
 * @param unsentCatalog how many items of the catalog the hub lacks
 */
export function withChain(own: SyncStatus, feed: FeedMemory, unsentCatalog: number): SyncStatus {
  const { status: hub, heardAtMs } = feed;
  const catalog = unsentCatalog === 0 ? {} : { catalog: unsentCatalog };
  const state = own.state === 'synced' && unsentCatalog > 0 ? 'syncing' : own.state;
  if (hub === undefined) return { ...own, state, ...catalog };
  const upstream = { ...hub, ...(heardAtMs === undefined ? {} : { as_of: toTimestamp(heardAtMs) }) };
  // What was paused there does not get on: nobody paused it here.
  const above = hub.state === 'paused' ? 'offline' : hub.state;
  return { ...own, state: state === 'synced' ? above : state, ...catalog, upstream };
}

/** What a hub tells its clients of its status. */
export function toChainStatus({
  state,
  pending,
  refused,
  conflicts,
  since,
  last_error,
  upstream,
}: SyncStatus): ChainStatus {
  return {
    state,
    pending,
    refused,
    conflicts,
    ...(since === undefined ? {} : { since }),
    ...(last_error === undefined ? {} : { last_error }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}
