import { createServer as createBareServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createKeyRing } from '../../electron/hub/key-ring.ts';
import { createServer } from '../../electron/hub/server.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import { TENANT } from './documents.ts';
import { KEY, logger, openBenchEngine } from './engines.ts';
import { serveParent } from './process.ts';

// A process of its own: `hub` or `bare`, the data folder. Tells its address, and ends with its parent.
const [kind, dataDir] = process.argv.slice(2) as [string, string];
const engine = await openBenchEngine(dataDir);
const port = kind === 'hub' ? await startHub() : await startBare(engine.service.as({ id: 'bench', role: 'editor' }));
serveParent(() => null);
process.send?.(`http://127.0.0.1:${port}`);

/** As the hub's own main composes it. */
async function startHub(): Promise<number> {
  const keys = createKeyRing([{ key: KEY, role: 'editor' }], engine.secret);
  const server = await createServer({ engine, keys, host: '127.0.0.1', rateLimit: undefined, logger });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
}

/** The least that can serve three operations: no keys, no headers, no errors told apart. */
async function startBare(api: SessionsApi): Promise<number> {
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
