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

test('what is kept though headquarters has it no more is listed over HTTP, and settled by whoever may edit', async () => {
  const { service: headquarters } = await openTestService();
  const upstream = await startTestServer(headquarters);
  const engine = await openEngine({
    dataDir: temporaryFolder(),
    tenants: [TENANT],
    sync: { upstreams: [], keys: keysInMemory(), intervalMs: 0 },
    logger: silentLogger,
  });
  onTestFinished(async () => await engine.close());
  const { url } = await startTestServer(engine.service, { engine });
  const ask = async (path: string, action?: string, role: Role = 'editor'): Promise<[number, unknown]> => {
    const headers = { authorization: keyOf(role), 'content-type': 'application/json' };
    const order = action === undefined ? {} : { method: 'POST', body: JSON.stringify({ action }) };
    const answer = await fetch(`${url}/-/${TENANT}/sync${path}`, { headers, ...order });
    return [answer.status, await answer.json()];
  };
  const theirs = headquarters.as(callerWith('editor'));
  const ids: string[] = [];
  for (let n = 0; n < 8; n++) ids.push((await theirs.createSession({ tenantId: TENANT, body: talk })).id);
  const key = keyOf('editor');
  await engine.sync.connect({ url: upstream.url, remoteTenantId: TENANT, tenantId: TENANT, eventIds: ['e1'], key });
  await engine.sync.of(TENANT)?.sync('hand');
  for (const id of ids) await theirs.deleteSession({ tenantId: TENANT, id });
  await engine.sync.of(TENANT)?.sync('hand');
  expect(await ask('/brake', 'keep')).toMatchObject([200, { absent: 8, conflicts: 0 }]);

  const [first, second] = ids;
  const [status, kept] = await ask('/kept', undefined, 'viewer');
  expect([status, (kept as { id: string }[]).map(({ id }) => id).toSorted()]).toEqual([200, ids.toSorted()]);
  expect(await ask('/kept', 'send', 'viewer')).toMatchObject([403, { code: 'forbidden' }]);
  expect(await ask('/kept', 'keep')).toMatchObject([400, { code: 'invalid' }]);
  expect(await ask(`/kept/${first}`, 'remove')).toMatchObject([200, { absent: 7 }]);
  expect(await ask(`/kept/${first}`, 'remove')).toMatchObject([404, { code: 'not_found' }]);
  expect(await ask(`/kept/${second}`, 'send')).toMatchObject([200, { absent: 6, pending: 1 }]);
  expect(await ask('/kept', 'remove')).toEqual([200, { sessions: 6 }]);
  expect(await ask('/kept')).toEqual([200, []]);
});
