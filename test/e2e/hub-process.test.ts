import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { readCommandLine, UsageError } from '../../electron/hub/command-line.ts';
import { exchange, sendBytes, type WireAnswer } from '../support/http-exchange.ts';
import { runBuiltHub, startBuiltHub, type HubProcess } from '../support/hub-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Processes start slowly on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 120_000 });

const ADMIN = 'admin-key-0b3c1f';
const keys = ['--api-key', `${ADMIN}=admin`];
const minimal = { event_id: 'e1', name: 'A talk', type_id: 'talk' };

async function send(hub: HubProcess, method: string, path: string, body?: unknown): Promise<WireAnswer> {
  return await exchange(hub.url, {
    method,
    path,
    headers: { authorization: ADMIN, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  });
}

async function putCatalog(hub: HubProcess): Promise<void> {
  for (const [kind, id] of [
    ['events', 'e1'],
    ['session_types', 'talk'],
  ] as const) {
    expect((await send(hub, 'PUT', `/-/t1/catalog/${kind}`, [{ id, name: id }])).status).toBe(200);
  }
}

async function create(hub: HubProcess, fields: object = {}): Promise<string> {
  const answer = await send(hub, 'POST', '/sessions/t1', { ...minimal, ...fields });
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.text) as { id: string }).id;
}

async function idsOf(hub: HubProcess): Promise<string[]> {
  const ids: string[] = [];
  let key: string | undefined;
  do {
    const page = key === undefined ? '' : `&exclusiveStartKey=${encodeURIComponent(key)}`;
    const answer = JSON.parse((await send(hub, 'GET', `/sessions/t1/event/e1?fields=id${page}`)).text) as {
      Items: { id: string }[];
      LastEvaluatedKey?: string;
    };
    ids.push(...answer.Items.map(({ id }) => id));
    key = answer.LastEvaluatedKey;
  } while (key !== undefined);
  return ids;
}

/** What SQLite thinks of a data folder's database, and what stands beside it. */
function inspect(folder: string): { integrity: unknown; files: string[] } {
  const files = readdirSync(folder).filter((name) => !['offstage.lock', 'backups'].includes(name));
  const db = new Database(join(folder, 'offstage.sqlite'), { readonly: true });
  try {
    return { integrity: db.pragma('integrity_check', { simple: true }), files };
  } finally {
    db.close();
  }
}

/** A connection to a hub, closed when the test ends. */
async function connectTo(hub: HubProcess): Promise<Socket> {
  const { hostname, port } = new URL(hub.url);
  return await new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    // A reset is as good an end as any.
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  });
}

