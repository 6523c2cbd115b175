import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';

import type { Bridge } from '../../shared/rpc/contract.ts';
import type { Restoring } from '../../shared/rpc/messages.ts';
import { startBuiltHub, runBuiltHub, type HubProcess } from '../support/hub-process.ts';
import { openBridge } from '../support/open-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Processes start slowly on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 120_000 });

async function startApp(dataDir: string, ...flags: string[]): Promise<{ hub: HubProcess; bridge: Bridge }> {
  const hub = await startBuiltHub('--data', dataDir, '--tenant', 'local', '--app', ...flags);
  return { hub, bridge: await bridgeOf(hub) };
}

async function bridgeOf(hub: HubProcess): Promise<Bridge> {
  const { bridge, close } = await openBridge(hub);
  onTestFinished(close);
  return bridge;
}

/** Hands a file to the app, in parts; it is there until the signal ends it. */
async function send(bridge: Bridge, bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  const receiving = await bridge.backups.receive({ sizeBytes: bytes.length }, { signal });
  const { transfer } = (await receiving.next()).value as { transfer: string };
  for (let at = 0; at < bytes.length; at += 4 * 1024 * 1024) {
    const part = new File([bytes.slice(at, at + 4 * 1024 * 1024)], 'part');
    await bridge.backups.put({ transfer, part });
  }
  return transfer;
}

/** What comes of restoring, up to the question, or the reason why not. */
async function prepare(
  bridge: Bridge,
  source: Parameters<Bridge['backups']['restore']>[0]['source'],
  signal: AbortSignal,
): Promise<Restoring> {
  const messages = await bridge.backups.restore({ source }, { signal });
  for (;;) {
    const { value, done } = await messages.next();
    if (done === true) throw new Error('It ended without a word.');
    if (value.state !== 'preparing') return value;
  }
}

/** Everything as one file. */
async function save(bridge: Bridge): Promise<Buffer> {
  const end = new AbortController();
  for await (const message of await bridge.backups.save(undefined, { signal: end.signal })) {
    if (message.state !== 'ready') continue;
    const parts: Buffer[] = [];
    for (let offset = 0; offset < message.sizeBytes; offset += parts.at(-1)!.length) {
      const part = await bridge.backups.read({ transfer: message.transfer, offset });
      parts.push(Buffer.from(await part.arrayBuffer()));
    }
    end.abort();
    return Buffer.concat(parts);
  }
  throw new Error('No file came.');
}

/** The file, changed by whoever wishes us ill. */
function altered(whole: Buffer, change: (db: Database.Database) => void): Buffer {
  const path = join(temporaryFolder(), 'altered.sqlite');
  writeFileSync(path, whole);
  const db = new Database(path);
  db.pragma('journal_mode = DELETE');
  change(db);
  db.close();
  return readFileSync(path);
}

