import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { superfluous, type Backup } from '../../electron/engine/backups.ts';
import { inContractWords } from '../../electron/engine/contract-storage.ts';
import { dataFolder } from '../../electron/engine/data-folder.ts';
import { previewRestore } from '../../electron/engine/preview-restore.ts';
import { listKeptFiles } from '../../electron/engine/kept-copies.ts';
import { prepareRestore, type PreparedRestore, type RestoreSource } from '../../electron/engine/restore.ts';
import { openEngine, restoreData, type Engine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { checkDatabase } from '../../electron/storage-sqlite/check-copy.ts';
import { randomIds } from '../../shared/base/ids.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import { toProblem, type ContractError } from '../../shared/contract/errors.ts';
import { createService } from '../../shared/service/service.ts';
import { openStore } from '../../shared/store/open-store.ts';
import { runBuiltHub } from '../support/hub-process.ts';
import { watchedStorage } from '../support/sqlite-storage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RESTORE_CUT_SHORT = new URL('restore-cut-short.ts', import.meta.url).pathname;
const BACKUP_WRITER = new URL('backup-writer.ts', import.meta.url).pathname;

const TENANT = 't1';
const ME = { id: 'me', role: 'admin' } as const;
const silent = { logger: silentLogger };

async function open(dataDir: string): Promise<Engine> {
  const sync = { upstreams: [], keys: keysInMemory(), intervalMs: 0 };
  const engine = await openEngine({ dataDir, tenants: [TENANT], sync, logger: silentLogger });
  let isOpen = true;
  const handle: Engine = {
    ...engine,
    async close() {
      isOpen = false;
      await engine.close();
    },
  };
  onTestFinished(async () => {
    if (isOpen) await handle.close();
  });
  return handle;
}

/** Lets a copy take the place of an engine's data, which is then to be opened anew. */
async function replace(engine: Engine, dataDir: string, source: RestoreSource): Promise<void> {
  const { commit } = await prepare(dataDir, source);
  commit();
  await engine.close();
}

async function prepare(dataDir: string, source: RestoreSource): Promise<PreparedRestore> {
  return await prepareRestore({ folder: dataFolder(dataDir), clock: Date.now, ids: randomIds, ...silent }, source);
}

/** An engine over a folder of its own, with these sessions. */
async function openWith(...names: string[]): Promise<{ engine: Engine; dataDir: string }> {
  const dataDir = temporaryFolder();
  const engine = await open(dataDir);
  await add(engine, ...names);
  return { engine, dataDir };
}

async function add({ service }: Engine, ...names: string[]): Promise<void> {
  const { api, putCatalog } = service.forUser(ME);
  await putCatalog(TENANT, 'events', [{ id: 'e1', name: 'Event' }]);
  await putCatalog(TENANT, 'session_types', [{ id: 'talk', name: 'Talk' }]);
  const bodies = names.map((name) => ({ event_id: 'e1', type_id: 'talk', name }));
  await Promise.all(bodies.map(async (body) => await api.createSession({ tenantId: TENANT, body })));
}

function namesIn({ store }: Pick<Engine, 'store'>): string[] {
  const records = store.read((view) => view.listSessions(TENANT, {}));
  return records.map(({ session }) => session.name).toSorted();
}

/** Writes over a tenth of a file's pages, which begins where it is said, from 0 to 1. */
function damage(path: string, at: number): void {
  const whole = readFileSync(path);
  const pages = whole.length / 16_384;
  const from = 16_384 * Math.max(1, Math.floor(pages * at));
  whole.fill(0xa5, from, from + 16_384 * Math.ceil(pages / 10));
  writeFileSync(path, whole);
}

describe('a backup', () => {
  test('is a whole database of one moment, while writing goes on', async () => {
    const { engine, dataDir } = await openWith(...Array.from({ length: 400 }, (_, at) => `Session ${at}`));
    const told: [number, number][] = [];
    const writing: Promise<void>[] = [];
    const backup = await engine.backups.make((done, total) => {
      told.push([done, total]);
      if (writing.length < 5) writing.push(add(engine, `Meanwhile ${writing.length}`));
    });
    await Promise.all(writing);
    expect(told.length).toBeGreaterThan(1);
    expect(engine.backups.list()[0]).toEqual(backup);
    checkDatabase(join(dataDir, 'backups', backup.id));
    expect(readdirSync(join(dataDir, 'backups'))).toEqual(engine.backups.list().map(({ id }) => id));
    await replace(engine, dataDir, { kept: backup.id });
    const restored = namesIn(await open(dataDir));
    expect(restored.filter((name) => name.startsWith('Session'))).toHaveLength(400);
  });

  test('is made at the start, where something was written since the last one', async () => {
    const { engine, dataDir } = await openWith('A');
    await engine.close();
    // The copy goes on in the background: closing may end it.
    const next = await open(dataDir);
    await expect.poll(() => next.backups.list().length).toBe(1);
    await next.close();
    const again = await open(dataDir);
    await again.backups.exportTo(join(temporaryFolder(), 'all.sqlite'));
    expect(again.backups.list()).toHaveLength(1);
  });

  test('is made after each hour in which something was written, and not after another', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { engine } = await openWith('A');
    const hourLater = async (): Promise<number> => {
      vi.advanceTimersByTime(60 * 60 * 1000);
      // One that is begun stands before one that is asked for.
      await engine.backups.exportTo(join(temporaryFolder(), 'all.sqlite'));
      return engine.backups.list().length;
    };
    const counts = [await hourLater(), await hourLater()];
    await add(engine, 'B');
    counts.push(await hourLater(), await hourLater());
    expect(counts).toEqual([1, 1, 2, 2]);
  });

  test('that was looked into when the process was killed leaves nothing beside it; what was replaced keeps its log', async () => {
    const { engine, dataDir } = await openWith('A');
    const { id } = await engine.backups.make();
    await engine.close();
    const { backups } = dataFolder(dataDir);
    const replaced = 'replaced-2026-02-01T09-30-00-000Z.sqlite';
    const beside = [`${id}-wal`, `${id}-shm`, `${id}.part`, `${id}.part-journal`];
    for (const name of [...beside, replaced, `${replaced}-wal`]) writeFileSync(join(backups, name), '');
    await open(dataDir);
    expect(readdirSync(backups).toSorted()).toEqual([id, replaced, `${replaced}-wal`].toSorted());
  });

  test('is kept as one of the last 24, or as the newest of one of the last 7 days', () => {
    const backupAt = (at: string): Backup => ({ id: at, at, sizeBytes: 1 });
    // Every hour of ten days, newest first.
    const hours = Array.from({ length: 240 }, (_, hour) =>
      backupAt(new Date(Date.UTC(2026, 1, 10, 23) - hour * 3_600_000).toISOString()),
    );
    const dropped = superfluous(hours);
    const kept = hours.filter((backup) => !dropped.includes(backup)).map(({ at }) => at.slice(0, 13));
    expect(kept).toEqual([
      ...hours.slice(0, 24).map(({ at }) => at.slice(0, 13)),
      ...['09', '08', '07', '06', '05', '04'].map((day) => `2026-02-${day}T23`),
    ]);
    expect(superfluous(hours.slice(0, 10))).toEqual([]);
  });
});

