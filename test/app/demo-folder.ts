import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';

import { spawnHub, untilReady } from '../support/hub-program.ts';

declare module 'vitest' {
  interface ProvidedContext {
    demoFolder: string;
  }
}

/** Before all tests: lets the built hub make the demonstration event once, in a data folder that tests copy. */
export default async function makeDemoFolder(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'offstage-demo-'));
  const hub = await untilReady(
    spawnHub('built', ['--port', '0', '--data', folder, '--tenant', 'local', '--app', '--demo']),
  );
  hub.kill('SIGTERM');
  await hub.ended;
  project.provide('demoFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Fills a data folder with the demonstration event, as `--demo` does. */
export function copyDemo(dataDir: string): void {
  cpSync(inject('demoFolder'), dataDir, { recursive: true });
}
