// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import { useSync } from '../../renderer/stores/sync.ts';
import { useWorkspace } from '../../renderer/stores/workspace.ts';
import type { SyncStatus } from '../../shared/rpc/sync-messages.ts';
import { createFakeApp, createFakeHost } from './fake-host.ts';

const synced: SyncStatus = { state: 'synced', pending: 0, refused: 0, conflicts: 0 };
const upstream = { url: 'https://hq.example', remoteTenantId: 'org', isGiven: false };
const WORKSPACE = {
  host: { version: '1', dataDir: '/data', kind: 'browser' },
  events: [
    { tenantId: 'local', event: { id: 'kept', name: 'Kept here' } },
    { tenantId: 'local', event: { id: 'shared', name: 'Shared' }, upstream },
  ],
};

function start() {
  const host = createFakeHost();
  createFakeApp(host);
  return { host, sync: useSync(), workspace: useWorkspace() };
}

test('an event that is kept here alone is never called synced, whatever its neighbours have', async () => {
  const { host, sync, workspace } = start();
  host.emit('workspace.watch', WORKSPACE);
  host.emit('sync.watch', synced);
  await expect.poll(() => sync.status).toBeNull();
  workspace.choose({ tenantId: 'local', eventId: 'shared' });
  expect(sync.status).toEqual(synced);
});

test('until headquarters’ sessions were read once, they are still to come', async () => {
  const { host, sync, workspace } = start();
  workspace.choose({ tenantId: 'local', eventId: 'shared' });
  host.emit('workspace.watch', WORKSPACE);
  expect(sync.isFirstFetch).toBe(false);
  host.emit('sync.watch', { ...synced, state: 'syncing' });
  await expect.poll(() => sync.isFirstFetch).toBe(true);
  host.emit('sync.watch', { ...synced, last_pull_at: '2026-02-01T09:30:00.000Z' });
  await expect.poll(() => sync.isFirstFetch).toBe(false);
});
