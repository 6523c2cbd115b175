import { RPCHandler } from '@orpc/server/message-port';
import pino from 'pino';

import { toEngine, type FromEngine } from '../../shared/rpc/engine-process.ts';
import { createRouter } from '../bridge/create-router.ts';
import { openEngine, type Engine } from '../engine/engine.ts';
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

let engine: Engine | undefined;
let bridge: RPCHandler<Record<never, never>> | undefined;

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
    engine = await openEngine({
      dataDir,
      tenants: [LOCAL_TENANT],
      sync: { upstreams: [], keys, intervalMs: SYNC_INTERVAL_MS },
      logger,
    });
    bridge = new RPCHandler(createRouter({ engine, host: { version, dataDir, kind: 'desktop' }, logger }));
    tell({ kind: 'ready' });
  } else if (message.kind === 'connect') {
    if (port === undefined) return;
    bridge?.upgrade(port);
    port.start();
  } else {
    await engine?.close();
    process.exit(0);
  }
}
