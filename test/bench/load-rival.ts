import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('rivals', import.meta.url));

/** Loads a package that only the benchmarks need. */
export function loadRival(name: string): unknown {
  installRivals();
  return createRequire(`${folder}/package.json`)(name) as unknown;
}

/** Installs, at the first use, what only the benchmarks need. */
export function installRivals(): void {
  if (existsSync(`${folder}/node_modules`)) return;
  process.stderr.write(`Installing the rivals into ${folder}\n`);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}
