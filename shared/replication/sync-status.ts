import { toTimestamp } from '../base/clock.ts';
import { textOf, type Reason } from '../base/reasons.ts';
import type { ChainStatus } from '../contract/change-feed.ts';
import type { Store } from '../store/open-store.ts';
import { stateOf, undecided } from './session-state.ts';
import type { Health } from './sync-health.ts';
import type { SyncMemory } from './sync-memory.ts';

/** How things stand with headquarters, honestly. Times are ISO-8601 in UTC. */
export interface SyncStatus {
  /** `synced`: nothing waits, nothing is refused, no conflict is open, and the last listing was complete, along the whole chain. */
  state: 'synced' | 'syncing' | 'offline' | 'attention' | 'paused';
  /** Sessions with changes that headquarters does not have, and that go by themselves. */
  pending: number;
  refused: number;
  conflicts: number;
  /** Sessions whose changes waited in a backup that was restored: they are sent when a person says so. */
  held?: number;
  /** Sessions that are kept here though headquarters lacks them, or does not show them to this key. */
  absent?: number;
  /** Since when the oldest of them waits. */
  since?: string;
  last_pull_at?: string;
  last_push_at?: string;
  last_error?: string;
  /** The same as a code and its values. */
  last_error_because?: Reason;
  progress?: { done: number; total?: number };
  /** Items of the catalog that the hub lacks as they are here. */
  catalog?: number;
  /** How the hub that is the upstream stands with its own, where it has one, and when that was heard. */
  upstream?: ChainStatus & { as_of?: string };
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
  const conflicts = records.filter((record) => undecided(stateOf(record)).length > 0).length;
  const held = unsent.filter(({ sync }) => sync.held === true && sync.refused === undefined).length;
  const pending = unsent.length - refused - held;
  const absent = records.filter(({ sync, _deleted }) => sync.absent !== undefined && !_deleted && !sync.dirty).length;
  const since = unsent.map(({ sync }) => sync.waitingSinceMs ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b)[0];
  const braked = Object.entries(memory.current.events).filter(([, event]) => event.brake !== undefined);
  const listed = store.subscriptions.eventsOf(tenantId, upstream).every((eventId) => {
    const { listedAtMs, needsListing } = memory.eventOf(eventId);
    return listedAtMs !== undefined && needsListing !== true && !health.incomplete.has(eventId);
  });
  const lastError = health.push.lastError ?? health.pull.lastError;
  const [lastPullAtMs, lastPushAtMs] = [health.pull.lastAtMs, health.push.lastAtMs];

  const state = memory.current.paused
    ? 'paused'
    : isRunning
      ? 'syncing'
      : refused + conflicts + held + braked.length > 0
        ? 'attention'
        : lastError !== undefined
          ? 'offline'
          : pending === 0 && listed
            ? 'synced'
            : 'syncing';
  return {
    state,
    pending,
    refused,
    conflicts,
    ...(held === 0 ? {} : { held }),
    ...(absent === 0 ? {} : { absent }),
    ...(since === undefined || !Number.isFinite(since) ? {} : { since: toTimestamp(since) }),
    ...(lastPullAtMs === undefined ? {} : { last_pull_at: toTimestamp(lastPullAtMs) }),
    ...(lastPushAtMs === undefined ? {} : { last_push_at: toTimestamp(lastPushAtMs) }),
    ...(lastError === undefined ? {} : { last_error: textOf(lastError), last_error_because: lastError }),
    ...(health.progress === undefined ? {} : { progress: health.progress }),
    ...(braked.length === 0
      ? {}
      : { brake: braked.map(([event_id, { brake }]) => ({ event_id, sessions: brake?.remoteIds.length ?? 0 })) }),
  };
}
