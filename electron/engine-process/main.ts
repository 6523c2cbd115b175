import { RPCHandler } from '@orpc/server/message-port';
import pino from 'pino';

import { toEngine, type FromEngine } from '../../shared/rpc/engine-process.ts';
import type { HostFacts } from '../../shared/rpc/messages.ts';
import { createRouter } from '../bridge/create-router.ts';
import { keepData, type Data } from '../engine/keep-data.ts';
import { LOCAL_TENANT } from '../bridge/sync-calls.ts';
import { createGuardedKeys } from './guarded-keys.ts';

/** Between two syncs by timer, in milliseconds. */
const SYNC_INTERVAL_MS = 30_000;

const { parentPort } = process;
const logger = pino({ base: null }, pino.destination({ dest: 2, sync: true }));
const tell = (message: FromEngine): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a process has no origin
  parentPort.postMessage(message);
};
const keys = createGuardedKeys(tell);

let stop: (() => Promise<void>) | undefined;
/** The bridge to the data as they are; undefined while they are being replaced. */
let bridge: RPCHandler<Record<never, never>> | undefined;
/** Windows that are connected, and those that wait for the bridge. */
const connected = new Set<Electron.MessagePortMain>();
const waiting = new Set<Electron.MessagePortMain>();

// Messages are taken one after the other: a window is connected once the engine is open.
let last: Promise<void> = Promise.resolve();
parentPort.on('message', ({ data, ports }) => {
  const message = toEngine.parse(data);
  // The answer to a call that others wait behind.
  if (message.kind === 'keys-kept') keys.kept(message.request);
  else last = last.then(async () => await take(message, ports));
});

async function take(
  message: Exclude<ReturnType<typeof toEngine.parse>, { kind: 'keys-kept' }>,
  [port]: Electron.MessagePortMain[],
): Promise<void> {
  if (message.kind === 'start') {
    const { dataDir, version } = message;
    keys.begin(message.keys);
    const options = {
      dataDir,
      tenants: [LOCAL_TENANT],
      sync: { upstreams: [], keys, intervalMs: SYNC_INTERVAL_MS },
      logger,
    };
    stop = await keepData(options, async (data) => serve(data, { version, dataDir, kind: 'desktop' }));
    tell({ kind: 'ready' });
  } else if (message.kind === 'connect') {
    if (port === undefined) return;
    if (bridge === undefined) waiting.add(port);
    else connect(bridge, port);
  } else {
    await stop?.();
    process.exit(0);
  }
}

/** Answers windows out of the data as they are. Answers what ends that: windows whose port closes ask for another. */
function serve(data: Data, host: HostFacts): () => Promise<void> {
  const serving = new RPCHandler(createRouter({ data, host, logger }));
  bridge = serving;
  for (const port of waiting) connect(serving, port);
  waiting.clear();
  return async () => {
    bridge = undefined;
    for (const port of connected) port.close();
    connected.clear();
  };
}

function connect(to: RPCHandler<Record<never, never>>, port: Electron.MessagePortMain): void {
  connected.add(port);
  port.on('close', () => connected.delete(port));
  to.upgrade(port);
  port.start();
}