describe('the command line', () => {
  const data = ['--data', 'somewhere'];
  const upstream = ['--upstream', 'https://hq.example', '--event', 'e1'];
  const two = ['--tenant', 't1', '--tenant', 't2'];
  const three = [...two, '--tenant', 't3'];
  const twoUpstreams = [...upstream, '--upstream', 'https://b.example', '--event', 't2=e2'];
  const named = (tenant: string): string[] => ['--upstream-tenant', tenant];

  test.each<[string, string[]]>([
    ['no data folder', []],
    ['an empty data folder', ['--data', '']],
    ['a data folder without a value', ['--data']],
    ['an unknown flag', [...data, '--verbose']],
    ['a stray argument', [...data, 'more']],
    ['a port without a value', [...data, '--port']],
    ['a port that is no number', [...data, '--port', 'http']],
    ['half a port', [...data, '--port', '80.5']],
    ['a negative port', [...data, '--port=-1']],
    ['a port beyond all', [...data, '--port', '65536']],
    ['a port written otherwise', [...data, '--port', '0x50']],
    ['an empty port', [...data, '--port', '']],
    ['an empty host', [...data, '--host', '']],
    ['an empty tenant', [...data, '--tenant', 't1', '--tenant', '']],
    ['a key without a role', [...data, '--api-key', 'key']],
    ['an unknown role', [...data, '--api-key', 'key=owner']],
    ['an empty role', [...data, '--api-key', 'key=']],
    ['a role in capitals', [...data, '--api-key', 'key=Admin']],
    ['an empty key', [...data, '--api-key', '=admin']],
    ['a key twice', [...data, '--api-key', 'key=admin', '--api-key', 'key=viewer']],
    ['a key that no header can carry', [...data, '--api-key', 'ключ=admin']],
    ['a key that ends in a space', [...data, '--api-key', 'key =admin']],
    ['a rate that is no number', [...data, '--rate-limit', 'many']],
    ['a negative number of sessions', [...data, '--max-sessions=-1']],
    ['an unknown log level', [...data, '--log-level', 'loud']],
    ['a switch with a value', [...data, '--demo=yes']],
    ['an event without a headquarters', [...data, '--event', 'e1']],
    ['a headquarters without an event', [...data, '--upstream', 'https://hq.example']],
    ['an empty event', [...data, '--upstream', 'https://hq.example', '--event', 't1=']],
    ['an empty tenant there', [...data, ...upstream, '--upstream-tenant', '']],
    ['more names there than tenants', [...data, ...upstream, '--upstream-tenant', 'a', '--upstream-tenant', 'b']],
    ['more headquarters than tenants', [...data, ...upstream, '--upstream', 'https://b.example']],
    ['more keys than headquarters', [...data, ...two, ...upstream, '--upstream-key', 'a', '--upstream-key', 'b']],
    ['a tenant named there that has no event', [...data, ...two, ...upstream, ...['a', 'b'].flatMap(named)]],
    ['an event of a tenant beyond the headquarters', [...data, ...three, '--event', 't3=e', ...twoUpstreams]],
  ])('refuses %s', (_, args) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
  });

  test('takes every flag', () => {
    const flags = '--data d --port 0 --host ::1 --tenant a --tenant b --tenant a --api-key k=1=editor --rate-limit 7';
    const more = '--max-sessions 0 --log-level error --import x --import y';
    expect(readCommandLine(`${flags} ${more}`.split(' '))).toMatchObject({
      dataDir: 'd',
      port: 0,
      host: '::1',
      tenants: ['a', 'b'],
      keys: [{ key: 'k=1', role: 'editor' }],
      imports: ['x', 'y'],
      rateLimit: 7,
      maxSessions: undefined,
      logLevel: 'error',
    });
  });

  test('pairs tenants with their names at one headquarters, and with the events of each', () => {
    const flags = [...data, ...three, ...['A', 'B'].flatMap(named), ...upstream, '--upstream-key', 'k'];
    const more = ['--event', 't2=x=1', '--event', 'e=2', '--event', 't2=e2', '--event', 'e1', '--sync-interval', '5'];
    const one = { url: 'https://hq.example', allowHttp: false, key: 'k' };
    expect(readCommandLine([...flags, ...more])?.sync).toEqual({
      intervalMs: 5000,
      upstreams: [
        { ...one, tenantId: 't1', remoteTenantId: 'A', eventIds: ['e1', 'e=2'] },
        { ...one, tenantId: 't2', remoteTenantId: 'B', eventIds: ['x=1', 'e2'] },
      ],
    });
  });

  test('pairs tenants with headquarters of their own', () => {
    const keysThere = ['--upstream-key', 'a', '--upstream-key', 'b', '--allow-http'];
    expect(readCommandLine([...data, ...two, ...twoUpstreams, ...keysThere])?.sync.upstreams).toEqual([
      { url: 'https://hq.example', tenantId: 't1', remoteTenantId: 't1', eventIds: ['e1'], allowHttp: true, key: 'a' },
      { url: 'https://b.example', tenantId: 't2', remoteTenantId: 't2', eventIds: ['e2'], allowHttp: true, key: 'b' },
    ]);
  });

  test('a wrong flag ends the process with 2, a word on stderr and none on stdout', async () => {
    const folder = temporaryFolder();
    const broken = join(folder, 'broken.xml');
    writeFileSync(broken, '<schedule><conference>');
    const data = join(folder, 'data');
    const cases: [string[], RegExp][] = [
      [['--port', '1'], /--data DIR is needed/],
      [['--data', data, '--no-such-flag'], /--no-such-flag/],
      [['--data', data, '--api-key', 'secret=owner'], /--api-key must be KEY=ROLE/],
      [['--data', data, 'secret=admin'], /belongs to no flag/],
      [['--data', data, '--import', join(folder, 'missing.xml')], /missing\.xml.*cannot be read/],
      [['--data', data, '--import', folder], /cannot be read/],
      [['--data', data, '--port', '0', '--import', broken], /broken\.xml/],
      [['--data', broken], /cannot be made/],
      [['--data', data, '--port', '0', '--host', '192.0.2.1'], /no such address/],
      [['--data', data, '--port', '0', ...upstream, '--upstream-key', 'secret-ключ'], /sign that no key can have/],
    ];
    for (const [flags, message] of cases) {
      const { code, stdout, stderr } = await runBuiltHub(...flags);
      expect([flags, code, stdout]).toEqual([flags, 2, '']);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/secret|\n\s+at /);
    }
  });

  test('help is given, and is no error', async () => {
    const { code, stdout, stderr } = await runBuiltHub('--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: hub --data DIR/);
  });
});

