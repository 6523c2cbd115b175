import { toTimestamp } from '../base/clock.ts';
import type { Store } from '../store/open-store.ts';
import type { Health } from './replicator.ts';
import type { SyncMemory } from './sync-memory.ts';

/** How things stand with headquarters, honestly. Times are ISO-8601 in UTC. */
export interface SyncStatus {
  /** `synced`: nothing waits, nothing is refused, no conflict is open, and the last listing was complete. */
  state: 'synced' | 'syncing' | 'offline' | 'attention' | 'paused';
  /** Sessions with changes that headquarters does not have. */
  pending: number;
  refused: number;
  conflicts: number;
  /** Since when the oldest of them waits. */
  since?: string;
  last_pull_at?: string;
  last_push_at?: string;
  last_error?: string;
  progress?: { done: number; total?: number };
  /** Headquarters lacks suspiciously many sessions of these events: a person is asked. */
  brake?: { event_id: string; sessions: number }[];
}

export function readStatus(
  store: Store,
  tenantId: string,
  upstream: string,
  memory: SyncMemory,
  health: Health,
  isRunning: boolean,
): SyncStatus {
  const records = store.read((view) => view.listUnsettled(tenantId)).filter(({ sync }) => sync.upstream === upstream);
  const unsent = records.filter(({ sync }) => sync.dirty);
  const refused = unsent.filter(({ sync }) => sync.refused !== undefined).length;
  const conflicts = records.filter(({ sync }) => sync.conflicts !== undefined).length;
  const pending = unsent.length - refused;
  const since = unsent.map(({ sync }) => sync.waitingSinceMs ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b)[0];
  const braked = Object.entries(memory.current.events).filter(([, event]) => event.brake !== undefined);
  const listed = store.subscriptions
    .eventsOf(tenantId, upstream)
    .every((eventId) => memory.eventOf(eventId).listedAtMs !== undefined);

  const state = health.paused
    ? 'paused'
    : isRunning
      ? 'syncing'
      : refused + conflicts + braked.length > 0
        ? 'attention'
        : health.lastError !== undefined
          ? 'offline'
          : pending === 0 && listed
            ? 'synced'
            : 'syncing';
  return {
    state,
    pending,
    refused,
    conflicts,
    ...(since === undefined || !Number.isFinite(since) ? {} : { since: toTimestamp(since) }),
    ...(health.lastPullAtMs === undefined ? {} : { last_pull_at: toTimestamp(health.lastPullAtMs) }),
    ...(health.lastPushAtMs === undefined ? {} : { last_push_at: toTimestamp(health.lastPushAtMs) }),
    ...(health.lastError === undefined ? {} : { last_error: health.lastError }),
    ...(health.progress === undefined ? {} : { progress: health.progress }),
    ...(braked.length === 0
      ? {}
      : { brake: braked.map(([event_id, { brake }]) => ({ event_id, sessions: brake?.remoteIds.length ?? 0 })) }),
  };
}
