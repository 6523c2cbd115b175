import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, onTestFinished, test, vi } from 'vitest';

import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import { runBuiltHub, startBuiltHub, type HubProcess } from '../support/hub-process.ts';
import { selfSigned } from '../support/self-signed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Processes start slowly on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 180_000 });

const KEY = 'upstream-key-5f0c77';
const ADMIN = 'admin-key-0b3c1f';
const json = { 'content-type': 'application/json' };
const talk = { event_id: 'e1', type_id: 'talk' };

/** Answers in headquarters' stead. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A headquarters that speaks the Sessions API as long as nothing else answers for it; a `plain` one offers nothing beside. */
async function openHeadquarters(
  kind: 'plain' | 'hub',
): Promise<{ url: string; instead: (answer: Answer | undefined) => void }> {
  const flags = ['--tenant', 'main', '--api-key', `${KEY}=admin`, '--log-level', 'silent'];
  const hub = await startBuiltHub('--data', temporaryFolder(), ...flags);
  await putCatalog(hub, 'main', KEY);
  for (const name of ['A', 'B', 'C']) await ask(hub, 'POST', '/sessions/main', { ...talk, name }, KEY);
  let instead: Answer | undefined;
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (kind === 'plain' && request.url?.startsWith('/-/') === true) {
      response.writeHead(404, json).end('{"message":"Not Found"}');
      return;
    }
    if (instead !== undefined) return instead(request, response);
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
    const answer = await fetch(hub.url + String(request.url), {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': type },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  };
  const port = await listen(createServer((request, response) => void pass(request, response).catch(() => {})));
  return { url: `http://127.0.0.1:${port}`, instead: (answer) => (instead = answer) };
}

/** A hub that keeps event `e1` of its tenant `t1` in step with a headquarters, when asked. */
async function openLaptop(url: string, folder = temporaryFolder(), ...more: string[]): Promise<HubProcess> {
  const upstream = ['--upstream', url, '--upstream-tenant', 'main', '--event', 'e1', '--sync-interval', '0'];
  const hub = await startBuiltHub('--data', folder, '--api-key', `${ADMIN}=admin`, ...upstream, ...more);
  await putCatalog(hub, 't1', ADMIN);
  return hub;
}

async function putCatalog(hub: HubProcess, tenantId: string, key: string): Promise<void> {
  await ask(hub, 'PUT', `/-/${tenantId}/catalog/events`, [{ id: 'e1', name: 'Event' }], key);
  await ask(hub, 'PUT', `/-/${tenantId}/catalog/session_types`, [{ id: 'talk', name: 'Talk' }], key);
}

async function ask(hub: HubProcess, method: string, path: string, body?: unknown, key = ADMIN): Promise<string> {
  const answer = await fetch(hub.url + path, {
    method,
    headers: { authorization: key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

async function sync(hub: HubProcess): Promise<SyncStatus> {
  return JSON.parse(await ask(hub, 'POST', '/-/t1/sync')) as SyncStatus;
}

async function namesAt(hub: HubProcess): Promise<string[]> {
  const { Items } = JSON.parse(await ask(hub, 'GET', '/sessions/t1/event/e1?fields=name')) as {
    Items: { name: string }[];
  };
  return Items.map(({ name }) => name).toSorted();
}

describe('the way to headquarters', () => {
  test('is encrypted, unless it stays on this machine or a person says otherwise', async () => {
    const flags = ['--upstream', 'http://192.0.2.1/api', '--event', 'e1', '--sync-interval', '0', '--port', '0'];
    const { code, stdout, stderr } = await runBuiltHub('--data', temporaryFolder(), ...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('http://192.0.2.1/api is not encrypted');
    await startBuiltHub('--data', temporaryFolder(), ...flags, '--allow-http');
  });

  test('is taken only where the certificate can be trusted: nothing is sent to another', async () => {
    let asked = 0;
    const server = createTlsServer(selfSigned, () => (asked += 1));
    const laptop = await openLaptop(`https://localhost:${await listen(server)}`, undefined, '--upstream-key', KEY);
    const status = await sync(laptop);
    expect(status).toMatchObject({
      state: 'offline',
      last_error: expect.stringContaining('certificate cannot be trusted'),
    });
    expect(asked).toBe(0);
  });

  test('does not follow a redirect, which would take the key elsewhere', async () => {
    let asked = 0;
    const elsewhere = await listen(createServer(() => (asked += 1)));
    const portal: RequestListener = (_, response) =>
      void response.writeHead(307, { location: `http://127.0.0.1:${elsewhere}/` }).end();
    const laptop = await openLaptop(`http://127.0.0.1:${await listen(createServer(portal))}`);
    expect(await sync(laptop)).toMatchObject({ last_error: expect.stringContaining('another address') });
    expect(asked).toBe(0);
  });
});

test('the key comes from the environment, and is nowhere in files, logs and answers, not even where headquarters repeats it', async () => {
  const headquarters = await openHeadquarters('plain');
  const folder = temporaryFolder();
  vi.stubEnv('OFFSTAGE_UPSTREAM_KEY', KEY);
  const laptop = await openLaptop(headquarters.url, folder, '--log-level', 'trace');
  vi.unstubAllEnvs();
  expect(await sync(laptop)).toMatchObject({ state: 'synced' });
  const seen: (string | undefined)[] = [];
  headquarters.instead((request, response) => {
    seen.push(request.headers.authorization);
    const problem = {
      detail: `no good: ${request.headers.authorization}`,
      errors: [{ path: '/name', message: `not with ${KEY}` }],
    };
    response.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
  });
  await ask(laptop, 'POST', '/sessions/t1', { ...talk, name: 'Refused' });
  const answers = [JSON.stringify(await sync(laptop))];
  for (const what of ['', '/pending', '/refused', '/conflicts', '/log']) {
    answers.push(await ask(laptop, 'GET', `/-/t1/sync${what}`));
  }
  answers.push(await ask(laptop, 'GET', '/sessions/t1/event/e1'));
  expect(seen).toContain(`Bearer ${KEY}`);
  expect(answers.join()).toContain('no good');
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
  const whileOpen = files();
  laptop.kill('SIGTERM');
  const { stderr, stdout } = await laptop.ended;
  for (const text of [...answers, ...whileOpen, ...files(), stderr, stdout]) expect(text).not.toContain(KEY);
});

/** Sends as long as somebody listens. */
function endless(response: ServerResponse, piece: string): void {
  const send = (): void => {
    while (!response.destroyed && response.write(piece)) {
      // Until its buffer is full.
    }
  };
  response.on('drain', send);
  send();
}

/** Answers to a listing, and how they are told of. */
const hostileAnswers: readonly [string, Answer, RegExp][] = [
  ['an endless body', (_, response) => endless(response.writeHead(200, json), ' '.repeat(65_536)), /larger than/],
  [
    'a body of 10 GB',
    (_, response) => response.writeHead(200, { ...json, 'content-length': '10000000000' }).write('{"Items":['),
    /larger than/,
  ],
  [
    'a body that is 4 GB once unpacked',
    (_, response) => {
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
      // gzip allows one packed text after the other: each of these is 64 MiB.
      const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
      for (let at = 0; at < 64; at++) response.write(packed);
      response.end();
    },
    /larger than|broke off/,
  ],
  [
    'an endless list of empty pages',
    ({ url }, response) => {
      const key = Number(new URL(String(url), 'http://hq').searchParams.get('exclusiveStartKey') ?? 0) + 1;
      response.writeHead(200, json).end(JSON.stringify({ Count: 0, Items: [], LastEvaluatedKey: String(key) }));
    },
    /goes on and on/,
  ],
  [
    'a page key that repeats',
    (_, response) => response.writeHead(200, json).end('{"Count":0,"Items":[],"LastEvaluatedKey":"k"}'),
    /repeats a page key/,
  ],
  [
    'a web page',
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Please accept our terms</p>'),
    /something else than the Sessions API/,
  ],
  ['nothing', (_, response) => response.writeHead(200).end(), /something else than the Sessions API/],
  ['no list', (_, response) => response.writeHead(200, json).end('[]'), /something else than the Sessions API/],
  [
    'JSON nested beyond measure',
    (_, response) => response.writeHead(200, json).end('['.repeat(200_000)),
    /something else/,
  ],
  [
    'sessions without an id',
    (_, response) => response.writeHead(200, json).end('{"Count":1,"Items":[{"name":"?"}]}'),
    /without an id/,
  ],
  ['a broken connection', ({ socket }) => void socket.destroy(), /connection broke off/],
];

test.each(['plain', 'hub'] as const)(
  'whatever a %s headquarters answers is an error in words: nothing is removed, nothing lost, nothing hangs',
  async (kind) => {
    const headquarters = await openHeadquarters(kind);
    const laptop = await openLaptop(headquarters.url, undefined, '--upstream-key', KEY);
    expect(await sync(laptop)).toMatchObject({ state: 'synced' });
    const names = ['A', 'B', 'C'];
    for (const [name, answer, words] of hostileAnswers) {
      names.push(`made under ${name}`);
      await ask(laptop, 'POST', '/sessions/t1', { ...talk, name: names.at(-1) });
      // To whatever asks for sessions; a create is not done.
      headquarters.instead((request, response) =>
        request.method === 'GET' ? answer(request, response) : response.writeHead(503).end(),
      );
      const status = await sync(laptop);
      expect([name, status]).toMatchObject([name, { pending: 1, last_error: expect.any(String) }]);
      expect([name, status.state]).not.toEqual([name, 'synced']);
      const log = JSON.parse(await ask(laptop, 'GET', '/-/t1/sync/log')) as { message: string }[];
      const said = log.slice(-4).map(({ message }) => message);
      // A feed is asked for otherwise than a list: what it may not say is told in other words.
      const told = kind === 'hub' ? expect.any(String) : expect.stringMatching(words);
      expect([name, said]).toEqual([name, expect.arrayContaining([told])]);
      // Everything is answered so.
      headquarters.instead(answer);
      await sync(laptop);
      expect([name, await namesAt(laptop)]).toEqual([name, names.toSorted()]);
      headquarters.instead(undefined);
      await expect.poll(async () => await sync(laptop), { timeout: 30_000 }).toMatchObject({ state: 'synced' });
    }
    expect(await namesAt(laptop)).toEqual(names.toSorted());
    const headers = { authorization: KEY };
    const there = await fetch(`${headquarters.url}/sessions/main/event/e1?fields=name`, { headers });
    const { Items } = (await there.json()) as { Items: { name: string }[] };
    expect(Items.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  },
);
