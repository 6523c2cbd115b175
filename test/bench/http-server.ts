import { createServer as createBareServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import pino from 'pino';

import type { Engine } from '../../electron/engine/engine.ts';
import { createKeyRing } from '../../electron/hub/key-ring.ts';
import { createServer } from '../../electron/hub/server.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import { TENANT } from './documents.ts';
import { openOurs, type Ours } from './stores.ts';

// A process of its own: `hub` or `bare`, the file of the store, the key. Tells its port, and ends with its parent.
const [kind, path, key] = process.argv.slice(2) as [string, string, string];
const ours = await openOurs(path);
const port = kind === 'hub' ? await startHub(ours) : await startBare(ours);
process.send?.({ port });
process.once('disconnect', () => process.exit());

async function startHub({ service }: Ours): Promise<number> {
  // As the hub's own main composes it, save what serves no operation of the contract.
  const server = await createServer({
    engine: { service } as Engine,
    keys: createKeyRing([{ key, role: 'editor' }], 'a secret'),
    host: '127.0.0.1',
    rateLimit: undefined,
    // It logs no traffic, as the hub by default; here, not that it listens either.
    logger: pino({ level: 'warn', base: null }, pino.destination({ dest: 2, sync: true })),
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
}

/** The least that can serve three operations: no keys, no headers, no errors told apart. */
async function startBare({ api }: Ours): Promise<number> {
  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const [, , tenantId = TENANT, id = '', eventId] = pathname.split('/').map(decodeURIComponent);
    if (eventId !== undefined) return await api.listSessionsByEvent({ tenantId, event_id: eventId });
    if (request.method === 'GET') return await api.getSession({ tenantId, id });
    return await api.patchSession({ tenantId, id, body: (await readJson(request)) as JsonPatch });
  };
  const server = createBareServer((request: IncomingMessage, response: ServerResponse) => {
    answer(request).then(
      (value) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}
