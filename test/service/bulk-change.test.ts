import { expect, test } from 'vitest';

import type { SessionInput } from '../../shared/contract/session.ts';
import type { UserService } from '../../shared/service/user-service.ts';
import { callerWith, openTestService, plantSession, TENANT, type TestService } from '../support/test-service.ts';

async function openWith(
  count: number,
): Promise<TestService & { user: UserService; ids: string[]; codes(): unknown[] }> {
  const opened = await openTestService();
  const user = opened.service.forUser({ id: 'me', role: 'editor' });
  const ids: string[] = [];
  for (let at = 0; at < count; at++) {
    const body: SessionInput = { event_id: 'e1', type_id: 'talk', name: `Session ${at}` };
    ids.push((await user.api.createSession({ tenantId: TENANT, body })).id);
  }
  const codes = (): unknown[] =>
    ids.map((id) => opened.store.read((view) => view.findSession(TENANT, id))?.session.code);
  return { ...opened, user, ids, codes };
}

test('a preview tells what would change and what cannot, and writes nothing', async () => {
  const { service, store, user, ids, codes } = await openWith(4);
  const admin = service.as(callerWith('admin'));
  await admin.patchSession({ tenantId: TENANT, id: ids[1]!, body: [{ op: 'add', path: '/code', value: 'X' }] });
  await admin.patchSession({ tenantId: TENANT, id: ids[2]!, body: [{ op: 'add', path: '/sys_locked', value: true }] });
  const before = store.read((view) => view.listSessions(TENANT, {}));
  const preview = await user.previewChange(TENANT, { ids: [...ids, 'offstage:none'], set: { code: 'X' } });
  expect(preview).toEqual({
    changed: 2,
    unchanged: 1,
    refused: 2,
    changes: [0, 3].map((at) => ({ id: ids[at], name: `Session ${at}`, fields: [{ field: 'code', after: 'X' }] })),
    refusals: [
      expect.objectContaining({ id: ids[2], name: 'Session 2', kind: 'locked' }),
      expect.objectContaining({ id: 'offstage:none', name: '', kind: 'not_found' }),
    ],
  });
  expect(store.read((view) => view.listSessions(TENANT, {}))).toEqual(before);
  expect(codes()).toEqual([undefined, 'X', undefined, undefined]);
});

test('a bulk change is done whole or not at all, or leaves out what cannot be changed', async () => {
  const { service, user, ids, codes } = await openWith(3);
  const lock = [{ op: 'add' as const, path: '/sys_locked', value: true }];
  await service.as(callerWith('admin')).patchSession({ tenantId: TENANT, id: ids[1]!, body: lock });
  const change = { ids, set: { code: 'X', description: null } };
  await expect(user.changeSessions(TENANT, change)).rejects.toMatchObject({
    kind: 'locked',
    faults: [{ path: `/${ids[1]}` }],
  });
  expect(codes()).toEqual([undefined, undefined, undefined]);
  expect(await user.changeSessions(TENANT, change, { leaveRefused: true })).toMatchObject({ changed: 2, refused: 1 });
  expect(codes()).toEqual(['X', undefined, 'X']);
  expect(await user.undo(TENANT)).toMatchObject({ label: { operation: 'bulkChange', changed: 2 }, done: 2 });
  expect(codes()).toEqual([undefined, undefined, undefined]);
});

test('each session can have a patch of its own, judged as a single patch is', async () => {
  const { user, ids, codes } = await openWith(3);
  const patchTo = (code: unknown) => [{ op: 'add' as const, path: '/code', value: code }];
  const changes = [
    { id: ids[0]!, patch: patchTo('A') },
    { id: ids[1]!, patch: patchTo(5) },
    { id: ids[2]!, patch: [{ op: 'add' as const, path: '/room_ids', value: ['attic'] }] },
  ];
  const preview = await user.previewChange(TENANT, { changes });
  expect(preview.refusals.map(({ kind, faults }) => [kind, faults.map(({ path }) => path)])).toEqual([
    ['invalid', ['/code']],
    ['missing_reference', ['/room_ids/0']],
  ]);
  await user.changeSessions(TENANT, { changes }, { leaveRefused: true });
  expect(codes()).toEqual(['A', undefined, undefined]);
  const twice = { changes: [changes[0]!, changes[0]!] };
  await expect(user.previewChange(TENANT, twice)).rejects.toMatchObject({ faults: [{ path: '/changes/1/id' }] });
  await expect(user.previewChange(TENANT, { ids: [], set: {} })).rejects.toMatchObject({ kind: 'invalid' });
});

test('an edit that comes in between judging and writing is kept', async () => {
  const { service, user, store, ids } = await openWith(2);
  const admin = service.as(callerWith('admin'));
  let foreign: Promise<unknown> = Promise.resolve();
  const onProgress = (): void => {
    const body = [{ op: 'add' as const, path: '/location', value: 'Tent' }];
    foreign = admin.patchSession({ tenantId: TENANT, id: ids[0]!, body });
  };
  await user.changeSessions(TENANT, { ids, set: { code: 'X' } }, { onProgress });
  await foreign;
  const [session] = store.read((view) => view.listSessions(TENANT, { ids: [ids[0]!] }));
  expect(session?.session).toMatchObject({ code: 'X', location: 'Tent' });
});

test('a bulk change that is ended before it writes changes nothing', async () => {
  const { user, ids, codes } = await openWith(2);
  const ending = new AbortController();
  const onProgress = (): void => ending.abort(new Error('ended'));
  const change = { ids, set: { code: 'X' } };
  await expect(user.changeSessions(TENANT, change, { onProgress, signal: ending.signal })).rejects.toThrow('ended');
  expect(codes()).toEqual([undefined, undefined]);
});

test('hundreds of sessions are one step', async () => {
  const { store, service } = await openTestService();
  const user = service.forUser({ id: 'me', role: 'editor' });
  const ids = Array.from({ length: 750 }, (_, at) => `s${at}`);
  const plain = { event_id: 'e1', type_id: 'talk', capacity_options: {}, registration_question_options: {} };
  await Promise.all(ids.map(async (id) => await plantSession(store, { ...plain, id, name: id })));
  const told: number[] = [];
  const onProgress = (done: number): void => void told.push(done);
  expect(await user.changeSessions(TENANT, { ids, set: { location: 'Tent' } }, { onProgress })).toMatchObject({
    changed: 750,
  });
  expect(told).toEqual([250, 500, 750]);
  expect(await user.undo(TENANT)).toMatchObject({ done: 750, left: [] });
  const left = store.read((view) => view.listSessions(TENANT, {})).filter(({ session }) => 'location' in session);
  expect(left).toEqual([]);
});