test('a file from anywhere is trusted with nothing, and where it cannot be used, nothing is changed', async () => {
  const dataDir = temporaryFolder();
  const { bridge } = await startApp(dataDir, '--demo');
  const whole = await save(bridge);
  const files: [name: string, file: Uint8Array, because: string][] = [
    ['a zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(100_000)]), 'foreign'],
    ['a gzip that would grow a thousandfold', gzipSync(Buffer.alloc(10_000_000)), 'foreign'],
    ['another program’s database', altered(whole, (db) => db.pragma('application_id = 1')), 'foreign'],
    [
      'one with a trigger',
      altered(whole, (db) =>
        db.exec('CREATE TRIGGER t AFTER INSERT ON collections BEGIN DELETE FROM attachments; END'),
      ),
      'foreign',
    ],
    ['one with a view', altered(whole, (db) => db.exec('CREATE VIEW v AS SELECT randomblob(1000000000)')), 'foreign'],
    ['a newer version’s', altered(whole, (db) => db.pragma('user_version = 9')), 'newer'],
    ['one that was cut off', whole.subarray(0, whole.length - 100_000), 'damaged'],
    [
      'one with a record of its own',
      altered(whole, (db) => db.exec(`UPDATE "sessions-v0" SET json = '{}'`)),
      'strange',
    ],
  ];
  const answers: unknown[] = [];
  for (const [name, file] of files) {
    const end = new AbortController();
    const received = await send(bridge, file, end.signal);
    const answer = await prepare(bridge, { received }, end.signal);
    answers.push([name, answer.state === 'refused' ? answer.because : answer.state]);
    end.abort();
  }
  expect(answers).toEqual(files.map(([name, , because]) => [name, because]));

  const end = new AbortController();
  onTestFinished(() => end.abort());
  const part = (bytes: number) => new File([new Uint8Array(bytes)], '../../../etc/passwd');
  const receiving = await bridge.backups.receive({ sizeBytes: 5_000_000 }, { signal: end.signal });
  const { transfer } = (await receiving.next()).value as { transfer: string };
  await expect(bridge.backups.put({ transfer, part: part(4_300_000) })).rejects.toMatchObject({
    data: { kind: 'invalid' },
  });
  await bridge.backups.put({ transfer, part: part(4_000_000) });
  expect(await prepare(bridge, { received: transfer }, end.signal)).toMatchObject({ because: 'incomplete' });
  await expect(bridge.backups.put({ transfer, part: part(1_000_001) })).rejects.toMatchObject({
    data: { kind: 'invalid' },
  });
  for (const path of ['../offstage.sqlite', '/etc/passwd', '..', '']) {
    await expect(bridge.backups.put({ transfer: path, part: part(1) })).rejects.toMatchObject({
      data: { kind: 'not_found' },
    });
    await expect(bridge.backups.read({ transfer: path, offset: 0 })).rejects.toMatchObject({
      data: { kind: 'not_found' },
    });
    await expect(prepare(bridge, { kept: path }, end.signal)).rejects.toMatchObject({ data: { kind: 'not_found' } });
    await expect(prepare(bridge, { received: path }, end.signal)).rejects.toMatchObject({
      data: { kind: 'not_found' },
    });
    await expect(bridge.backups.confirm({ restore: path })).rejects.toMatchObject({ data: { kind: 'not_found' } });
  }
  const tooLarge = await bridge.backups.receive({ sizeBytes: 2 ** 43 }, { signal: end.signal });
  await expect(tooLarge.next()).rejects.toMatchObject({ data: { kind: 'invalid' } });
  end.abort();

  const { Count } = await bridge.sessions.listSessionsByEvent({
    tenantId: 'local',
    event_id: 'demo-2026',
    fields: 'id',
  });
  expect(Count).toBe(400);
  await expect.poll(() => readdirSync(join(dataDir, 'transfers'))).toEqual([]);
  expect(readdirSync(dataDir).filter((name) => name.includes('restor'))).toEqual([]);
});

test('what is looked into is forgotten when its window closes, and only one window restores at a time', async () => {
  const dataDir = temporaryFolder();
  const { hub, bridge } = await startApp(dataDir, '--demo');
  const { id: kept } = await bridge.backups.make();
  const first = await openBridge(hub);
  const never = new AbortController().signal;
  expect(await prepare(first.bridge, { kept }, never)).toMatchObject({
    state: 'ready',
    preview: { sessions: 400, held: 0 },
  });
  await expect(prepare(bridge, { kept }, never)).rejects.toMatchObject({ data: { kind: 'in_use' } });
  first.close();
  await expect.poll(() => readdirSync(dataDir).filter((name) => name.includes('restor'))).toEqual([]);

  const ready = await prepare(bridge, { kept }, never);
  await bridge.backups.confirm({ restore: (ready as { restore: string }).restore }).catch(() => {});
  // The same address and token lead to the data that are there now.
  await expect
    .poll(async () => (await (await bridgeOf(hub)).backups.list()).map(({ kind }) => kind), { timeout: 20_000 })
    .toContain('replaced');
});

test('a host whose data are damaged offers the way to others alone, and begins empty when told', async () => {
  const dataDir = temporaryFolder();
  const before = await startApp(dataDir, '--demo');
  await before.bridge.backups.make();
  before.hub.kill('SIGTERM');
  await before.hub.ended;
  const path = join(dataDir, 'offstage.sqlite');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 16_384, 16_384 * 8);
  writeFileSync(path, bytes);
  // Who serves colleagues alone hears of it at once.
  expect(await runBuiltHub('--data', dataDir, '--port', '0')).toMatchObject({ code: 1, stdout: '' });

  const { hub, bridge } = await startApp(dataDir);
  const { value: workspace } = await (await bridge.workspace.watch()).next();
  expect(workspace).toMatchObject({
    events: [],
    damaged: { path, newestGood: { kind: 'copy', sessions: 400, waiting: 0 } },
  });
  await expect(bridge.workspace.openDemo()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(bridge.backups.make()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await fetch(`${hub.url}/sessions/local`)).status).toBe(500);

  const ready = await prepare(bridge, 'empty', new AbortController().signal);
  await bridge.backups.confirm({ restore: (ready as { restore: string }).restore }).catch(() => {});
  await expect
    .poll(async () => (await (await (await bridgeOf(hub)).workspace.watch()).next()).value, {
      timeout: 20_000,
    })
    .not.toHaveProperty('damaged');
  const kept = readdirSync(join(dataDir, 'backups')).find((name) => /^replaced-.*sqlite$/.test(name));
  expect(readFileSync(join(dataDir, 'backups', kept!))).toEqual(bytes);
});
