import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';

import type { Bridge } from '../../shared/rpc/contract.ts';
import { exchange, sendBytes } from '../support/http-exchange.ts';
import { startBuiltHub, type HubProcess } from '../support/hub-process.ts';
import { openBridge } from '../support/open-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Processes start slowly on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 120_000 });

async function startHost(...flags: string[]): Promise<{ hub: HubProcess; token: string; address: string }> {
  const hub = await startBuiltHub('--data', temporaryFolder(), '--tenant', 'local', '--app', ...flags);
  const token = new URL(hub.ready.app!).hash.replace('#token=', '');
  return { hub, token, address: `${hub.url.replace('http', 'ws')}/-/app` };
}

/** How the server answers one who asks for the bridge: `open`, or the status that it refuses with. */
async function knock(address: string, token: string | undefined, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(address, token === undefined ? [] : [token], { headers });
  onTestFinished(() => socket.terminate());
  return await new Promise((resolve) => {
    socket.on('open', () => resolve('open'));
    socket.on('unexpected-response', (_, response) => resolve(String(response.statusCode)));
    socket.on('error', () => {});
  });
}

test('the bridge opens for its own page with the token, and for nobody else', async () => {
  const { hub, token, address } = await startHost();
  const origin = hub.url;
  expect(await knock(address, token, { origin })).toBe('open');
  expect({
    'no token': await knock(address, undefined, { origin }),
    'another token': await knock(address, `${token.slice(0, -1)}${token.endsWith('x') ? 'y' : 'x'}`, { origin }),
    'another site': await knock(address, token, { origin: 'https://example.org' }),
    'another port of this machine': await knock(address, token, { origin: 'http://127.0.0.1:1' }),
    'no origin': await knock(address, token, {}),
    'a name of an attacker’s': await knock(address, token, { origin: 'http://evil.test', host: 'evil.test' }),
  }).toEqual({
    'no token': '401',
    'another token': '401',
    'another site': '403',
    'another port of this machine': '403',
    'no origin': '401',
    'a name of an attacker’s': '403',
  });
});

