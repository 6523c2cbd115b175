import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { expect, onTestFinished, test } from 'vitest';

import { holdLock } from '../../electron/storage-sqlite/hold-lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Another process that holds the lock and says so. */
async function otherHolder(path: string): Promise<ChildProcess> {
  const script = new URL('lock-holder.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(createInterface(child.stdout), 'line');
  return child;
}

test('one process holds a lock; another is told, until the first is killed', async () => {
  const path = join(temporaryFolder(), 'lock');
  const child = await otherHolder(path);
  expect(() => holdLock(path)).toThrow(expect.objectContaining({ name: 'StorageError', kind: 'in-use' }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  holdLock(path)();
});

test('a lock is held once in a process, and again after its release', () => {
  const path = join(temporaryFolder(), 'lock');
  const release = holdLock(path);
  expect(() => holdLock(path)).toThrow(expect.objectContaining({ kind: 'in-use' }));
  release();
  holdLock(path)();
  expect(readFileSync(path, 'latin1')).toBe('');
});

test('a file that is no lock is refused and stays as it is', () => {
  const path = join(temporaryFolder(), 'lock');
  writeFileSync(path, 'Dear diary, '.repeat(100));
  expect(() => holdLock(path)).toThrow(expect.objectContaining({ kind: 'foreign' }));
  expect(readFileSync(path, 'latin1')).toBe('Dear diary, '.repeat(100));
});

test('a lock in a folder that is not there cannot be taken', () => {
  const path = join(temporaryFolder(), 'missing', 'lock');
  expect(() => holdLock(path)).toThrow(expect.objectContaining({ kind: 'io' }));
  expect(existsSync(path)).toBe(false);
});
