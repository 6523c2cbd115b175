import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, onTestFinished } from 'vitest';

/** A new empty folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = make();
  onTestFinished(() => remove(folder));
  return folder;
}

/** A new empty folder that is removed when all tests of the file have ended. */
export function folderForTests(): string {
  const folder = make();
  afterAll(() => remove(folder));
  return folder;
}

function make(): string {
  return mkdtempSync(join(tmpdir(), 'offstage-'));
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
