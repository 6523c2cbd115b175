import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { openInstance } from '../support/storage-documents.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { pairsSchema } from './storage-pairs.ts';

const ROUNDS = 10;

/** Lets a process write until it has acknowledged so many writes, kills it in the middle of the next, and gives those it acknowledged. */
async function writeUntilKilled(path: string, begin: number, writes: number): Promise<string[]> {
  const script = new URL('storage-writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, path, String(begin)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const acknowledged: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(line);
    if (acknowledged.length === writes) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return acknowledged;
}

test('what was acknowledged before a kill is there, and transactions are whole', { timeout: 120_000 }, async () => {
  const path = join(temporaryFolder(), 'killed.sqlite');
  const acknowledged = new Set<string>();
  let begin = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const line of await writeUntilKilled(path, begin, 1 + round * 17)) acknowledged.add(line);

    const storage = createSqliteStorage({ path });
    await openInstance(storage, pairsSchema, { database: 'db', collection: 'left' });
    await openInstance(storage, pairsSchema, { database: 'db', collection: 'right' });
    const [left, right] = ['left', 'right'].map((collection) => {
      const documents = storage.read((reader) =>
        reader.query<{ id: string; text: string }>(collection, { selector: {} }),
      );
      return new Map(documents.map(({ id, text }) => [id, text]));
    }) as [Map<string, string>, Map<string, string>];
    await storage.close();

    const lost = [...acknowledged].filter((line) => {
      const [kind, id] = line.split(' ') as [string, string];
      return !left.has(id) || (kind === 'pair' && !right.has(id));
    });
    expect(lost).toEqual([]);
    const halves = [...left.keys()].filter(
      (id) => id !== 'counter' && !id.endsWith('b') && left.get(id) !== right.get(id),
    );
    expect(halves).toEqual([]);
    expect([...right.keys()].filter((id) => !left.has(id))).toEqual([]);
    expect(right.has(left.get('counter') ?? '')).toBe(right.size > 0);
    begin += 10_000;
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS);
  const db = new Database(path);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
});
