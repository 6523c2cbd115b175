import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect, test } from 'vitest';

import type { Session } from '../../shared/contract/session.ts';
import type { SessionRecord } from '../../shared/store/records.ts';
import { openTestService, TENANT } from '../support/test-service.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const context = { tenantId: TENANT, principalId: 'p', operation: 'test', atMs: 0 };
const SESSIONS = 200;

const sync = { dirty: false, remote_id: '' };

test('what was told of a change is let go of', async () => {
  const { store } = await openTestService();
  const told: WeakRef<SessionRecord>[] = [];
  const unwatch = store.watchSessions((record) => told.push(new WeakRef(record)));
  // RxDB keeps the last changes, and the storage the documents of small ones: these are large, and others follow.
  for (let page = 0; page < 3; page++) {
    await store.change(context, (change) => {
      const sessions = Array.from({ length: SESSIONS }, (_, n) => sessionOf(`${page}-${n}`));
      change.arriveSessions(sessions.map((session) => ({ session, sync })));
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  collectGarbage();
  expect(told).toHaveLength(3 * SESSIONS);
  expect(told.slice(0, SESSIONS).filter((record) => record.deref() !== undefined)).toEqual([]);
  unwatch();
});

function sessionOf(id: string): Session {
  const options = { capacity_options: {}, registration_question_options: {} };
  return { id, event_id: 'e1', type_id: 'talk', name: id, ...options } as unknown as Session;
}
