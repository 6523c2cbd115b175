import { cpSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { root } from './pages.ts';

/** What a clone does not have, or needs no copy of. */
const LEFT_OUT = new Set(['.git', '.data', 'node_modules', 'docs', 'dist']);

/** A copy of the project as a person has it who cloned, installed and built it, with a schedule file to take in. */
export function copyProject(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(root)) {
    if (!LEFT_OUT.has(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Older than what is installed: nothing has to be installed anew.
  utimesSync(join(folder, 'package-lock.json'), 0, 0);
  const schedule = exportFormats['frab.xml'].write({ ...makeDemoEvent() }, Date.now());
  writeFileSync(join(folder, 'schedule.xml'), schedule);
}
