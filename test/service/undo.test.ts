import { describe, expect, test } from 'vitest';

import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Session, SessionInput } from '../../shared/contract/session.ts';
import type { UserService } from '../../shared/service/user-service.ts';
import { callerWith, openTestService, TENANT, type TestService } from '../support/test-service.ts';

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
    foreign: async (id, ...body) =>
      await service.as(callerWith('admin')).patchSession({ tenantId: TENANT, id, body }),
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
      undoLabel: { operation: 'patchSession', created: 0, changed: 1, deleted: 0, subjects: ['sessions'], names: ['Keynote'], fields: ['name', 'room_ids'] },
    });
    expect(await user.undo(TENANT)).toMatchObject({ done: 2, of: 2, left: [], synced: false });
    expect(find(id)).toMatchObject({ name: 'Opening', description: 'First', sys_version: 3 });
    expect(find(id)).not.toHaveProperty('room_ids');
    expect(user.undoState(TENANT)).toMatchObject({ canUndo: true, canRedo: true, redoLabel: { fields: ['name', 'room_ids'] } });
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
