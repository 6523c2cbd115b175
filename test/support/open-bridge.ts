import { once } from 'node:events';

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';

import type { Bridge } from '../../shared/rpc/contract.ts';
import type { RunningHub } from './hub-program.ts';

/** A window's connection to a host that serves the app. */
export interface OpenBridge {
  bridge: Bridge;
  close(): void;
}

/** Opens the bridge of a host as its own page does. Throws where the host refuses. */
export async function openBridge({ url, ready }: Pick<RunningHub, 'url' | 'ready'>): Promise<OpenBridge> {
  if (ready.app === undefined) throw new Error('The hub serves no app.');
  const token = new URL(ready.app).hash.replace('#token=', '');
  const socket = new WebSocket(`${url.replace('http', 'ws')}/-/app`, [token], { headers: { origin: url } });
  await once(socket, 'open');
  // What breaks off afterwards, the calls under way tell.
  socket.on('error', () => {});
  const bridge: Bridge = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  return { bridge, close: () => socket.terminate() };
}
