import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HUB = fileURLToPath(new URL('../../../out/hub.js', import.meta.url));

/** The built browser host, as `npm start` runs it. */
export interface AppHost {
  url: string;
  /** The address of the app, with its token. */
  app: string;
  stop(): Promise<void>;
}

/** Starts the built host and waits until it listens. */
export async function startAppHost(dataDir: string, ...flags: string[]): Promise<AppHost> {
  const common = ['--port', '0', '--app', '--log-level', 'error'];
  const child = spawn(process.execPath, [HUB, '--data', dataDir, ...common, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('The host ended before it was ready.')));
  });
  const { url, app } = JSON.parse(line) as { url: string; app: string };
  return {
    url,
    app,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A new folder, and what removes it. */
export function benchFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'offstage-bench-ui-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