describe('a restore', () => {
  test('puts the copy in the place of what is there, and keeps that', async () => {
    const { engine, dataDir } = await openWith('A');
    const { id } = await engine.backups.make();
    await add(engine, 'B');
    await replace(engine, dataDir, { kept: id });
    const next = await open(dataDir);
    expect(namesIn(next)).toEqual(['A']);
    const replaced = listKeptFiles(dataFolder(dataDir)).find(({ kind }) => kind === 'replaced');
    await replace(next, dataDir, { kept: replaced!.id });
    expect(namesIn(await open(dataDir))).toEqual(['A', 'B']);
  });

  test(
    'that is killed anywhere leaves what was there, or is finished at the next start',
    { timeout: 60_000 },
    async () => {
      const { engine, dataDir: source } = await openWith('A');
      const file = join(temporaryFolder(), 'all.sqlite');
      await engine.backups.exportTo(file);
      await engine.close();
      // A log, its database, and the copy in its place; before the first of them there is nothing to finish.
      const killed = await Promise.all(
        [0, 1, 2, 3].map(async (renames) => {
          const dataDir = temporaryFolder();
          copyFileSync(join(source, 'offstage.sqlite'), dataFolder(dataDir).database);
          leaveUnclosed(dataFolder(dataDir).database);
          return { dataDir, signal: await run(RESTORE_CUT_SHORT, dataDir, file, String(renames)) };
        }),
      );
      const outcomes: unknown[] = [];
      for (const { dataDir, signal } of killed) {
        const next = await open(dataDir);
        const kept = readdirSync(dataFolder(dataDir).backups).filter((name) => name.startsWith('replaced'));
        outcomes.push([signal, namesIn(next), kept.map((name) => name.replace(/-\d{4}.*Z/, '')).toSorted()]);
        await next.close();
      }
      const restored = ['A'];
      const before = ['A', 'Only in the log'];
      const all = ['replaced.sqlite', 'replaced.sqlite-wal'];
      expect(outcomes).toEqual([
        ['SIGKILL', before, []],
        ['SIGKILL', restored, all],
        ['SIGKILL', restored, all],
        ['SIGKILL', restored, all],
      ]);
    },
  );

  test('of what is no sound file of everything is refused, and changes nothing', async () => {
    const { engine, dataDir } = await openWith('A');
    const good = join(temporaryFolder(), 'good.sqlite');
    await engine.backups.exportTo(good);
    const altered = (change: (db: Database.Database) => void): string => {
      const path = join(temporaryFolder(), 'altered.sqlite');
      copyFileSync(good, path);
      const db = new Database(path);
      change(db);
      db.close();
      return path;
    };
    const made = (make: (path: string) => void): string => {
      const path = join(temporaryFolder(), 'made.sqlite');
      make(path);
      return path;
    };
    const record = (json: string) => (db: Database.Database) =>
      db.prepare(`UPDATE "sessions-v0" SET json = ?`).run(json);
    const files: [file: string, words: RegExp][] = [
      [join(dataDir, 'none.sqlite'), /no file/],
      [dataDir, /not a file/],
      [made((path) => writeFileSync(path, 'Dear diary')), /not a file of Offstage/],
      [made((path) => new Database(path).exec('CREATE TABLE theirs (a)').close()), /not a file of Offstage/],
      [made((path) => (copyFileSync(good, path), truncateSync(path, 40_000))), /damaged or cut off/],
      [made((path) => (copyFileSync(good, path), damage(path, 0.5))), /damaged or cut off/],
      [altered((db) => db.pragma('user_version = 9')), /newer version/],
      [altered((db) => db.exec('CREATE VIEW v AS SELECT 1')), /not a file of Offstage/],
      [
        altered((db) => db.exec('CREATE TRIGGER t AFTER INSERT ON collections BEGIN DELETE FROM attachments; END')),
        /not a file of Offstage/,
      ],
      [altered((db) => db.exec('CREATE TABLE t (a TEXT DEFAULT (randomblob(9)))')), /not a file of Offstage/],
      [altered((db) => db.exec('CREATE INDEX i ON collections (length(layout))')), /not a file of Offstage/],
      [altered(record('{}')), /a session that Offstage did not write/],
      [altered(record('no JSON')), /does not hold what Offstage writes/],
      [altered((db) => db.exec(`UPDATE collections SET layout = '{'`)), /does not hold what Offstage writes/],
    ];
    for (const [file, words] of files) {
      await expect(prepare(dataDir, { file })).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringMatching(words) as string,
      });
    }
    for (const id of ['../offstage.sqlite', '/etc/passwd', 'offstage.sqlite', '']) {
      await expect(prepare(dataDir, { kept: id })).rejects.toMatchObject({ kind: 'not_found' });
    }
    await expect(engine.backups.exportTo(good)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(engine.backups.exportTo(join(dataDir, 'no folder', 'x'))).rejects.toMatchObject({ kind: 'invalid' });
    await add(engine, 'B');
    expect(namesIn(engine)).toEqual(['A', 'B']);
    expect(readdirSync(dataDir).filter((name) => /restor|replaced/.test(name))).toEqual([]);
  });

  test('of a file that allows only reading makes data that can be written', async () => {
    const { engine } = await openWith('A');
    const file = join(temporaryFolder(), 'all.sqlite');
    await engine.backups.exportTo(file);
    chmodSync(file, 0o444);
    const dataDir = temporaryFolder();
    await restoreData({ dataDir, ...silent }, file);
    expect(statSync(dataFolder(dataDir).database).mode & 0o200).toBe(0o200);
    expect(namesIn(await open(dataDir))).toEqual(['A']);
  });

  test('from another machine makes a replica of its own, and asks nothing of the data that were here', async () => {
    const { engine } = await openWith('A');
    const file = join(temporaryFolder(), 'all.sqlite');
    await engine.backups.exportTo(file);
    const { replicaId } = engine.store;
    const other = await openWith('B');
    await replace(other.engine, other.dataDir, { file });
    const next = await open(other.dataDir);
    expect(namesIn(next)).toEqual(['A']);
    expect(next.store.replicaId).not.toBe(replicaId);
  });
});

