import { once } from 'node:events';
import { readdirSync } from 'node:fs';

import { beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';

import { securityHeaders } from '../../electron/hub/security-headers.ts';
import { exchange, sendBytes, type WireRequest } from '../support/http-exchange.ts';
import { spawnHub, untilReady, type RunningHub } from '../support/hub-program.ts';
import { folderForTests } from '../support/temporary-folder.ts';

vi.setConfig({ testTimeout: 120_000 });

const authorization = 'k';
const folder = folderForTests();
let hub: RunningHub;

beforeAll(async () => {
  const flags = ['--data', folder, '--port', '0', '--tenant', 'local', '--app', '--demo', '--api-key', 'k=admin'];
  hub = await untilReady(spawnHub('built', [...flags, '--log-level', 'silent', '--rate-limit', '60']));
  return () => hub.kill('SIGKILL');
}, 120_000);

/** Those that are missing, or say something else. */
function missing(headers: Record<string, unknown>): string[] {
  return Object.entries(securityHeaders).flatMap(([name, value]) => (headers[name] === value ? [] : [name]));
}

const asset = (): string => {
  const [name] = readdirSync(new URL('../../out/renderer/assets/', import.meta.url));
  if (name === undefined) throw new Error('The app is not built: npm run build');
  return `/assets/${name}`;
};

describe('every answer tells browsers what they may do with it', () => {
  test.each<[string, number, () => WireRequest]>([
    ['the page', 200, () => ({ path: '/' })],
    ['an asset', 200, () => ({ path: asset() })],
    ['the head of an asset', 200, () => ({ method: 'HEAD', path: asset() })],
    ['a part of an asset', 206, () => ({ path: asset(), headers: { range: 'bytes=0-9' } })],
    ['sessions', 200, () => ({ path: '/sessions/local/event/demo-2026', headers: { authorization } })],
    ['what the public reads', 200, () => ({ path: '/sessions/local/public/event/demo-2026' })],
    ['a file', 200, () => ({ path: '/-/local/export/csv?event_id=demo-2026', headers: { authorization } })],
    ['health', 200, () => ({ path: '/-/health' })],
    ['no key', 401, () => ({ path: '/sessions/local/event/demo-2026' })],
    ['another site', 403, () => ({ path: '/', headers: { origin: 'https://elsewhere.example' } })],
    ['a name that was pointed here', 403, () => ({ path: '/', headers: { host: 'rebound.example' } })],
    ['a bad request', 400, () => ({ method: 'POST', path: '/sessions/local', headers: { authorization }, body: '{' })],
    ['a bad address', 400, () => ({ path: '/sessions/local/%zz', headers: { authorization } })],
    ['a way out of the folder', 404, () => ({ path: '/assets/..%2f..%2fhub.js' })],
    ['nothing', 404, () => ({ path: '/nowhere' })],
    ['a method that is none', 404, () => ({ method: 'OPTIONS', path: '/' })],
    ['the bridge, asked for as a page', 401, () => ({ path: '/-/app' })],
    [
      'too much',
      400,
      () => ({ method: 'POST', path: '/sessions/local', headers: { authorization }, body: 'x'.repeat(2 ** 21) }),
    ],
  ])('%s (%i)', async (_, status, request) => {
    const answer = await exchange(hub.url, request());
    expect([answer.status, missing(answer.headers)]).toEqual([status, []]);
  });

  test('what is no HTTP request (400)', async () => {
    const [head = ''] = (await sendBytes(hub.url, 'GARBAGE\r\n\r\n')).split('\r\n\r\n');
    const [line, ...rest] = head.split('\r\n');
    const headers = Object.fromEntries(rest.map((text) => text.split(/: (.*)/s).slice(0, 2)));
    expect([line, missing(headers)]).toEqual(['HTTP/1.1 400 Bad Request', []]);
  });

  test('a change feed that stays open (200)', async () => {
    const away = new AbortController();
    const headers = { authorization, accept: 'text/event-stream' };
    const answer = await fetch(`${hub.url}/-/local/changes`, { headers, signal: away.signal });
    expect([answer.status, missing(Object.fromEntries(answer.headers))]).toEqual([200, []]);
    away.abort();
  });

  test.each<[string, number, string, Record<string, string>]>([
    ['without the token', 401, 'x', {}],
    ['from another site', 403, 'x', { origin: 'https://elsewhere.example' }],
    ['under another name', 403, 'x', { origin: 'http://rebound.example', host: 'rebound.example' }],
    ['elsewhere', 404, 'x', {}],
  ])('a bridge that is refused, %s (%i)', async (where, status, token, headers) => {
    const path = where === 'elsewhere' ? '/-/elsewhere' : '/-/app';
    const options = { headers: { origin: hub.url, ...headers } };
    const socket = new WebSocket(hub.url.replace('http', 'ws') + path, [token], options);
    socket.on('error', () => {});
    const [, answer] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number; headers: object },
    ];
    expect([answer.statusCode, missing({ ...answer.headers })]).toEqual([status, []]);
  });

  // The last one: afterwards nothing of this address is answered for a while.
  test('too many requests (429)', async () => {
    let answer = await exchange(hub.url, { path: '/-/openapi.json' });
    for (let asked = 1; answer.status !== 429 && asked < 100; asked++) {
      answer = await exchange(hub.url, { path: '/-/openapi.json' });
    }
    expect([answer.status, missing(answer.headers)]).toEqual([429, []]);
  });
});

test('a bridge that is open unpacks nothing: no message is larger than it is on the wire', async () => {
  const token = new URL(hub.ready.app!).hash.replace('#token=', '');
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/-/app`, [token], {
    headers: { origin: hub.url },
    perMessageDeflate: true,
  });
  await once(socket, 'open');
  expect(socket.extensions).toBe('');
  socket.terminate();
});
