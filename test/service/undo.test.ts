import { describe, expect, test } from 'vitest';

import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Session, SessionInput } from '../../shared/contract/session.ts';
import type { UserService } from '../../shared/service/user-service.ts';
import { openTestReplica } from '../support/test-replica.ts';
import { callerWith, openTestService, plantSession, TENANT, type TestService } from '../support/test-service.ts';

interface Desk extends TestService {
  user: UserService;
  create(fields?: Partial<SessionInput>): Promise<Session>;
  patch(id: string, ...body: JsonPatch): Promise<Session>;
  find(id: string): Session | undefined;
  /** An edit by somebody else, here. */
  foreign(id: string, ...body: JsonPatch): Promise<Session>;
  pass(ms: number): void;
}

async function openDesk(): Promise<Desk> {
  const opened = await openTestService();
  const { service, store, clock } = opened;
  const user = service.forUser({ id: 'me', role: 'admin' });
  return {
    ...opened,
    user,
    create: async (fields = {}) =>
      await user.api.createSession({
        tenantId: TENANT,
        body: { event_id: 'e1', type_id: 'talk', name: 'Opening', ...fields },
      }),
    patch: async (id, ...body) => await user.api.patchSession({ tenantId: TENANT, id, body }),
    find: (id) => store.read((view) => view.findSession(TENANT, id))?.session,
    foreign: async (id, ...body) => await service.as(callerWith('admin')).patchSession({ tenantId: TENANT, id, body }),
    pass: (ms) => void (clock.nowMs += ms),
  };
}

const named = (name: string): JsonPatch[number] => ({ op: 'replace', path: '/name', value: name });

describe('undo and redo', () => {
  test('take an edit back and do it again, and say what', async () => {
    const { user, create, patch, find, pass } = await openDesk();
    const { id } = await create({ description: 'First' });
    pass(60_000);
    await patch(id, { op: 'add', path: '/room_ids', value: ['room-1'] }, named('Keynote'));
    expect(user.undoState(TENANT)).toMatchObject({
      canUndo: true,
      canRedo: false,
      undoLabel: {
        operation: 'patchSession',
        created: 0,
        changed: 1,
        deleted: 0,
        subjects: ['sessions'],
        names: ['Keynote'],
        fields: ['name', 'room_ids'],
      },
    });
    expect(await user.undo(TENANT)).toMatchObject({ done: 2, of: 2, left: [], synced: false });
    expect(find(id)).toMatchObject({ name: 'Opening', description: 'First', sys_version: 3 });
    expect(find(id)).not.toHaveProperty('room_ids');
    expect(user.undoState(TENANT)).toMatchObject({
      canUndo: true,
      canRedo: true,
      redoLabel: { fields: ['name', 'room_ids'] },
    });
    expect(await user.redo(TENANT)).toMatchObject({ done: 2, of: 2 });
    expect(find(id)).toMatchObject({ name: 'Keynote', room_ids: ['room-1'], sys_version: 4 });
    await user.undo(TENANT);
    expect(await user.undo(TENANT)).toMatchObject({ label: { operation: 'createSession', created: 1 }, done: 1 });
    expect(find(id)).toBeUndefined();
    expect(user.undoState(TENANT).canUndo).toBe(false);
    await expect(user.undo(TENANT)).rejects.toMatchObject({ kind: 'not_found' });
    await user.redo(TENANT);
    await user.redo(TENANT);
    expect(find(id)).toMatchObject({ name: 'Keynote', room_ids: ['room-1'] });
    expect(user.undoState(TENANT).canRedo).toBe(false);
  });
});

