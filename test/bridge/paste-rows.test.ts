import { expect, test } from 'vitest';

import { createPaste } from '../../electron/bridge/paste-rows.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import { openTestService, TENANT } from '../support/test-service.ts';

const person: Principal = { id: 'local', role: 'admin' };

async function openWorld() {
  const { service, store } = await openTestService();
  const user = service.forUser(person);
  const create = async (fields: object): Promise<string> => {
    const body = { event_id: 'e1', type_id: 'talk', name: 'A talk', ...fields };
    return (await user.api.createSession({ tenantId: TENANT, body })).id;
  };
  const paste = createPaste({ service, store }, person);
  const request = (...rows: string[]) => ({ tenantId: TENANT, eventId: 'e1', text: rows.join('\n') });
  const read = async (id: string) => await user.api.getSession({ tenantId: TENANT, id });
  return { user, create, paste, request, read };
}

test('a row of a known code changes that session and of it only what has a column; any other makes a new one', async () => {
  const { user, create, paste, request, read } = await openWorld();
  const id = await create({ code: 'A1', location: 'Lawn', room_ids: ['room-1'] });
  const given = request('Code\tTitle\tRoom\tType', 'A1\t\tRoom 2\t', 'B2\tAnother talk\tBarn\tTalk');

  const { mapping, sessions, added, skipped } = paste.preview(given);
  expect(sessions.map(({ name, becomes, fields }) => [name, becomes, fields.map(({ field }) => field)])).toEqual([
    ['A talk', 'changed', ['room_ids']],
    ['Another talk', 'new', expect.arrayContaining(['code', 'name', 'room_ids'])],
  ]);
  // The names of what comes along are there for the ids that stand in the rows.
  const barn = sessions[1]?.fields.find(({ field }) => field === 'room_ids')?.after as string[];
  expect([added, skipped]).toEqual([[{ kind: 'rooms', items: [{ id: barn[0], name: 'Barn' }] }], []]);

  const report = await paste.take(user, { ...given, mapping });
  expect([report.done.length, report.refused]).toEqual([2, []]);
  expect(await read(id)).toMatchObject({ name: 'A talk', code: 'A1', location: 'Lawn', room_ids: ['room-2'] });

  // The room, the change and the new session are one step.
  await user.undo(TENANT);
  expect(await read(id)).toMatchObject({ room_ids: ['room-1'] });
  const { Items: left } = await user.api.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
  expect(left.map((session) => session.id)).toEqual([id]);
});

test('every row that cannot be taken is named with its reason, and the others are taken', async () => {
  const { user, create, paste, request, read } = await openWorld();
  const locked = await create({ code: 'A1', sys_locked: true });
  const free = await create({ code: 'A2' });
  const given = request('Code,Title', 'A1,Renamed', 'A2,Renamed, too', 'A3,');

  const { mapping, sessions, skipped } = paste.preview(given);
  expect(sessions.map(({ becomes, why }) => [becomes, why])).toEqual([
    ['refused', { code: 'locked' }],
    ['changed', undefined],
  ]);
  expect(skipped).toMatchObject([
    { where: 'row 3, "Renamed"', because: { reason: { code: 'more_cells' } } },
    { where: 'row 4', reason: 'has no title' },
  ]);

  const { done, refused } = await paste.take(user, { ...given, mapping });
  expect([done, refused.map(({ at }) => at)]).toEqual([[free], [0]]);
  expect([(await read(locked)).name, (await read(free)).name]).toEqual(['A talk', 'Renamed']);
});

test('rows that were taken are unchanged when they are pasted again', async () => {
  const { user, paste, request } = await openWorld();
  const given = request('Title;Date;Start;Minutes', 'A new talk;2026-02-01;10:00;45');
  const { mapping } = paste.preview(given);
  await paste.take(user, { ...given, mapping });
  expect(paste.preview(given).sessions.map(({ becomes }) => becomes)).toEqual(['unchanged']);
});

test('a code that several sessions have is none of theirs', async () => {
  const { create, paste, request } = await openWorld();
  await create({ code: 'A1' });
  await create({ code: 'A1' });
  expect(paste.preview(request('Code\tTitle', 'A1\tA third')).sessions.map(({ becomes }) => becomes)).toEqual(['new']);
});