test('nothing but the bridge can be upgraded to, and a bridge that is refused is closed', async () => {
  const { hub, token, address } = await startHost();
  const origin = hub.url;
  const elsewhere = ['/', '/index.html', '/-/elsewhere', '/-/health', '/-/app/', '/-/app?x'];
  const asked = elsewhere.map(async (path) => [
    path,
    await knock(hub.url.replace('http', 'ws') + path, token, { origin }),
  ]);
  for (const [path, outcome] of await Promise.all(asked))
    expect([path, outcome]).toEqual([path, expect.stringMatching(/^[24]\d\d$/)]);
  const { host } = new URL(hub.url);
  const handshake = (headers: string): string =>
    `GET ${new URL(address).pathname} HTTP/1.1\r\n${headers}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  // Longer than the test may last: only the server's closing ends it.
  const patienceMs = 1_000_000;
  expect(await sendBytes(hub.url, handshake(`Host: ${host}\r\nOrigin: ${origin}\r\n`), patienceMs)).toMatch(/ 401 /);
  const rebound = handshake('Host: evil.test\r\nOrigin: http://evil.test\r\n');
  expect(await sendBytes(hub.url, rebound, patienceMs)).toMatch(/ 403 /);
});

test('the token stands in no log, and no page is served that could leak it', async () => {
  const { hub, token } = await startHost('--log-level', 'trace');
  const page = await exchange(hub.url, { method: 'GET', path: '/', headers: {} });
  expect([page.status, page.headers['content-security-policy'], page.headers['referrer-policy']]).toEqual([
    200,
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    'no-referrer',
  ]);
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fhub.js', '/assets/..%5c..%5chub.js']) {
    const { status } = await exchange(hub.url, { method: 'GET', path, headers: {} });
    expect([path, status < 400]).toEqual([path, false]);
  }
  expect(await knock(`${hub.url.replace('http', 'ws')}/-/app`, token, { origin: hub.url })).toBe('open');
  hub.kill('SIGTERM');
  const { stderr } = await hub.ended;
  expect(stderr).not.toContain(token);
});

test('a key that is typed into the app stands in its own file alone, for its owner alone', async () => {
  const key = 'typed-key-4c1d9e';
  const headquarters = await startBuiltHub(
    '--data',
    temporaryFolder(),
    '--tenant',
    'main',
    '--demo',
    '--api-key',
    `${key}=admin`,
  );
  const [data, keyFile] = [temporaryFolder(), join(temporaryFolder(), 'keys.json')];
  const flags = ['--data', data, '--tenant', 'local', '--app', '--key-file', keyFile, '--log-level', 'trace'];
  const hub = await startBuiltHub(...flags);
  const { bridge, close } = await openBridge(hub);
  const upstream = { url: headquarters.url, remoteTenantId: 'main', key, eventIds: ['demo-2026'] };
  const answers: unknown[] = [await bridge.sync.check(upstream)];
  const { tenantId } = await bridge.sync.connect(upstream);
  answers.push(await bridge.sync.run({ tenantId }));
  // One that is not taken is told of, and told of without the key.
  const wrong = 'wrong-key-77aa31';
  await bridge.sync.setKey({ tenantId, key: wrong });
  answers.push(await bridge.sync.run({ tenantId }), await bridge.sync.log({ tenantId }));
  await bridge.sync.setKey({ tenantId, key });
  await bridge.backups.make();
  close();
  hub.kill('SIGTERM');
  const { stdout, stderr } = await hub.ended;
  const files = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
  expect(files.length).toBeGreaterThan(1);
  for (const text of [JSON.stringify(answers), stdout, stderr, ...files]) {
    expect(text).not.toContain(key);
    expect(text).not.toContain(wrong);
  }
  expect(readFileSync(keyFile, 'utf8')).toContain(key);
  if (process.platform !== 'win32') expect(statSync(keyFile).mode & 0o777).toBe(0o600);
});

test('a headquarters has a tenant of its own beside events that are kept here, however its address is written', async () => {
  const key = 'hq-key';
  const flags = ['--data', temporaryFolder(), '--tenant', 'main', '--demo', '--api-key', `${key}=admin`];
  const headquarters = await startBuiltHub(...flags);
  const upstream = { url: headquarters.url, remoteTenantId: 'main', key, eventIds: ['demo-2026'] };
  const file = new File(['Title\nA talk\n'], 'own.csv');
  const event = { name: 'Own', time_zone: 'UTC' };

  const { hub } = await startHost();
  const { bridge, close } = await openBridge(hub);
  onTestFinished(close);
  const { tenantId: own } = await bridge.files.openCsv({ file, mapping: { title: 0 }, event });
  const { tenantId } = await bridge.sync.connect(upstream);
  expect(tenantId).not.toBe(own);
  expect(await bridge.sync.connect({ ...upstream, url: `${headquarters.url}/` })).toEqual({ tenantId });

  // An event that is here already goes over where it is.
  const { hub: demo } = await startHost('--demo');
  const second = await openBridge(demo);
  onTestFinished(second.close);
  expect(await second.bridge.sync.connect(upstream)).toEqual({ tenantId: 'local' });
});

test('a hub that serves no app has no bridge and no page', async () => {
  const hub = await startBuiltHub('--data', temporaryFolder());
  expect(hub.ready.app).toBeUndefined();
  expect((await exchange(hub.url, { method: 'GET', path: '/', headers: {} })).status).toBe(404);
  expect(await knock(`${hub.url.replace('http', 'ws')}/-/app`, 'x', { origin: hub.url })).toBe('404');
});

test('over the bridge, failures keep kind, message and field paths, and what is malformed is refused', async () => {
  const { hub, token, address } = await startHost('--demo');
  const socket = new WebSocket(address, [token], { headers: { origin: hub.url } });
  onTestFinished(() => socket.terminate());
  const bridge: Bridge = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  const body = { event_id: 'demo-2026', name: ' ', type_id: 'missing' };
  await expect(bridge.sessions.createSession({ tenantId: 'local', body })).rejects.toMatchObject({
    data: { kind: 'invalid', faults: [{ path: '/name', message: 'must not be blank' }] },
    status: 400,
  });
  await expect(bridge.edit.undo({ tenantId: 'local' })).rejects.toMatchObject({ data: { kind: 'not_found' } });
  await expect(bridge.edit.undo({ tenantId: 3, more: true } as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(bridge.settings.save({ name: 'x', value: 'y'.repeat(300_000) })).rejects.toMatchObject({
    data: { kind: 'invalid' },
  });
  socket.send('{"not":"ours"}');
  socket.send(Buffer.from([0, 1, 2, 255]));
  await expect(bridge.sync.pending({ tenantId: 'local' })).resolves.toEqual([]);
});

test('a call that is given up is ended, and a stream follows what others change', async () => {
  const { hub, token, address } = await startHost('--demo', '--api-key', 'k=admin');
  const socket = new WebSocket(address, [token], { headers: { origin: hub.url } });
  onTestFinished(() => socket.terminate());
  const bridge: Bridge = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  const end = new AbortController();
  const ref = { tenantId: 'local', eventId: 'demo-2026' };
  const messages = await bridge.event.watchSessions(ref, { signal: end.signal });
  let known = 0;
  for await (const { stage, changed } of messages) {
    known += changed.length;
    if (stage === 'complete') break;
  }
  expect(known).toBe(400);

  const undo = await bridge.edit.watchUndo({ tenantId: 'local' }, { signal: end.signal });
  expect((await undo.next()).value).toMatchObject({ canUndo: false });
  const { Items } = await bridge.sessions.listSessionsByEvent({
    tenantId: 'local',
    event_id: ref.eventId,
    fields: 'id',
  });
  const path = [{ op: 'replace' as const, path: '/code', value: 'NEW' }];
  await bridge.sessions.patchSession({ tenantId: 'local', id: String(Items[0]!.id), body: path });
  expect((await undo.next()).value).toMatchObject({ canUndo: true, undoLabel: { fields: ['code'] } });
  end.abort();
  const last = await undo.next().catch((error: unknown) => error);
  expect(last).toSatisfy((one) => one instanceof Error || (one as IteratorResult<unknown>).done === true);
});
