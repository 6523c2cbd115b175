// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import { useEvent } from '../../renderer/stores/event.ts';
import { createFakeApp, createFakeHost } from './fake-host.ts';

const session = {
  id: 's1',
  name: 'Opening',
  event_id: 'e1',
  type_id: 'talk',
  room_ids: ['r1'],
  sync: 'clean',
  registrations: 0,
};

test('no session is shown before the catalog that names what it refers to', async () => {
  const host = createFakeHost();
  createFakeApp(host);
  host.emit('workspace.watch', {
    events: [{ tenantId: 'local', event: { id: 'e1', name: 'Days', time_zone: 'UTC' } }],
    host: { version: '1', dataDir: '/', kind: 'browser' },
  });
  const event = useEvent();
  const shown: (string | undefined)[] = [];
  event.onChange(({ changed }) => {
    for (const { room_ids: ids } of changed) shown.push(event.catalog.rooms.get(ids?.[0] ?? '')?.name);
  });
  await expect.poll(() => host.calls.map(({ path }) => path)).toContain('event.watchCatalog');

  host.emit('event.watchSessions', { changed: [session], removed: [], stage: 'complete' });
  host.emit('event.watchCatalog', { items: { rooms: [{ id: 'r1', name: 'Hall' }] }, removed: [], complete: false });
  await expect.poll(() => event.catalog.rooms.size).toBe(1);
  expect([event.stage, event.sessions.size]).toEqual(['loading', 0]);

  host.emit('event.watchCatalog', { items: {}, removed: [], complete: true });
  await expect.poll(() => event.stage).toBe('complete');
  expect(shown).toEqual(['Hall']);
});
