import { timingSafeEqual } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { FastifyInstance } from 'fastify';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { BRIDGE_PATH } from './bridge-handshake.ts';

export interface AppOptions {
  /** The engine's end of the bridge. */
  router: AnyRouter;
  /** What a window must show to be let in: a random text that is printed at start with the app's address. */
  token: string;
}

/** The largest message of the app, in bytes: a schedule file is the largest thing that it sends. */
const MAX_MESSAGE_BYTES = 48 * 1024 * 1024;

/** Where the built renderer lies: beside the built hub; run from its source, the hub serves the last build. */
const RENDERER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../out/renderer' : 'renderer', import.meta.url),
);

/**
 * The app in a browser: its pages, and the bridge to the engine as a WebSocket. The token comes as the WebSocket's subprotocol, the one thing
 * that a page can send along and no log shows. Host and Origin are checked before, as for every request (`requireSameSite`).
 */
export async function appRoutes(server: FastifyInstance, options: AppOptions): Promise<void> {
  const bridge = new RPCHandler(options.router);

  await server.register(fastifyWebsocket, {
    options: { maxPayload: MAX_MESSAGE_BYTES, handleProtocols: (protocols) => [...protocols][0] ?? false },
  });
  server.get(
    BRIDGE_PATH,
    {
      websocket: true,
      config: { rateLimit: false },
      preValidation: (request, _, done) => {
        // A browser always names the page that opens a WebSocket.
        const { origin, 'sec-websocket-protocol': token } = request.headers;
        if (origin === undefined || token === undefined || !isSame(token, options.token)) {
          throw new ContractError('unauthorized', because('open_printed_address'));
        }
        done();
      },
    },
    (socket) => void bridge.upgrade(socket),
  );
  await server.register(fastifyStatic, { root: RENDERER, cacheControl: false });
}

function isSame(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)];
  return a.length === b.length && timingSafeEqual(a, b);
}