describe('a hub that runs', () => {
  test('tells of being ready in one line on stdout, and of all else in JSON lines on stderr', async () => {
    const folder = join(temporaryFolder(), 'made', 'here');
    const hub = await startBuiltHub(
      '--data',
      folder,
      '--tenant',
      'a',
      '--tenant',
      'b|c',
      '--log-level',
      'trace',
      ...keys,
    );
    expect(hub.ready).toEqual({
      ready: true,
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      tenants: ['a', 'b|c'],
    });
    expect((await send(hub, 'GET', '/-/b%7Cc/catalog/events')).text).toBe('[]');
    expect((await send(hub, 'GET', '/nowhere')).status).toBe(404);
    await sendBytes(hub.url, 'noise\r\n\r\n', 100);
    hub.kill('SIGTERM');
    const { code, stdout, stderr } = await hub.ended;
    expect([code, stdout]).toEqual([0, `${JSON.stringify(hub.ready)}\n`]);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), time: expect.any(Number) });
    }
    expect(inspect(folder)).toEqual({ integrity: 'ok', files: ['offstage.sqlite'] });
  });

  test('keeps keys out of its logs and its data folder', async () => {
    const folder = temporaryFolder();
    const hub = await startBuiltHub('--data', folder, '--log-level', 'trace', ...keys);
    await putCatalog(hub);
    await create(hub);
    const wrong = 'wrong-key-77aa';
    for (const authorization of [wrong, `Bearer ${ADMIN}`, `Basic ${ADMIN}`]) {
      await exchange(hub.url, { path: '/sessions/t1/event/e1', headers: { authorization } });
      await exchange(hub.url, { path: '/sessions/t1/%zz', headers: { authorization } });
      await sendBytes(hub.url, `GET / HTTP/1.1\r\nAuthorization: ${authorization}\r\nContent-Length: x\r\n\r\n`, 100);
    }
    const kept = (): string =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join();
    const whileOpen = kept();
    hub.kill('SIGTERM');
    const { stderr } = await hub.ended;
    for (const text of [stderr, whileOpen, kept()]) {
      expect(text).not.toContain(ADMIN);
      expect(text).not.toContain(wrong);
      expect(text).not.toContain(JSON.stringify([...Buffer.from(ADMIN)]).slice(1, -1));
    }
  });

  test('names a key in what the public reads so that nobody can tell the key by it, and the same at every start', async () => {
    const folder = temporaryFolder();
    const nameAfter = async (): Promise<string> => {
      const hub = await startBuiltHub('--data', folder, ...keys);
      await putCatalog(hub);
      const path = `/sessions/t1/public/${await create(hub)}`;
      const { sys_created_by_id: name } = JSON.parse((await exchange(hub.url, { path })).text) as Record<
        string,
        string
      >;
      hub.kill('SIGTERM');
      await hub.ended;
      return name ?? '';
    };
    const name = await nameAfter();
    expect(name).toMatch(/^key:[0-9a-f]{12}$/);
    expect(name).not.toContain(createHash('sha256').update(ADMIN).digest('hex').slice(0, 12));
    expect(await nameAfter()).toBe(name);
  });

  test('refuses a second hub on its folder, and a second one on its port', async () => {
    const folder = temporaryFolder();
    const hub = await startBuiltHub('--data', folder);
    const again = await runBuiltHub('--data', folder, '--port', '0');
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toMatch(/is in use by another Offstage/);
    const { port } = new URL(hub.url);
    const elsewhere = await runBuiltHub('--data', temporaryFolder(), '--port', port);
    expect([elsewhere.code, elsewhere.stdout]).toEqual([1, '']);
    expect(elsewhere.stderr).toContain(`Port ${port} of 127.0.0.1 is in use`);
    expect((await exchange(hub.url, { path: '/-/health' })).text).toBe('{"status":"ok"}');
  });

  test('says so where nothing can be written to its folder', async () => {
    const folder = temporaryFolder();
    // Whoever runs the tests may write everywhere: what stands in the way of the lock serves as well.
    mkdirSync(join(folder, 'offstage.lock'));
    const { code, stdout, stderr } = await runBuiltHub('--data', folder, '--port', '0');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`Nothing can be written to the data folder ${folder}`);
  });

  test('refuses a port that any other program holds', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const folder = temporaryFolder();
    const { code, stderr } = await runBuiltHub('--data', folder, '--port', String(port));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`Port ${port} of 127.0.0.1 is in use`)]);
    expect(inspect(folder)).toEqual({ integrity: 'ok', files: ['offstage.sqlite'] });
  });

  test.each<[string, (path: string) => void]>([
    ['text', (path) => writeFileSync(path, 'My notes. Do not lose them.')],
    ['another program’s database', (path) => new Database(path).exec('CREATE TABLE notes (text)').close()],
    ['nothing', (path) => writeFileSync(path, '')],
    ['a folder', (path) => mkdirSync(path)],
  ])('does not start over %s in place of its file, and leaves it as it was', async (_, make) => {
    const folder = temporaryFolder();
    const path = join(folder, 'offstage.sqlite');
    make(path);
    const before = contentsOf(folder);
    const { code, stdout, stderr } = await runBuiltHub('--data', folder, '--port', '0');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(path);
    expect(contentsOf(folder)).toEqual(before);
  });
});

