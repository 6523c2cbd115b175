import { describe, expect, test } from 'vitest';

import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Session, SessionInput } from '../../shared/contract/session.ts';
import { openTestReplica } from '../support/test-replica.ts';
import { callerWith, openTestService, TENANT } from '../support/test-service.ts';

const admin = callerWith('admin');
const NINE = '2026-02-01T09:00:00+01:00';
const TEN = '2026-02-01T10:00:00+01:00';

async function openDesk() {
  const { service, clock } = await openTestService();
  const api = service.as(admin);
  return {
    create: async (fields: Partial<SessionInput> = {}): Promise<Session> =>
      await api.createSession({
        tenantId: TENANT,
        body: { event_id: 'e1', type_id: 'talk', name: 'Opening', ...fields },
      }),
    patch: async (id: string, ...body: JsonPatch) => await api.patchSession({ tenantId: TENANT, id, body }),
    remove: async (id: string) => await api.deleteSession({ tenantId: TENANT, id }),
    /** A moment between what was and what comes. */
    moment(): number {
      clock.nowMs += 60_000;
      const at = clock.nowMs;
      clock.nowMs += 60_000;
      return at;
    },
    since: (atMs: number, eventId = 'e1') => service.changesSince(admin, TENANT, eventId, atMs),
  };
}

const set = (field: string, value: unknown): JsonPatch[number] => ({ op: 'add', path: `/${field}`, value }) as never;

describe('what changed since a moment', () => {
  test('is told by what became of each session: added, moved, changed, cancelled', async () => {
    const { create, patch, remove, moment, since } = await openDesk();
    const moved = await create({ name: 'Moved', start_date: NINE, end_date: TEN, room_ids: ['room-1'] });
    const changed = await create({ name: 'Changed' });
    const cancelled = await create({ name: 'Cancelled', room_ids: ['room-2'] });
    await create({ name: 'As it was' });
    const at = moment();
    const added = await create({ name: 'Added' });
    await patch(moved.id, set('room_ids', ['room-3']), set('description', 'In another room'));
    await patch(changed.id, set('name', 'Changed indeed'));
    await remove(cancelled.id);
    const was = { name: 'Moved', start_date: NINE, end_date: TEN, room_ids: ['room-1'] };
    expect(since(at)).toEqual({
      isNewHere: false,
      differences: [
        { id: added.id, kind: 'added', now: { name: 'Added' }, changes: [] },
        {
          id: moved.id,
          kind: 'moved',
          before: was,
          now: { ...was, room_ids: ['room-3'] },
          changes: [
            { field: 'room_ids', before: ['room-1'], after: ['room-3'] },
            { field: 'description', after: 'In another room' },
          ],
        },
        {
          id: changed.id,
          kind: 'changed',
          before: { name: 'Changed' },
          now: { name: 'Changed indeed' },
          changes: [{ field: 'name', before: 'Changed', after: 'Changed indeed' }],
        },
        { id: cancelled.id, kind: 'cancelled', before: { name: 'Cancelled', room_ids: ['room-2'] }, changes: [] },
      ],
    });
  });

  test('is nothing where what was changed is as it was again', async () => {
    const { create, patch, remove, moment, since } = await openDesk();
    const { id } = await create({ start_date: NINE, end_date: TEN });
    const at = moment();
    await patch(id, set('name', 'Other'));
    await patch(id, set('name', 'Opening'), set('start_date', '2026-02-01T08:00:00Z'));
    await remove((await create({ name: 'Made and gone' })).id);
    expect(since(at).differences).toEqual([]);
  });

  test('goes back no further than the moment, however often a session was changed', async () => {
    const { create, patch, moment, since } = await openDesk();
    const { id } = await create({ name: 'n0' });
    for (let n = 1; n <= 60; n++) await patch(id, set('name', `n${n}`));
    const at = moment();
    for (let n = 61; n <= 130; n++) await patch(id, set('name', `n${n}`));
    expect(since(at).differences).toMatchObject([{ id, changes: [{ field: 'name', before: 'n60', after: 'n130' }] }]);
  });

  test('has a session that goes to another event as cancelled here and added there', async () => {
    const { create, patch, moment, since } = await openDesk();
    await create({ event_id: 'e2', name: 'Of the other' });
    const { id } = await create();
    const at = moment();
    await patch(id, set('event_id', 'e2'));
    expect(since(at).differences).toMatchObject([{ id, kind: 'cancelled' }]);
    expect(since(at, 'e2').differences).toMatchObject([{ id, kind: 'added' }]);
  });
});

describe('what sync brings', () => {
  async function openPair() {
    const headquarters = await openTestService();
    const api = headquarters.service.as(admin);
    const replica = await openTestReplica(api);
    const create = async (name: string): Promise<Session> =>
      await api.createSession({ tenantId: TENANT, body: { event_id: 'e1', type_id: 'talk', name } });
    const moment = (): number => {
      headquarters.clock.nowMs += 60_000;
      replica.clock.nowMs = headquarters.clock.nowMs;
      return (headquarters.clock.nowMs += 60_000) - 60_000;
    };
    const since = (atMs: number) => replica.service.changesSince(admin, TENANT, 'e1', atMs);
    return { api, replica, create, moment, since };
  }

  test('is added when it comes here, though it was made at headquarters before', async () => {
    const { api, replica, create, moment, since } = await openPair();
    const known = await create('Known');
    await replica.replicator.sync('hand');
    await create('Made while this computer was offline');
    const at = moment();
    await replica.replicator.sync('hand');
    await api.patchSession({ tenantId: TENANT, id: known.id, body: [set('name', 'Known by another name')] });
    await replica.replicator.sync('hand');
    expect(since(at)).toMatchObject({
      isNewHere: false,
      differences: [
        { kind: 'added', now: { name: 'Made while this computer was offline' } },
        { kind: 'changed', changes: [{ field: 'name', before: 'Known', after: 'Known by another name' }] },
      ],
    });
  });

  test('is no change where the event itself came after the moment, but for what was made since', async () => {
    const { replica, create, moment, since } = await openPair();
    await create('Old');
    const at = moment();
    await create('New');
    await replica.replicator.sync('hand');
    expect(since(at)).toMatchObject({ isNewHere: true, differences: [{ kind: 'added', now: { name: 'New' } }] });
  });
});