describe('a data file that is damaged', () => {
  test('stays as it is; the newest good copy is named, and opened when told', async () => {
    const { engine, dataDir } = await openWith('A');
    const good = await engine.backups.make();
    await add(engine, ...Array.from({ length: 200 }, (_, at) => `B ${at}`));
    const bad = await engine.backups.make();
    await engine.close();
    const { database, backups, damageMark } = dataFolder(dataDir);
    damage(join(backups, bad.id), 0.5);
    damage(database, 0.5);
    // As when something of it could not be read.
    writeFileSync(damageMark, '');
    const before = readFileSync(database);

    const opening = open(dataDir);
    await expect(opening).rejects.toMatchObject({
      name: 'DamagedDataError',
      path: database,
      newestBackup: { id: good.id },
      message: expect.stringContaining(`The newest good copy is from ${good.at}`) as string,
    });
    await expect(open(dataDir)).rejects.toMatchObject({ name: 'DamagedDataError' });
    expect(readFileSync(database)).toEqual(before);

    const { keptAs } = await restoreData({ dataDir, ...silent }, join(backups, good.id));
    expect(readFileSync(keptAs!)).toEqual(before);
    expect(namesIn(await open(dataDir))).toEqual(['A']);
  });

  test('is found where the last end was no clean one', async () => {
    const { engine, dataDir } = await openWith(...Array.from({ length: 200 }, (_, at) => `A ${at}`));
    await engine.close();
    const { database } = dataFolder(dataDir);
    leaveUnclosed(database);
    damage(database, 0.5);
    await expect(open(dataDir)).rejects.toMatchObject({ name: 'DamagedDataError', newestBackup: undefined });
  });

  test('is told while it is open, in words, and makes no backup that pushes out a good one', async () => {
    const { engine, dataDir } = await openWith(...Array.from({ length: 400 }, (_, at) => `A ${at}`));
    const { id: good } = await engine.backups.make();
    await engine.close();
    const folder = dataFolder(dataDir);
    damage(folder.database, 0.7);
    const next = await open(dataDir);
    await expect(next.backups.make()).rejects.toMatchObject({ kind: 'storage_damaged' });
    expect(next.backups.list().map(({ id }) => id)).toEqual([good]);
    await next.close();
    await expect(open(dataDir)).rejects.toMatchObject({ name: 'DamagedDataError' });
  });

  test('does not keep a copy from being looked into, and restored, while it is open', async () => {
    const { engine, dataDir } = await openWith(...Array.from({ length: 400 }, (_, at) => `A ${at}`));
    const { id } = await engine.backups.make();
    await engine.close();
    const folder = dataFolder(dataDir);
    const whole = readFileSync(folder.database);
    damage(folder.database, whole.indexOf('"name":"A 200"') / whole.length);
    const next = await open(dataDir);
    expect(() => namesIn(next)).toThrow('damaged');
    expect(previewRestore(join(folder.backups, id), folder.database)).toEqual({ events: ['Event'], sessions: 400 });
    await replace(next, dataDir, { kept: id });
    expect(namesIn(await open(dataDir))).toHaveLength(400);
  });
});