describe('a step', () => {
  test('is remembered after a hundred others', async () => {
    const { user, create, patch, find } = await openDesk();
    const { id } = await create();
    for (let step = 1; step <= 120; step++) await patch(id, { op: 'add', path: '/display_order', value: step });
    for (let step = 119; step > 0; step--) {
      await user.undo(TENANT);
      expect(find(id)?.display_order).toBe(step);
    }
    await user.undo(TENANT);
    expect(find(id)).not.toHaveProperty('display_order');
  });

  test('is each save by itself, but the saves of one text that follow each other at once', async () => {
    const { user, create, patch, find, pass } = await openDesk();
    const { id } = await create();
    for (const name of ['K', 'Ke', 'Key']) await patch(id, named(name));
    await patch(id, { op: 'add', path: '/description', value: 'Long' });
    pass(10_000);
    await patch(id, named('Keynote'));
    await patch(id, { op: 'add', path: '/start_date', value: '2026-02-01T10:00:00Z' });
    await patch(id, { op: 'replace', path: '/start_date', value: '2026-02-01T11:00:00Z' });
    const states: unknown[] = [];
    while (user.undoState(TENANT).canUndo) {
      await user.undo(TENANT);
      const { name, description, start_date } = find(id) ?? {};
      states.push([name, description, start_date]);
    }
    expect(states).toEqual([
      ['Keynote', 'Long', '2026-02-01T10:00:00Z'],
      ['Keynote', 'Long', undefined],
      ['Key', 'Long', undefined],
      ['Key', undefined, undefined],
      ['Opening', undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });

  test('is a batch, or several calls, as one', async () => {
    const { user, create, find } = await openDesk();
    const ids = [(await create()).id, (await create()).id, (await create()).id];
    await user.api.batchSessions({
      tenantId: TENANT,
      body: {
        operations: [
          { id: ids[0]!, operation: 'patch', patch_directives: [named('A')] },
          { id: 'offstage:none', operation: 'delete' },
          { id: ids[1]!, operation: 'delete' },
        ],
      },
    });
    await user.inOneStep(async ({ api, putCatalog }) => {
      await putCatalog(TENANT, 'rooms', [{ id: 'new', name: 'New room' }]);
      const body: JsonPatch = [{ op: 'add', path: '/room_ids', value: ['new'] }];
      await api.patchSession({ tenantId: TENANT, id: ids[0]!, body });
      await api.patchSession({ tenantId: TENANT, id: ids[2]!, body });
    });
    expect(user.undoState(TENANT).undoLabel).toMatchObject({ created: 1, changed: 2, subjects: ['rooms', 'sessions'] });
    expect(await user.undo(TENANT)).toMatchObject({ done: 3, of: 3 });
    expect(ids.map((id) => find(id)?.room_ids)).toEqual([undefined, undefined, undefined]);
    expect(user.undoState(TENANT).undoLabel).toMatchObject({ changed: 1, deleted: 1, names: ['A', 'Opening'] });
    await user.undo(TENANT);
    expect(ids.map((id) => find(id)?.name)).toEqual(['Opening', 'Opening', 'Opening']);
    await user.redo(TENANT);
    await user.redo(TENANT);
    expect(ids.map((id) => find(id)?.room_ids)).toEqual([['new'], undefined, ['new']]);
  });

  test('is a person’s own, in one tenant: nobody else can undo it', async () => {
    const { service, user, create, foreign, find } = await openDesk();
    const { id } = await create();
    await foreign(id, named('Theirs'));
    const other = service.forUser({ id: 'other', role: 'editor' });
    expect(other.undoState(TENANT)).toEqual({ canUndo: false, canRedo: false });
    await other.api.patchSession({ tenantId: TENANT, id, body: [named('Others')] });
    expect(await other.undo(TENANT)).toMatchObject({ done: 1 });
    expect(find(id)?.name).toBe('Theirs');
    expect(user.undoState(TENANT).undoLabel).toMatchObject({ operation: 'createSession' });
    await expect(service.forUser({ id: 'v', role: 'viewer' }).undo(TENANT)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(user.undo('elsewhere')).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('that changes nothing is none', async () => {
    const { user, create, patch } = await openDesk();
    const { id } = await create();
    await user.undo(TENANT);
    await user.redo(TENANT);
    await patch(id);
    await patch(id, named('Opening'));
    await user.undo(TENANT);
    expect(user.undoState(TENANT)).toMatchObject({ canUndo: false, canRedo: true });
    await create();
    expect(user.undoState(TENANT)).toMatchObject({ canUndo: true, canRedo: false });
  });

  test('is an import: undoing it leaves what was there before, and what others use', async () => {
    const { service, store, user, create } = await openDesk();
    await create({ name: 'Was there' });
    const session = (id: string): { id: string; fields: SessionInput } => ({
      id: `offstage:${id}`,
      fields: { event_id: 'fair', type_id: 'talk', name: id, room_ids: ['hall'] },
    });
    await service.importSchedule({ id: 'me', role: 'admin' }, TENANT, () => ({
      event: { id: 'fair', name: 'Fair' },
      catalog: {
        rooms: [
          { id: 'hall', name: 'Hall' },
          { id: 'attic', name: 'Attic' },
        ],
      },
      sessions: Array.from({ length: 750 }, (_, at) => session(`s${at}`)),
      skipped: [],
    }));
    const used = await create({ room_ids: ['attic'] });
    expect(await user.undo(TENANT)).toMatchObject({ label: { created: 1 } });
    await service.as(callerWith('admin')).createSession({
      tenantId: TENANT,
      body: { ...used, id: undefined, sys_external_id: undefined },
    });
    expect(user.undoState(TENANT).undoLabel).toMatchObject({ operation: 'import', created: 753 });
    const undone = await user.undo(TENANT);
    expect(undone).toMatchObject({
      done: 752,
      of: 753,
      left: [{ subject: 'rooms', id: 'attic', name: 'Attic', reason: 'in_use' }],
    });
    expect(store.read((view) => view.countSessions(TENANT))).toBe(2);
    expect(store.read((view) => view.findCatalogItem(TENANT, 'events', 'fair'))).toBeUndefined();
    expect(await user.redo(TENANT)).toMatchObject({ done: 752 });
    expect(store.read((view) => view.countSessions(TENANT))).toBe(752);
  });
});

describe('an undo leaves what somebody else did', () => {
  test('field by field, and says by whom', async () => {
    const { user, create, patch, foreign, find } = await openDesk();
    const { id } = await create({ description: 'First' });
    await patch(id, named('Keynote'), { op: 'replace', path: '/description', value: 'Second' });
    await foreign(id, named('Theirs'), { op: 'add', path: '/code', value: 'K1' });
    expect(await user.undo(TENANT)).toMatchObject({
      done: 1,
      of: 2,
      left: [{ subject: 'sessions', id, name: 'Theirs', pointer: 'name', reason: 'changed', by: 'key:admin' }],
    });
    expect(find(id)).toMatchObject({ name: 'Theirs', description: 'First', code: 'K1' });
    expect(await user.redo(TENANT)).toMatchObject({ done: 1, of: 1 });
    expect(find(id)).toMatchObject({ name: 'Theirs', description: 'Second' });
  });

  test('within a list, element by element', async () => {
    const { user, create, patch, foreign, find } = await openDesk();
    const { id } = await create({ room_ids: ['room-1'] });
    await patch(id, { op: 'add', path: '/room_ids/-', value: 'room-2' });
    await foreign(id, { op: 'add', path: '/room_ids/-', value: 'room-3' });
    expect(await user.undo(TENANT)).toMatchObject({ done: 1, of: 1, left: [] });
    expect(find(id)?.room_ids).toEqual(['room-1', 'room-3']);
  });

  test('and passes over a step of which nothing is left', async () => {
    const { user, create, patch, foreign, find } = await openDesk();
    const { id } = await create();
    await patch(id, named('Mine'));
    await foreign(id, named('Theirs'));
    expect(await user.undo(TENANT)).toMatchObject({ done: 0, of: 1, left: [{ pointer: 'name' }] });
    expect(find(id)?.name).toBe('Theirs');
    expect(user.undoState(TENANT)).toMatchObject({ canRedo: false, undoLabel: { operation: 'createSession' } });
    expect(await user.undo(TENANT)).toMatchObject({
      done: 0,
      of: 1,
      left: [{ pointer: '', reason: 'changed', by: 'key:admin' }],
    });
    expect(find(id)?.name).toBe('Theirs');
    expect(user.undoState(TENANT).canUndo).toBe(false);
  });

  test('also a session that is gone, or there again', async () => {
    const { service, user, create, patch, find } = await openDesk();
    const { id } = await create();
    await patch(id, named('Mine'));
    await service.as(callerWith('admin')).deleteSession({ tenantId: TENANT, id });
    expect(await user.undo(TENANT)).toMatchObject({
      done: 0,
      left: [{ reason: 'gone', by: 'key:admin', name: 'Mine' }],
    });
    const again = await create();
    await user.api.deleteSession({ tenantId: TENANT, id: again.id });
    await service.as(callerWith('admin')).createSession({
      tenantId: TENANT,
      body: { event_id: 'e1', type_id: 'talk', name: 'Back', sys_external_id: again.id },
    });
    expect(await user.undo(TENANT)).toMatchObject({ done: 0, of: 1, left: [{ reason: 'there' }] });
    expect(find(again.id)?.name).toBe('Back');
  });
});

describe('an undo keeps every rule', () => {
  test('refuses all of it where one record may not change, and can be passed over', async () => {
    const { user, create, foreign, find } = await openDesk();
    const [a, b] = [await create({ name: 'A' }), await create({ name: 'B' })];
    await user.changeSessions(TENANT, { ids: [a.id, b.id], set: { code: 'X' } });
    await foreign(b.id, { op: 'add', path: '/sys_locked', value: true });
    await expect(user.undo(TENANT)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('Nothing was undone. “B”') as string,
      faults: [{ path: `/${b.id}` }],
    });
    expect([find(a.id)?.code, find(b.id)?.code]).toEqual(['X', 'X']);
    expect(user.undoState(TENANT)).toMatchObject({
      canRedo: false,
      undoLabel: { operation: 'bulkChange', changed: 2 },
    });
    await user.skipUndo(TENANT);
    expect(user.undoState(TENANT).undoLabel).toMatchObject({ operation: 'createSession', names: ['B'] });
  });

  test('does not delete a new session that somebody registered for', async () => {
    const { service, user, create, find } = await openDesk();
    const { id } = await create();
    const registration = { id: 'r', session_id: id, contact_id: 'ada' };
    await service.catalog.put(callerWith('admin'), TENANT, 'registrations', [registration]);
    await expect(user.undo(TENANT)).rejects.toMatchObject({ kind: 'in_use' });
    expect(find(id)).toBeDefined();
  });

  test('does not bring back what refers to something that is gone', async () => {
    const { user, create, find } = await openDesk();
    await user.putCatalog(TENANT, 'rooms', [{ id: 'shed', name: 'Shed' }]);
    const { id } = await create({ room_ids: ['shed'] });
    await user.api.deleteSession({ tenantId: TENANT, id });
    await user.inOneStep(async ({ deleteCatalog }) => await deleteCatalog(TENANT, 'rooms', ['shed']));
    await user.skipUndo(TENANT);
    await expect(user.undo(TENANT)).rejects.toMatchObject({ kind: 'missing_reference' });
    expect(find(id)).toBeUndefined();
  });

  test('lets an admin take a lock back, and nobody else', async () => {
    const { service, user, create, patch, find } = await openDesk();
    const { id } = await create();
    await patch(id, { op: 'add', path: '/sys_locked', value: true });
    const meAsEditor = service.forUser({ id: 'me', role: 'editor' });
    await expect(meAsEditor.undo(TENANT)).rejects.toMatchObject({ kind: 'locked' });
    expect(await user.undo(TENANT)).toMatchObject({ done: 1 });
    expect(find(id)?.sys_locked).toBeUndefined();
  });

  test('an item of the catalog that is used is not taken out, with every use told', async () => {
    const { user, create } = await openDesk();
    await create({ room_ids: ['room-1'] });
    await expect(user.deleteCatalog(TENANT, 'rooms', ['room-1', 'room-2', 'none'])).rejects.toMatchObject({
      kind: 'in_use',
      faults: [{ path: '/room-1' }, { path: '/none' }],
    });
    expect(await user.deleteCatalog(TENANT, 'rooms', ['room-2', 'room-3'])).toEqual({ deleted: 2 });
    expect(await user.undo(TENANT)).toMatchObject({ label: { deleted: 2, names: ['Room 2', 'Room 3'] }, done: 2 });
  });
});

describe('an undo of what sync carried away', () => {
  async function openSynced() {
    const hq = await openTestService();
    const replica = await openTestReplica(hq.service.as(callerWith('editor')));
    const user = replica.service.forUser({ id: 'me', role: 'admin' });
    const sync = async (): Promise<void> => {
      expect(await replica.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    };
    const body: SessionInput = { event_id: 'e1', type_id: 'talk', name: 'Opening' };
    const sessionsAt = (at: TestService): Session[] =>
      at.store.read((view) => view.listSessions(TENANT, {})).map(({ session }) => session);
    return { hq, replica, user, sync, body, sessionsAt };
  }

  test('is a new edit, and says so; of what was not sent, it is none', async () => {
    const { hq, user, sync, body, sessionsAt, replica } = await openSynced();
    const { id } = await user.api.createSession({ tenantId: TENANT, body });
    await sync();
    await user.api.patchSession({ tenantId: TENANT, id, body: [named('Unsent')] });
    expect(await user.undo(TENANT)).toMatchObject({ done: 1, synced: false });
    await sync();
    await user.api.patchSession({ tenantId: TENANT, id, body: [named('Sent')] });
    await sync();
    expect(await user.undo(TENANT)).toMatchObject({ done: 1, synced: true });
    await sync();
    expect(sessionsAt(hq).map(({ name }) => name)).toEqual(['Opening']);
    expect(await user.undo(TENANT)).toMatchObject({ done: 1, synced: true, label: { operation: 'createSession' } });
    await sync();
    expect([sessionsAt(hq), sessionsAt(replica)]).toEqual([[], []]);
  });

  test('brings a session back under its id while its delete was not sent, and under a new one after', async () => {
    const { hq, replica, user, sync, body, sessionsAt } = await openSynced();
    const { id } = await user.api.createSession({ tenantId: TENANT, body });
    await user.api.patchSession({ tenantId: TENANT, id, body: [{ op: 'add', path: '/code', value: 'C' }] });
    await sync();
    await user.api.deleteSession({ tenantId: TENANT, id });
    expect(await user.undo(TENANT)).toMatchObject({ done: 1, synced: false, renewed: [] });
    await sync();
    expect(sessionsAt(hq)).toMatchObject([{ id, code: 'C' }]);

    await user.redo(TENANT);
    await sync();
    const { renewed, synced } = await user.undo(TENANT);
    expect([renewed, synced]).toEqual([[{ from: id, to: expect.any(String) as string }], true]);
    const to = renewed[0]!.to;
    await sync();
    expect(sessionsAt(hq)).toMatchObject([{ id: to, name: 'Opening', code: 'C' }]);
    expect(user.history(TENANT, id, { limit: 1 }).entries).toMatchObject([{ action: 'linked', linkedId: to }]);
    // What was done to it before is undone where it goes on.
    expect(await user.undo(TENANT)).toMatchObject({ done: 1, of: 1 });
    expect(sessionsAt(replica)).toMatchObject([{ id: to, name: 'Opening' }]);
    expect(sessionsAt(replica)[0]).not.toHaveProperty('code');
  });

  test('leaves what headquarters changed meanwhile, and a new session that was worked on there', async () => {
    const { hq, user, sync, body, sessionsAt, replica } = await openSynced();
    const { id } = await user.api.createSession({ tenantId: TENANT, body });
    await user.api.patchSession({
      tenantId: TENANT,
      id,
      body: [named('Mine'), { op: 'add', path: '/code', value: 'C' }],
    });
    await sync();
    const atHeadquarters = hq.service.as({ id: 'carol', role: 'admin' });
    await atHeadquarters.patchSession({ tenantId: TENANT, id, body: [named('Theirs')] });
    await sync();
    expect(await user.undo(TENANT)).toMatchObject({
      done: 1,
      of: 2,
      synced: true,
      left: [{ name: 'Theirs', pointer: 'name', by: 'headquarters' }],
    });
    await sync();
    expect(sessionsAt(hq)).toMatchObject([{ name: 'Theirs' }]);
    expect(sessionsAt(hq)[0]).not.toHaveProperty('code');
    expect(await user.undo(TENANT)).toMatchObject({ done: 0, left: [{ pointer: '', reason: 'changed' }] });
    expect(sessionsAt(replica)).toMatchObject([{ name: 'Theirs' }]);
    const { entries } = user.history(TENANT, id, { limit: 10 });
    expect(entries.map(({ side, by, operation }) => [side, by, operation]).slice(0, 3)).toEqual([
      ['headquarters', 'key:editor', 'sync'],
      ['here', 'me', 'undo'],
      ['headquarters', 'carol', 'sync'],
    ]);
  });
});

test('the undo state is watched', async () => {
  const { user, create, foreign } = await openDesk();
  let heard = 0;
  const stop = user.watchUndo(TENANT, () => (heard += 1));
  const { id } = await create();
  await foreign(id, named('Theirs'));
  await user.undo(TENANT);
  stop();
  await create();
  expect(heard).toBe(2);
});

describe('history', () => {
  test('tells who changed what, newest first, page by page, of a deleted session too', async () => {
    const { service, user, create, patch, foreign, pass } = await openDesk();
    const { id } = await create({ description: 'First' });
    pass(60_000);
    await patch(id, named('Keynote'));
    await foreign(id, { op: 'remove', path: '/description' });
    await service.as(callerWith('editor')).deleteSession({ tenantId: TENANT, id });
    const first = user.history(TENANT, id, { limit: 3 });
    expect(first).toMatchObject({
      more: true,
      entries: [
        { action: 'deleted', by: 'key:editor', side: 'here', operation: 'deleteSession' },
        { action: 'changed', by: 'key:admin', changes: [{ field: 'description', before: 'First' }] },
        { action: 'changed', by: 'me', changes: [{ field: 'name', before: 'Opening', after: 'Keynote' }] },
      ],
    });
    expect(first.entries[0]?.changes).toContainEqual({ field: 'name', before: 'Keynote' });
    const rest = user.history(TENANT, id, { limit: 3, before: first.entries.at(-1)!.key });
    expect(rest).toMatchObject({ more: false, entries: [{ action: 'created', by: 'me' }] });
    expect(rest.entries[0]?.changes).toContainEqual({ field: 'description', after: 'First' });
  });

  test('of a session that never was is not found; of one that only came from headquarters it may be empty', async () => {
    const { user, store } = await openDesk();
    expect(() => user.history(TENANT, 'offstage:none', { limit: 5 })).toThrow('There is no such session');
    await plantSession(store, { id: 'there', event_id: 'e1', type_id: 'talk', name: 'There' });
    expect(user.history(TENANT, 'there', { limit: 5 }).more).toBe(false);
  });
});
