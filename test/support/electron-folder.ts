import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

const version = z
  .object({ version: z.string() })
  .parse(
    JSON.parse(readFileSync(new URL('../../node_modules/electron/package.json', import.meta.url), 'utf8')),
  ).version;

/** A folder as Electron's unpacked files have it, so far as they are packed; its program does nothing. */
export function createElectronFolder(folder: string): string {
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  writeFileSync(join(folder, 'electron'), '#!/bin/sh\n');
  chmodSync(join(folder, 'electron'), 0o755);
  writeFileSync(join(folder, 'version'), version);
  for (const name of ['LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, name), name);
  for (const name of ['de', 'en-US', 'fr']) writeFileSync(join(folder, 'locales', `${name}.pak`), name);
  return folder;
}
