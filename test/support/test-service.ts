import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { randomIds } from '../../shared/base/ids.ts';
import type { CatalogItem, CatalogKind } from '../../shared/catalog/catalog.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { Caller, Role } from '../../shared/contract/roles.ts';
import type { Session } from '../../shared/contract/session.ts';
import { createService, type Service } from '../../shared/service/service.ts';
import { openStore, type Store } from '../../shared/store/open-store.ts';
import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The tenants of every test. */
export const TENANT = 't1';
export const OTHER_TENANT = 'other|tenant';

/** The clock of every test: it stands where it is set, and moves on a little at each look. */
export interface TestClock {
  nowMs: number;
}

/** A service over a real SQLite file, and the handles that tests turn. */
export interface TestService {
  service: Service;
  store: Store;
  clock: TestClock;
}

export function callerWith(role: Role | undefined): Caller {
  return role === undefined ? undefined : { id: `key:${role}`, role };
}

export async function openTestService(limits: { maxSessions?: number } = {}): Promise<TestService> {
  const storage = createSqliteStorage({ path: join(temporaryFolder(), 'test.sqlite') });
  const store = await openStore(storage, randomIds);
  onTestFinished(async () => await store.close());
  const clock: TestClock = { nowMs: Date.UTC(2026, 0, 1) };
  const service = createService({
    store,
    clock: () => (clock.nowMs += 1),
    ids: randomIds,
    tenants: new Set([TENANT, OTHER_TENANT]),
    ...limits,
  });
  await putTestCatalog(service, TENANT);
  return { service, store, clock };
}

/** What the sessions of the tests refer to. */
const testCatalog: { [Kind in CatalogKind]: CatalogItem<Kind>[] } = {
  events: [
    { id: 'e1', name: 'Event one', time_zone: 'Europe/Brussels', start_date: '2026-02-01', end_date: '2026-02-02' },
    { id: 'e2', name: 'Event two' },
    { id: 'e|3', name: 'An id with a bar' },
  ],
  session_types: [
    { id: 'talk', name: 'Talk' },
    { id: 'workshop', name: 'Workshop' },
  ],
  tracks: ['a', 'b', 'c'].map((id) => ({ id: `track-${id}`, name: `Track ${id}` })),
  rooms: ['1', '2', '3'].map((id) => ({ id: `room-${id}`, name: `Room ${id}`, capacity: 100 })),
  speaker_types: [
    { id: 'main', name: 'Main presenter' },
    { id: 'panelist', name: 'Panelist' },
    { id: 'co', name: 'Co-presenter' },
  ],
  contacts: ['ada', 'grace', 'edsger'].map((id) => ({ id, name: id })),
  abstracts: [
    {
      id: 'abs1',
      name: 'An abstract',
      event_id: 'e1',
      description: 'What it is about',
      track_ids: ['track-a'],
      speakers: [
        { contact_id: 'ada' },
        { contact_id: 'grace', main: true },
        { contact_id: 'edsger', type_id: 'panelist' },
      ],
    },
    { id: 'abs2', name: 'Another abstract', event_id: 'e1' },
  ],
  custom_fields: [
    { id: 'public-field', name: 'Level', public: true },
    { id: 'private-field', name: 'Fee paid', public: false },
    { id: 'plain-field', name: 'Not said' },
  ],
  registrations: [],
};

async function putTestCatalog(service: Service, tenantId: string): Promise<void> {
  for (const [kind, items] of Object.entries(testCatalog)) {
    await service.catalog.put(callerWith('admin'), tenantId, kind, items);
  }
}

/** Puts a session into the store as a sync from headquarters would: with whatever fields it has. */
export async function plantSession(store: Store, session: Record<string, unknown>): Promise<void> {
  const context = { tenantId: TENANT, principalId: 'headquarters', operation: 'plant', atMs: 0 };
  const stamps = {
    sys_version: 1,
    sys_created_at: '2026-01-01T00:00:00.000Z',
    sys_last_modified_at: '2026-01-01T00:00:00.000Z',
    sys_created_by_id: 'headquarters',
    sys_last_modified_by_id: 'headquarters',
  };
  await store.change(context, (change) => change.saveSession({ ...stamps, ...session } as Session));
}

/** The fourteen operations for each role, and without a key. */
export type ApiByRole = Record<Role | 'nobody', SessionsApi>;

export function apiByRole(makeApi: (role: Role | undefined) => SessionsApi): ApiByRole {
  return {
    admin: makeApi('admin'),
    editor: makeApi('editor'),
    viewer: makeApi('viewer'),
    nobody: makeApi(undefined),
  };
}