test(
  'processes that are killed while they write and copy lose nothing that was acknowledged',
  { timeout: 60_000 },
  async () => {
    const dataDir = temporaryFolder();
    const acknowledged: string[] = [];
    for (const begin of [0, 10_000]) {
      acknowledged.push(...(await writeUntilKilled(dataDir, begin, 40)));
      const engine = await open(dataDir);
      const ids = new Set(engine.store.read((view) => view.listSessions(TENANT, {})).map(({ session }) => session.id));
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
      const folder = join(dataDir, 'backups');
      expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
      for (const { id } of engine.backups.list()) checkDatabase(join(folder, id));
      await engine.close();
    }
  },
);

test('a hub says which copy is good where its file is damaged, and restores it when told', async () => {
  const { engine, dataDir } = await openWith('A', ...Array.from({ length: 200 }, (_, at) => `A ${at}`));
  const { id } = await engine.backups.make();
  await engine.close();
  const { database, backups } = dataFolder(dataDir);
  damage(database, 0);
  const hub = ['--data', dataDir, '--port', '0', '--log-level', 'silent'];
  const refused = await runBuiltHub(...hub);
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain(`To go on with that copy: --restore "${join(backups, id)}"`);
  expect(await runBuiltHub(...hub, '--restore', database)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('it is damaged or cut off') as string,
  });
  const restored = await runBuiltHub(...hub, '--restore', join(backups, id));
  expect([restored.code, restored.stderr]).toEqual([0, '']);
  expect(JSON.parse(restored.stdout)).toMatchObject({ restored: true, held: 0 });
  expect(namesIn(await open(dataDir))).toHaveLength(201);
});

