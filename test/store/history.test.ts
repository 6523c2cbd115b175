import { expect, test } from 'vitest';

import type { Session } from '../../shared/contract/session.ts';
import { openTestService, plantSession, TENANT } from '../support/test-service.ts';

const context = { tenantId: TENANT, principalId: 'p', operation: 'test', atMs: 0 };
const plain = { id: 's', event_id: 'e1', type_id: 'talk', capacity_options: {}, registration_question_options: {} };

test('a change that shifts a long list is kept as the two lists, not as a change of every item', async () => {
  const { store } = await openTestService();
  const list = Array.from({ length: 500 }, (_, n) => `item ${n}`);
  await plantSession(store, { ...plain, name: 'Long', list });
  const record = store.read((view) => view.findSession(TENANT, 's'));
  const next = { ...record?.session, list: list.slice(1) } as unknown as Session;
  await store.change(context, (change) => change.saveSession(next, record));
  const entry = store.read((view) => view.listHistory(TENANT, 'sessions', 's')).at(-1);
  expect(entry?.forward).toEqual([{ op: 'replace', path: '/list', value: list.slice(1) }]);
  expect(entry?.back).toEqual([{ op: 'replace', path: '/list', value: list }]);
});

test('a record whose name, event or dates are no text is kept as it is', async () => {
  const { store, service } = await openTestService();
  await plantSession(store, { ...plain, name: null, event_id: 5, abstract_id: {}, start_date: 7, end_date: null });
  const session = await service.as({ id: 'v', role: 'viewer' }).getSession({ tenantId: TENANT, id: 's' });
  expect(session).toMatchObject({ name: null, event_id: 5, abstract_id: {}, start_date: 7, end_date: null });
});
