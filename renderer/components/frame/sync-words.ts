import type { SyncStatus } from '../../../shared/rpc/sync-messages.ts';

/** What the frame says of sync: a message and its facts. Instants are milliseconds since the Unix epoch. */
export interface SyncWords {
  tone: 'good' | 'warn' | 'block' | 'neutral';
  /** A key below `syncState`. */
  key: string;
  count?: number;
  total?: number;
  /** When it was, to be told as so long ago. */
  agoOf?: number;
  /** Since when, to be told as a time of day. */
  sinceMs?: number;
}

/** How sync stands, in the fewest words that are true; undefined as long as nothing is known. */
export function syncWords(status: SyncStatus | null | undefined): SyncWords | undefined {
  if (status === undefined) return undefined;
  if (status === null) return { tone: 'neutral', key: 'kept' };
  const { state, pending, refused, conflicts, held = 0, brake = [], since, progress } = status;
  const needed = refused + conflicts + held + brake.length;
  const above = chainOf(status);
  if (pending + needed === 0 && state !== 'paused' && status.last_error === undefined) {
    if (above.needed > 0) return { tone: 'warn', key: 'hubNeeds', count: above.needed };
    if (above.pending > 0) return { tone: 'neutral', key: 'atHub', count: above.pending };
  }
  const waiting = pending > 0 ? { count: pending } : {};
  const sinceMs = since === undefined ? {} : { sinceMs: Date.parse(since) };
  switch (state) {
    case 'attention':
      return { tone: 'block', key: 'needsYou', count: needed };
    case 'paused':
      return { tone: 'warn', key: pending > 0 ? 'pausedWaiting' : 'paused', ...waiting };
    case 'offline':
      if (pending === 0) return { tone: 'warn', key: 'offline' };
      return { tone: 'warn', key: since === undefined ? 'offlineWaiting' : 'offlineSince', ...waiting, ...sinceMs };
    case 'syncing':
      if (progress?.total !== undefined && progress.total > 1) {
        return { tone: 'neutral', key: 'syncingOf', count: progress.done, total: progress.total };
      }
      return { tone: 'neutral', key: pending > 0 ? 'syncingWaiting' : 'syncing', ...waiting };
    case 'synced':
      break;
  }
  const times = [status.last_pull_at, status.last_push_at].flatMap((at) => (at === undefined ? [] : Date.parse(at)));
  if (times.length === 0) return { tone: 'good', key: 'synced' };
  return { tone: 'good', key: 'syncedAgo', agoOf: Math.max(...times) };
}

/** What waits, and what needs a person, in the hubs between here and headquarters. */
function chainOf({ upstream }: SyncStatus): { pending: number; needed: number } {
  const sum = { pending: 0, needed: 0 };
  for (let link = upstream; link !== undefined; link = link.upstream) {
    sum.pending += link.pending;
    sum.needed += link.refused + link.conflicts;
  }
  return sum;
}