test('a full disk is said at once, nothing is half written, and reading goes on', async () => {
  const { storage, connections } = watchedStorage();
  const store = await openStore(
    inContractWords(storage, () => {}),
    randomIds,
  );
  const service = createService({ store, clock: Date.now, ids: randomIds, tenants: new Set([TENANT]) });
  await add({ service } as Engine, 'A');
  const { api } = service.forUser(ME);
  const db = connections.at(-1)!;
  db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);
  const body = { event_id: 'e1', type_id: 'talk', name: 'Too much', description: 'x'.repeat(500_000) };
  const error = await api.createSession({ tenantId: TENANT, body }).catch((error: unknown) => error);
  expect(toProblem(error as ContractError)).toMatchObject({ status: 507, code: 'storage_full' });
  expect(namesIn({ store })).toEqual(['A']);
  expect(store.read((view) => view.stepsOf({ tenantId: TENANT, principalId: ME.id })).undo?.label.names).toEqual(['A']);
  db.pragma('max_page_count = 10000');
  await api.createSession({ tenantId: TENANT, body });
  expect(namesIn({ store })).toEqual(['A', 'Too much']);
  await store.close();
});

/** Leaves a database as a process does that was killed: its log holds a session that it lacks itself. */
function leaveUnclosed(path: string): void {
  const db = new Database(path);
  db.pragma('wal_autocheckpoint = 0');
  db.exec(`UPDATE "sessions-v0" SET json = json`);
  const [json] = db.prepare<[], string>('SELECT json FROM "sessions-v0" LIMIT 1').pluck().all();
  const record = JSON.parse(json!) as { session: { id: string; name: string }; key: string };
  const key = `${TENANT}|logged`;
  const session = { ...record.session, id: 'logged', name: 'Only in the log' };
  const columns = db.prepare<[], string>(`SELECT name FROM pragma_table_info('sessions-v0')`).pluck().all();
  const quoted = columns.map((name) => `"${name}"`);
  const values = quoted.map(
    (name) => ({ '"id"': '?', '"json"': '?', '"seq"': '(SELECT max(seq) + 1 FROM "sessions-v0")' })[name] ?? name,
  );
  db.prepare(`INSERT INTO "sessions-v0" (${quoted.join()}) SELECT ${values.join()} FROM "sessions-v0" LIMIT 1`).run(
    key,
    JSON.stringify({ ...record, key, session }),
  );
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, `${path}.copy${suffix}`);
  db.close();
  for (const suffix of ['', '-wal']) renameSync(`${path}.copy${suffix}`, path + suffix);
}

/** Runs a script to its end; answers the signal that ended it. */
async function run(script: string, ...args: string[]): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'exit');
  return child.signalCode;
}

/** Lets a process write and copy until it has acknowledged so much, kills it, and gives the sessions that it acknowledged. */
async function writeUntilKilled(dataDir: string, begin: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [BACKUP_WRITER, dataDir, String(begin)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const acknowledged: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(line);
    if (acknowledged.length === lines) child.kill('SIGKILL');
  }
  expect(acknowledged.some((line) => line.startsWith('backup '))).toBe(true);
  return acknowledged.flatMap((line) => (line.startsWith('session ') ? [line.slice('session '.length)] : []));
}
