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
