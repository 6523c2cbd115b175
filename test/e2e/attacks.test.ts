import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';

import { exchange, sendBytes, type WireAnswer } from '../support/http-exchange.ts';
import { spawnHub, untilReady, type RunningHub } from '../support/hub-program.ts';
import { openBridge } from '../support/open-bridge.ts';
import { folderForTests } from '../support/temporary-folder.ts';

// What was tried against a running hub, beside what http-fuzz tries by chance. After each attack it answers as before.
vi.setConfig({ testTimeout: 120_000 });

const MIB = 1024 * 1024;
const folder = folderForTests();
let hub: RunningHub;

beforeAll(async () => {
  const flags = ['--data', folder, '--port', '0', '--tenant', 'local', '--app', '--demo', '--api-key', 'k=admin'];
  hub = await untilReady(spawnHub('built', [...flags, '--log-level', 'silent']));
  return () => hub.kill('SIGKILL');
}, 120_000);

const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  const { status } = await exchange(hub.url, { path: '/-/health' });
  if (status !== 200) throw new Error(`The hub is not well any more: ${status}`);
});

/** Opens connections on which the same is sent, and leaves them open. */
async function openMany(count: number, bytes: string | Uint8Array): Promise<void> {
  const { hostname, port } = new URL(hub.url);
  const opened = Array.from({ length: count }, async () => {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.write(bytes, resolve));
  });
  await Promise.all(opened);
}

async function send(method: string, path: string, body?: unknown, headers = {}): Promise<WireAnswer> {
  const known = { authorization: 'k', 'content-type': 'application/json' };
  return await exchange(hub.url, { method, path, body, headers: { ...known, ...headers } });
}

