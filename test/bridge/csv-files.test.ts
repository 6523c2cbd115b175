import { expect, test } from 'vitest';

import { createCsvFiles } from '../../electron/bridge/csv-files.ts';
import type { Engine } from '../../electron/engine/engine.ts';
import type { Principal } from '../../shared/contract/roles.ts';
import { openTestService, TENANT } from '../support/test-service.ts';

const person: Principal = { id: 'local', role: 'admin' };

test('a table that is taken in twice changes nothing', async () => {
  const { service } = await openTestService();
  const files = createCsvFiles({ service } as Engine, person, TENANT);
  const event = { id: 'e1', name: 'Event', time_zone: 'UTC' };
  const file = new File(['Code,Title\nA1,Opening\n,Closing'], 'sessions.csv');
  expect(await files.open({ file, event }, {})).toMatchObject({ added: 2 });
  expect(await files.open({ file, event }, {})).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
});

test('the preview names what would be refused where the rows are to go, as the taking in then does', async () => {
  const { service } = await openTestService();
  const files = createCsvFiles({ service } as Engine, person, TENANT);
  const event = { id: 'e1', name: 'Event', time_zone: 'UTC' };
  const fileOf = (...rows: string[]): File => new File([rows.join('\n')], 'sessions.csv');

  await files.open({ file: fileOf('Code,Title,Place', 'A1,Opening,Lawn', 'B2,Closing,Lawn'), event }, {});
  const user = service.forUser(person).api;
  const { Items } = await user.searchSessions({ tenantId: TENANT, body: { event_id: 'e1', name: 'Opening' } });
  const id = String(Items[0]?.id);
  await user.patchSession({ tenantId: TENANT, id, body: [{ op: 'add', path: '/sys_locked', value: true }] });

  const again = fileOf('Code,Title,Place', 'A1,Opening,Barn', 'B2,Closing,Barn', 'C3,,Barn');
  const { sessions, skipped } = await files.preview({ file: again, event });
  expect([sessions, skipped.map(({ where, reason }) => `${where}: ${reason}`)]).toEqual([
    1,
    ['row 4: has no title', 'session "Opening": The session is locked.'],
  ]);
  expect(await files.open({ file: again, event }, {})).toMatchObject({ added: 0, changed: 1, refused: skipped });
  // What is locked and stays as it is, is no trouble.
  const same = await files.preview({ file: fileOf('Code,Title,Place', 'A1,Opening,Lawn'), event });
  expect([same.sessions, same.skipped]).toEqual([1, []]);
});
