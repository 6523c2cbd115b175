import { expect, test } from 'vitest';

import { syncWords } from '../../renderer/components/frame/sync-words.ts';
import type { SyncStatus } from '../../shared/rpc/sync-messages.ts';

const still: SyncStatus = { state: 'synced', pending: 0, refused: 0, conflicts: 0 };
const AT = '2026-02-01T09:42:00.000Z';
const AT_MS = Date.parse(AT);

test('how sync stands, in the fewest words that are true', () => {
  const said = (
    [
      undefined,
      null,
      still,
      { ...still, last_pull_at: AT, last_push_at: '2026-02-01T09:00:00.000Z' },
      { ...still, state: 'offline' },
      { ...still, state: 'offline', pending: 7, since: AT },
      { ...still, state: 'paused', pending: 1 },
      { ...still, state: 'attention', refused: 1, conflicts: 1, brake: [{ event_id: 'e', sessions: 80 }], pending: 4 },
      { ...still, state: 'syncing', pending: 2 },
      { ...still, state: 'syncing', pending: 2, progress: { done: 120, total: 500 } },
      { ...still, state: 'syncing', progress: { done: 3 } },
      { ...still, state: 'syncing', upstream: { ...still, pending: 2, upstream: { ...still, pending: 1 } } },
      { ...still, state: 'attention', upstream: { ...still, state: 'attention', pending: 2, refused: 1 } },
      { ...still, state: 'attention', held: 2, upstream: { ...still, refused: 1 } },
    ] satisfies (SyncStatus | null | undefined)[]
  ).map(syncWords);
  expect(said).toEqual([
    undefined,
    { tone: 'neutral', key: 'kept' },
    { tone: 'good', key: 'synced' },
    { tone: 'good', key: 'syncedAgo', agoOf: AT_MS },
    { tone: 'warn', key: 'offline' },
    { tone: 'warn', key: 'offlineSince', count: 7, sinceMs: AT_MS },
    { tone: 'warn', key: 'pausedWaiting', count: 1 },
    { tone: 'block', key: 'needsYou', count: 3 },
    { tone: 'neutral', key: 'syncingWaiting', count: 2 },
    { tone: 'neutral', key: 'syncingOf', count: 120, total: 500 },
    { tone: 'neutral', key: 'syncing' },
    { tone: 'neutral', key: 'atHub', count: 3 },
    { tone: 'warn', key: 'hubNeeds', count: 1 },
    { tone: 'block', key: 'needsYou', count: 2 },
  ]);
});
