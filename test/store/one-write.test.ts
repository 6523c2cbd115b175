import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { randomIds } from '../../shared/base/ids.ts';
import { createService } from '../../shared/service/service.ts';
import { openStore, type Store } from '../../shared/store/open-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { callerWith, TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };

/** Opens the store of a folder. After so many more transactions its process is as good as dead: none begins. */
async function open(folder: string): Promise<Store & { dieAfter(transactions: number): void }> {
  const storage = createSqliteStorage({ path: join(folder, 'test.sqlite') });
  let left = Number.POSITIVE_INFINITY;
  const { transaction } = storage;
  const mortal: typeof transaction = async (work) => {
    left -= 1;
    return await (left < 0 ? new Promise<never>(() => {}) : transaction(work));
  };
  const store = await openStore({ ...storage, transaction: mortal }, randomIds);
  return { ...store, dieAfter: (transactions) => (left = transactions) };
}

test.each(['create', 'patch', 'delete'] as const)(
  'a %s, that it waits for headquarters, and its history are one write: after it nothing is missing, before it nothing is there',
  async (operation) => {
    for (const transactions of [0, 1]) {
      const folder = temporaryFolder();
      const store = await open(folder);
      const setup = { tenantId: TENANT, principalId: 'setup', operation: 'setup', atMs: 0 };
      await store.change(setup, (change) => change.saveCatalogItem('session_types', { id: 'talk', name: 'Talk' }));
      await store.subscribe(TENANT, 'e1', 'hq');
      const service = createService({ store, clock: Date.now, ids: randomIds, tenants: new Set([TENANT]) });
      const api = service.as(callerWith('editor'));
      const { id } = await api.createSession({ tenantId: TENANT, body: talk });
      // As a sync leaves it.
      await store.change(setup, (change) => {
        const record = change.findSession(TENANT, id);
        const sync = { dirty: false, remote_id: 'hq-1', upstream: 'hq', version: { sys_version: 1 } };
        if (record !== undefined) change.settleSession({ session: record.session, sync }, record);
      });
      const before = store.read((view) => view.listHistory(TENANT, 'sessions', id).length);

      store.dieAfter(transactions);
      const external = 'offstage:second';
      const saved = {
        create: async () => await api.createSession({ tenantId: TENANT, body: { ...talk, sys_external_id: external } }),
        patch: async () =>
          await api.patchSession({ tenantId: TENANT, id, body: [{ op: 'add', path: '/code', value: 'C1' }] }),
        delete: async () => await api.deleteSession({ tenantId: TENANT, id }),
      }[operation]();
      void saved.catch(() => {});
      // What is left to do is done, or never will be.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await store.close();

      const again = await open(folder);
      onTestFinished(async () => await again.close());
      const found = again.read((view) => {
        const record =
          operation === 'create'
            ? view.findSession(TENANT, external)
            : (view.findSession(TENANT, id) ?? view.findDeletedSession(TENANT, id));
        return {
          isSaved:
            operation === 'patch' ? record?.session.code === 'C1' : record?._deleted === (operation === 'delete'),
          waits: record?.sync.dirty === true,
          hasHistory:
            view.listHistory(TENANT, 'sessions', operation === 'create' ? external : id).length >
            (operation === 'create' ? 0 : before),
        };
      });
      const isDone = transactions === 1;
      expect(found).toEqual({ isSaved: isDone, waits: isDone, hasHistory: isDone });
    }
  },
);
