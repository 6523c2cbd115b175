import { expect, onTestFinished, test } from 'vitest';

import { openEngine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import type { Role } from '../../shared/contract/roles.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { keyOf, startTestServer } from '../support/test-server.ts';
import { callerWith, openTestService, TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };

test('a sync is paused, asked for, resumed and cancelled over HTTP, by whoever may edit', async () => {
  const { service: headquarters } = await openTestService();
  const upstream = await startTestServer(headquarters);
  const engine = await openEngine({
    dataDir: temporaryFolder(),
    tenants: [TENANT, 'alone'],
    sync: { upstreams: [], keys: keysInMemory(), intervalMs: 0 },
    logger: silentLogger,
  });
  onTestFinished(async () => await engine.close());
  const { url } = await startTestServer(engine.service, { engine });
  const ask = async (method: string, body?: unknown, role: Role = 'editor', tenant = TENANT): Promise<unknown> => {
    const headers = {
      authorization: keyOf(role),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${url}/-/${tenant}/sync`, { method, headers, ...text });
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  await engine.sync.connect({
    url: upstream.url,
    remoteTenantId: TENANT,
    tenantId: TENANT,
    eventIds: ['e1'],
    key: keyOf('editor'),
  });
  await engine.service.catalog.put(callerWith('admin'), TENANT, 'session_types', [{ id: 'talk', name: 'Talk' }]);
  await engine.service.as(callerWith('editor')).createSession({ tenantId: TENANT, body: talk });

  expect(await ask('POST', { action: 'pause' })).toMatchObject({ status: 200, state: 'paused', pending: 1 });
  expect(await ask('POST')).toMatchObject({ status: 200, state: 'paused', pending: 1 });
  expect(await ask('GET', undefined, 'viewer')).toMatchObject({ state: 'paused', pending: 1 });
  expect(await ask('POST', { action: 'resume' })).toMatchObject({ status: 200, state: 'syncing', pending: 1 });
  expect(await ask('POST', { action: 'cancel' })).toMatchObject({ status: 200, pending: 1 });
  expect(await ask('POST', {})).toMatchObject({ status: 200, state: 'synced', pending: 0 });
  expect(await ask('POST')).toMatchObject({ status: 200, state: 'synced' });

  expect(await ask('POST', { action: 'stop' })).toMatchObject({ status: 400, code: 'invalid' });
  expect(await ask('POST', { action: 'pause', more: 1 })).toMatchObject({ status: 400, code: 'invalid' });
  expect(await ask('POST', { action: 'pause' }, 'viewer')).toMatchObject({ status: 403, code: 'forbidden' });
  expect(await ask('POST', { action: 'pause' }, 'editor', 'alone')).toMatchObject({ status: 404, code: 'not_found' });
  expect(await ask('POST', { action: 'pause' }, 'editor', 'nobody')).toMatchObject({ status: 404, code: 'not_found' });
});
