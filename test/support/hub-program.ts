import { existsSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../out/hub.js', import.meta.url));

/** A hub as `npm run build` makes it, or out of the unpacked archive of a packed app. */
export type HubProgram = 'built' | { archive: string };

/** How a process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The line that tells of being ready. */
export interface ReadyLine {
  ready: true;
  url: string;
  tenants: string[];
  app?: string;
}

/** A hub as a process of its own that listens. */
export interface RunningHub {
  ready: ReadyLine;
  url: string;
  child: ChildProcess;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

/** A hub that was started, whatever becomes of it. */
export interface StartedHub {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** The line that tells of being ready; undefined where it ends before. */
  ready: Promise<ReadyLine | undefined>;
}

/**
 * Starts a hub. Nothing ends it but its own end, or whoever kills it.
 *
 * @param nodeFlags flags of Node's, before the program; with any, the process has a channel to its parent
 */
export function spawnHub(program: HubProgram, flags: readonly string[], nodeFlags: readonly string[] = []): StartedHub {
  const path = program === 'built' ? BUILT : join(program.archive, 'out', 'hub.js');
  if (!existsSync(path)) throw new Error('The hub is not built: npm run build');
  const channel = nodeFlags.length === 0 ? [] : (['ipc'] as const);
  const child = spawn(process.execPath, [...nodeFlags, path, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe', ...channel],
  });
  let stdout = '';
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ready = new Promise<ReadyLine | undefined>((resolve) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const [line, more] = stdout.split('\n');
      // What a hub says that does not start, such as its help, is no line of JSON.
      if (line?.startsWith('{') === true && more !== undefined) resolve(JSON.parse(line) as ReadyLine);
    });
    child.on('close', () => resolve(undefined));
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended, ready };
}

/** Waits until a hub listens. Throws where it ends before. */
export async function untilReady({ child, ended, ready }: StartedHub): Promise<RunningHub> {
  const line = await ready;
  if (line === undefined) throw new Error(`The hub ended before it was ready: ${(await ended).stderr}`);
  return { ready: line, url: line.url, child, ended, kill: (signal) => child.kill(signal) };
}