/** Every file of a data folder, whole; the lock aside. */
function contentsOf(folder: string): unknown {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== 'offstage.lock');
  return entries.map((entry) => [entry.name, entry.isFile() ? readFileSync(join(folder, entry.name)) : 'no file']);
}

describe('a hub that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('by %s answers what is under way, and closes its file', async (signal) => {
    const folder = temporaryFolder();
    const hub = await startBuiltHub('--data', folder, ...keys);
    await putCatalog(hub);
    // One request whose body is still coming, and many that are being done.
    const body = JSON.stringify({ ...minimal, sys_external_id: 'offstage:slow' });
    const slow = await connectTo(hub);
    const heard: string[] = [];
    slow.setEncoding('utf8').on('data', (text: string) => heard.push(text));
    slow.write(
      `POST /sessions/t1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${ADMIN}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    );
    const acknowledged: string[] = [];
    const writers = Array.from(
      { length: 8 },
      async () => await untilGone(async () => void acknowledged.push(await create(hub))),
    );
    await wait(300);
    hub.kill(signal);
    await wait(200);
    slow.write(body.slice(10));
    await Promise.all(writers);
    const { code, stderr } = await hub.ended;
    expect([code, heard.join('')]).toEqual([0, expect.stringMatching(/^HTTP\/1\.1 200 [\s\S]*offstage:slow/)]);
    expect(stderr).toContain(signal);
    expect(inspect(folder)).toEqual({ integrity: 'ok', files: ['offstage.sqlite'] });

    const next = await startBuiltHub('--data', folder, ...keys);
    const ids = new Set(await idsOf(next));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    expect(ids.has('offstage:slow')).toBe(true);
  });

  test('does not wait for connections on which nothing is asked', async () => {
    const hub = await startBuiltHub('--data', temporaryFolder(), ...keys);
    await connectTo(hub);
    (await connectTo(hub)).write('GET /-/health HTTP/1.1\r\nHost: 127');
    const used = await connectTo(hub);
    used.write('GET /-/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await new Promise((resolve) => used.once('data', resolve));
    const startMs = performance.now();
    hub.kill('SIGTERM');
    expect((await hub.ended).code).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  test('cuts off a request that never comes to an end, and still closes its file', async () => {
    const folder = temporaryFolder();
    const hub = await startBuiltHub('--data', folder, ...keys);
    (await connectTo(hub)).write(
      'POST /sessions/t1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await wait(200);
    hub.kill('SIGTERM');
    expect((await hub.ended).code).toBe(0);
    expect(inspect(folder)).toEqual({ integrity: 'ok', files: ['offstage.sqlite'] });
  });
});

test('a hub that is killed has kept every write that it acknowledged', async () => {
  const folder = temporaryFolder();
  const hub = await startBuiltHub('--data', folder, ...keys);
  await putCatalog(hub);
  const edited = await create(hub, { name: 'edit 0' });
  const created: string[] = [edited];
  const deleted: string[] = [];
  let edits = 0;
  const lanes = [
    untilGone(async () => void created.push(await create(hub))),
    untilGone(async () => void created.push(await create(hub))),
    untilGone(async () => {
      const patch = [{ op: 'replace', path: '/name', value: `edit ${edits + 1}` }];
      expect((await send(hub, 'PATCH', `/sessions/t1/${encodeURIComponent(edited)}`, patch)).status).toBe(200);
      edits += 1;
    }),
    untilGone(async () => {
      const id = await create(hub);
      const answer = await send(hub, 'DELETE', `/sessions/t1/${encodeURIComponent(id)}`);
      expect(answer.status).toBe(200);
      deleted.push(id);
    }),
  ];
  await wait(1500);
  hub.kill('SIGKILL');
  await Promise.all(lanes);
  expect(await hub.ended).toMatchObject({ signal: 'SIGKILL' });

  const next = await startBuiltHub('--data', folder, ...keys);
  const ids = new Set(await idsOf(next));
  expect(created.length).toBeGreaterThan(5);
  expect(deleted.length).toBeGreaterThan(0);
  expect(created.filter((id) => !ids.has(id))).toEqual([]);
  expect(deleted.filter((id) => ids.has(id))).toEqual([]);
  const { name = '' } = JSON.parse((await send(next, 'GET', `/sessions/t1/${encodeURIComponent(edited)}`)).text) as {
    name?: string;
  };
  // The last edit may have been done without anybody hearing of it.
  expect([`edit ${edits}`, `edit ${edits + 1}`]).toContain(name);
  next.kill('SIGTERM');
  await next.ended;
  expect(inspect(folder)).toEqual({ integrity: 'ok', files: ['offstage.sqlite'] });
});

/** Does the same again and again until the hub takes no more. */
async function untilGone(work: () => Promise<void>): Promise<void> {
  try {
    for (;;) await work();
  } catch (error) {
    // The connection broke: what was not answered may or may not be there.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
