import { join } from 'node:path';

import { expect, test } from 'vitest';

import { randomIds } from '../../shared/base/ids.ts';
import type { Session } from '../../shared/contract/session.ts';
import { currentCollections, type Collections } from '../../shared/store/collections.ts';
import { NewerStoreError, openStore } from '../../shared/store/open-store.ts';
import type { HistoryRecord, SessionRecord } from '../../shared/store/records.ts';
import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const context = { tenantId: 't1', principalId: 'p', operation: 'test', atMs: 0 };

/** The next version of the schemas: a field more for sessions, a migration for each. */
function nextVersion(): Collections {
  const bump = <Kind extends { schema: { version: number } }>(creator: Kind): Kind => {
    const version = creator.schema.version + 1;
    return {
      ...creator,
      schema: { ...creator.schema, version },
      migrationStrategies: { [version]: (record: object) => record },
    };
  };
  const { sessions, catalog, history, settings } = currentCollections;
  const next = bump(sessions);
  const version = next.schema.version;
  return {
    sessions: {
      ...next,
      schema: { ...next.schema, properties: { ...next.schema.properties, note: { type: 'string' } } as never },
      migrationStrategies: {
        [version]: (record: SessionRecord) => ({ ...record, note: `was ${record.session.name}` }),
      },
    },
    catalog: bump(catalog),
    history: bump(history),
    settings: bump(settings),
  };
}

test('every version of a schema after the first has a migration', () => {
  for (const { schema, migrationStrategies = {} } of Object.values(currentCollections)) {
    expect(Object.keys(migrationStrategies)).toEqual(Array.from({ length: schema.version }, (_, at) => String(at + 1)));
  }
});

test('a database of version n-1 is migrated whole: sessions, unsent deletes, catalog, history, secret', async () => {
  const path = join(temporaryFolder(), 'test.sqlite');
  const before = await openStore(createSqliteStorage({ path }), randomIds);
  const ids = Array.from({ length: 300 }, (_, n) => `s${n}`);
  await before.change(context, (change) => {
    change.saveCatalogItem('rooms', { id: 'r', name: 'Room' });
    for (const id of ids) {
      change.saveSession({ id, event_id: 'e', name: id, type_id: 't', vendor_field: { id } } as unknown as Session);
    }
  });
  const [unsent, sent] = [
    before.read((view) => view.findSession('t1', 's0')),
    before.read((view) => view.findSession('t1', 's1')),
  ];
  await before.change(context, (change) => {
    const waiting = { dirty: true, remote_id: 'r0', deleted: true };
    if (unsent !== undefined) change.settleSession({ session: unsent.session, sync: waiting, deleted: true }, unsent);
    if (sent !== undefined) change.deleteSession(sent);
  });
  const history: HistoryRecord[] = before.read((view) => ids.flatMap((id) => view.listHistory('t1', 'sessions', id)));
  await before.close();

  const after = await openStore(createSqliteStorage({ path }), randomIds, nextVersion());
  const sessions = after.read((view) => view.listSessions('t1', { eventId: 'e' }));
  expect(sessions).toHaveLength(298);
  expect(sessions.find(({ session }) => session.id === 's7')).toMatchObject({
    note: 'was s7',
    session: { id: 's7', vendor_field: { id: 's7' } },
    sync: { dirty: false },
  });
  expect(after.read((view) => view.findDeletedSession('t1', 's0'))).toMatchObject({
    sync: { dirty: true, remote_id: 'r0' },
  });
  expect(after.read((view) => view.listCatalog('t1', 'rooms'))).toEqual([{ id: 'r', name: 'Room' }]);
  const plain = ({ key, forward, back }: HistoryRecord): unknown => ({ key, forward, back });
  const migrated = after.read((view) => ids.flatMap((id) => view.listHistory('t1', 'sessions', id)));
  expect(migrated.map(plain)).toEqual(history.map(plain));
  expect(after.secret).toBe(before.secret);
  await after.close();

  const again = await openStore(createSqliteStorage({ path }), randomIds, nextVersion());
  expect(again.read((view) => view.countSessions('t1'))).toBe(298);
  await again.close();
});

test('a database of a later version is refused', async () => {
  const path = join(temporaryFolder(), 'test.sqlite');
  const later = await openStore(createSqliteStorage({ path }), randomIds, nextVersion());
  await later.close();
  await expect(openStore(createSqliteStorage({ path }), randomIds)).rejects.toThrow(NewerStoreError);
  const reopened = await openStore(createSqliteStorage({ path }), randomIds, nextVersion());
  await reopened.close();
});
