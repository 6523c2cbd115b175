import { onTestFinished } from 'vitest';

import { spawnHub, untilReady, type Ended, type HubProgram, type RunningHub, type StartedHub } from './hub-program.ts';

/** A hub as a process of its own, for one test. */
export type HubProcess = RunningHub;

/** Starts a hub, as it is delivered, on a free port and waits until it listens. It is killed when the test ends. */
export async function startBuiltHub(...flags: string[]): Promise<HubProcess> {
  return await untilReady(spawnForTest('built', ['--port', '0', ...flags]));
}

/** Starts a hub out of the unpacked archive of a packed app. */
export async function startPackedHub(archive: string, ...flags: string[]): Promise<HubProcess> {
  return await untilReady(spawnForTest({ archive }, ['--port', '0', ...flags]));
}

/** Runs a hub as it is delivered until it ends by itself. */
export async function runBuiltHub(...flags: string[]): Promise<Ended> {
  return await spawnForTest('built', flags).ended;
}

function spawnForTest(program: HubProgram, flags: readonly string[]): StartedHub {
  const hub = spawnHub(program, flags);
  onTestFinished(() => void hub.child.kill('SIGKILL'));
  return hub;
}
