// Loaded into a worker thread before the engine's process: gives it the `process.parentPort` that Electron gives to utility processes.
import { parentPort, type MessagePort } from 'node:worker_threads';

import { asMessagePortMain } from './message-port-main.ts';

if (parentPort === null) throw new Error('This is no worker thread.');
const worker = parentPort;

Object.assign(process, {
  parentPort: {
    on(_: 'message', listener: (event: { data: unknown; ports: unknown[] }) => void) {
      worker.on('message', ({ data, ports }: { data: unknown; ports: MessagePort[] }) =>
        listener({ data, ports: ports.map(asMessagePortMain) }),
      );
    },
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    postMessage: (data: unknown) => worker.postMessage(data),
  },
});