const head = (line: string): string => `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;

test('a thousand connections that never finish their headers keep nobody out', async () => {
  await openMany(1_000, `${head('GET /')}X-Slow: `);
  expect((await send('GET', '/sessions/local/event/demo-2026?fields=id')).status).toBe(200);
});

test.runIf(process.platform === 'linux')('what is sent without a key is not kept', async () => {
  const memory = (): number => {
    const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${hub.child.pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  };
  const before = memory();
  const sizeBytes = 32 * MIB;
  const request = `${head('POST /-/local/import')}Authorization: wrong\r\nContent-Length: ${sizeBytes}\r\n\r\n`;
  const almostAll = Buffer.concat([Buffer.from(request), Buffer.alloc(sizeBytes - 1, 'x')]);
  await openMany(24, almostAll);
  const answer = await exchange(hub.url, {
    method: 'POST',
    path: '/-/local/import',
    body: Buffer.alloc(sizeBytes, 'x'),
  });
  expect(answer.status).toBe(401);
  // All of it would be 768 MiB.
  expect(memory() - before).toBeLessThan(300 * MIB);
});

test('requests that nobody waits for end their connection, and do not pile up', async () => {
  const request = `${head('GET /sessions/local/public/event/demo-2026')}\r\n`;
  const { hostname, port } = new URL(hub.url);
  const pipe = connect(Number(port), hostname);
  sockets.push(pipe);
  pipe.on('error', () => {});
  const closed = new Promise((resolve) => pipe.on('close', resolve));
  pipe.resume().write(request.repeat(20_000));
  await closed;
  // Some are answered, one after the other.
  const ten = `${head('GET /-/health')}\r\n`.repeat(9) + `${head('GET /-/health')}Connection: close\r\n\r\n`;
  const answers = await sendBytes(hub.url, ten, 100_000);
  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(10);
});

test('a public search for as many people, tracks and types as fit into a request is answered at once', async () => {
  const many = Array.from({ length: 90_000 }, (_, at) => `x${at}`);
  for (const field of ['speakers', 'track_ids', 'type_id', 'access', 'abstract_id', 'ids']) {
    const body = { event_id: 'demo-2026', [field]: many };
    const answer = await exchange(hub.url, {
      method: 'POST',
      path: '/sessions/local/public/search',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([field, answer.status, answer.text]).toEqual([field, 200, '{"Items":[]}']);
  }
  // Compared one by one, these six kept the hub for half a minute; the test would end without an answer.
}, 20_000);

test('patterns that make regular expressions slow are texts like any other', async () => {
  for (const name of [
    '(a+)+$',
    '('.repeat(100_000),
    '.*'.repeat(50_000),
    'e\u0301'.repeat(100_000),
    '%_'.repeat(100_000),
  ]) {
    expect((await send('POST', '/sessions/local/search', { event_id: 'demo-2026', name })).status).toBe(200);
  }
});

test.each([
  '%00',
  '%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '%F0%9F',
  '%ED%A0%80',
  '%C0%AF',
  '%u0041',
  'a%0d%0aX:%20y',
  '__proto__',
  'constructor',
  '%25zz',
])('an id of %s leads nowhere', async (id) => {
  for (const path of [
    `/sessions/local/${id}`,
    `/sessions/${id}/x`,
    `/-/local/catalog/${id}`,
    `/-/${id}/sync`,
    `/-/local/export/${id}?event_id=demo-2026`,
    `/${id}`,
  ]) {
    const { status, headers } = await send('GET', path);
    expect([path, status === 400 || status === 404, headers['x']]).toEqual([path, true, undefined]);
  }
});

test('names of JavaScript’s own and nesting beyond measure are refused wherever they stand', async () => {
  const types = JSON.parse((await send('GET', '/-/local/catalog/session_types')).text) as { id: string }[];
  const session = `"event_id":"demo-2026","type_id":${JSON.stringify(types[0]!.id)},"name":"A"`;
  const bodies = [
    `{${session},"__proto__":{"polluted":1}}`,
    `{${session},"capacity_options":{"__proto__":{"polluted":1}}}`,
    `{${session},"constructor":{"prototype":{"polluted":1}}}`,
    `{${session},"capacity_options":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
    `{${session},"capacity_options":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
  ];
  for (const body of bodies) expect((await send('POST', '/sessions/local', body)).status).toBe(400);
  const made = await send('POST', '/sessions/local', `{${session}}`);
  const { id } = JSON.parse(made.text) as { id: string };
  const patches = [
    '[{"op":"add","path":"/__proto__/polluted","value":1}]',
    '[{"op":"add","path":"/capacity_options/__proto__/polluted","value":1}]',
    '[{"op":"copy","from":"/constructor","path":"/description"}]',
    '[{"op":"add","path":"/capacity_options","value":{"__proto__":{"polluted":1}}}]',
    '[{"op":"add","path":"/room_ids","value":[]},{"op":"add","path":"/room_ids/999999999","value":"x"}]',
    '[{"op":"add","path":"/room_ids","value":[]},{"op":"replace","path":"/room_ids/length","value":4294967295}]',
  ];
  for (const patch of patches) {
    expect((await send('PATCH', `/sessions/local/${encodeURIComponent(id)}`, patch)).status).toBe(400);
  }
  expect((await send('GET', `/sessions/local/${encodeURIComponent(id)}`)).text).toBe(made.text);
});

test('nothing is unpacked: a file that would be a thousand times as large is refused as it is', async () => {
  const packed = gzipSync(Buffer.alloc(200 * MIB));
  const refused = [
    await send('POST', '/-/local/import', packed, { 'content-type': 'application/gzip' }),
    await send('POST', '/-/local/import', packed, { 'content-encoding': 'gzip' }),
    await send('POST', '/-/local/import', packed, { 'content-encoding': 'br' }),
    await send('POST', '/-/local/import', Buffer.concat([Buffer.from('PK\u0003\u0004'), packed])),
  ];
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  const { bridge, close } = await openBridge(hub);
  const file = new File([packed], '../../etc/schedule.xml');
  await expect(bridge.files.open({ file })).rejects.toThrow(/not UTF-8/);
  close();
});

test('an event whose id is a path is exported under a name that is none', async () => {
  const id = '../../etc/pass"wd\r\nX-Sent: yes';
  expect((await send('PUT', '/-/local/catalog/events', [{ id, name: 'Path' }])).status).toBe(200);
  const { headers } = await send('GET', `/-/local/export/csv?event_id=${encodeURIComponent(id)}`);
  expect(headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]+\.csv"$/);
  expect(headers['x-sent']).toBeUndefined();
  const { bridge, close } = await openBridge(hub);
  const { fileName } = await bridge.files.export({ tenantId: 'local', eventId: id, format: 'csv' });
  expect(fileName).toMatch(/^[\w.-]+\.csv$/);
  close();
});

test('what is restored, read or put is named by ids that lead nowhere else', async () => {
  const { bridge, close } = await openBridge(hub);
  const paths = ['../offstage.sqlite', '../../etc/passwd', '/etc/passwd', 'offstage.sqlite', '__proto__', ''];
  const restored = async (source: { kept: string } | { received: string }): Promise<unknown> => {
    for await (const told of await bridge.backups.restore({ source })) if (told.state === 'ready') return told;
    return 'ended';
  };
  for (const path of paths) {
    const refused = { data: { kind: 'not_found' } };
    await expect(restored({ kept: path })).rejects.toMatchObject(refused);
    await expect(restored({ received: path })).rejects.toMatchObject(refused);
    await expect(bridge.backups.read({ transfer: path, offset: 0 })).rejects.toMatchObject(refused);
    await expect(bridge.backups.put({ transfer: path, part: new File(['x'], 'x') })).rejects.toMatchObject(refused);
  }
  close();
});

/** Frames that no client may send, by what is wrong with them (RFC 6455, 5). The mask is four zeros. */
const frames: [string, number[]][] = [
  ['without a mask', [0x81, 0x01, 0x78]],
  ['with a reserved bit', [0xc1, 0x81, 0, 0, 0, 0, 0x78]],
  ['of a kind that is none', [0x83, 0x81, 0, 0, 0, 0, 0x78]],
  ['of 49 MiB', [0x82, 0xff, 0, 0, 0, 0, 0x03, 0x10, 0, 0, 0, 0, 0, 0]],
  ['of 16 EiB', [0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]],
  ['that is no UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]],
  ['that goes on with nothing', [0x80, 0x81, 0, 0, 0, 0, 0x78]],
  ['of a ping that is too long', [0x89, 0xfe, 0, 200, 0, 0, 0, 0]],
];

test.each(frames)('a frame %s closes its own bridge alone', async (_, bytes) => {
  const other = await openBridge(hub);
  const token = new URL(hub.ready.app!).hash.replace('#token=', '');
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/-/app`, [token], { headers: { origin: hub.url } });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.on('open', resolve));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  // Beneath ws, which would send no such frame.
  (socket as unknown as { _socket: Socket })._socket.write(Buffer.from(bytes));
  await closed;
  expect(await other.bridge.sync.pending({ tenantId: 'local' })).toEqual([]);
  other.close();
});
