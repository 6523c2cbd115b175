import { existsSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../electron/hub/main.ts', import.meta.url));
const BUILT = fileURLToPath(new URL('../../out/hub.js', import.meta.url));

/** How a process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A hub as a process of its own. */
export interface HubProcess {
  /** The line that told of being ready. */
  ready: { ready: true; url: string; tenants: string[]; app?: string };
  url: string;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

/** Runs a hub until it ends by itself. */
export async function runHub(...flags: string[]): Promise<Ended> {
  return await spawnHub(SOURCE, flags).ended;
}

/** Starts a hub on a free port and waits until it listens. It is killed when the test ends. */
export async function startHub(...flags: string[]): Promise<HubProcess> {
  return await start(SOURCE, flags);
}

/** Starts a hub as it is delivered; `npm run build` makes it. */
export async function startBuiltHub(...flags: string[]): Promise<HubProcess> {
  return await start(requireBuilt(), flags);
}

/** Runs a hub as it is delivered until it ends by itself. */
export async function runBuiltHub(...flags: string[]): Promise<Ended> {
  return await spawnHub(requireBuilt(), flags).ended;
}

function requireBuilt(): string {
  if (!existsSync(BUILT)) throw new Error('The hub is not built: npm run build');
  return BUILT;
}

async function start(program: string, flags: readonly string[]): Promise<HubProcess> {
  const { child, ended, firstLine } = spawnHub(program, ['--port', '0', ...flags]);
  const line = await firstLine;
  if (line === undefined) throw new Error(`The hub ended before it was ready: ${(await ended).stderr}`);
  const ready = JSON.parse(line) as HubProcess['ready'];
  return { ready, url: ready.url, ended, kill: (signal) => child.kill(signal) };
}

function spawnHub(
  program: string,
  flags: readonly string[],
): {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** The first line on standard output, if there comes one. */
  firstLine: Promise<string | undefined>;
} {
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const firstLine = new Promise<string | undefined>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n')) resolve(stdout.split('\n')[0]);
    });
    child.on('close', () => resolve(undefined));
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended, firstLine };
}
