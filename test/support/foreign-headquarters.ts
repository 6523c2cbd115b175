import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { isJsonObject, type JsonObject } from '../../shared/base/json.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';

/** How a headquarters speaks HTTP in ways that the page leaves open. */
export interface Manner {
  /** What a success of an operation is turned into before it is sent. */
  says?: (answer: JsonObject, asked: Asked) => unknown;
  /** How a refusal is worded. */
  words?: (message: string) => unknown;
  /** The status of a refusal in the place of another. */
  status?: (status: number) => number;
  /** What it does not do at all, and the status by which it says so. */
  fails?: (asked: Asked) => number | undefined;
  contentType?: string;
}

/** A request as this headquarters understood it. */
export interface Asked {
  method: string;
  /** What follows the tenant: `event`, `search`, `batch`, a session's id, or nothing. */
  what: string;
  body: unknown;
}

/**
 * A headquarters behind HTTP that knows the page and nothing of ours: bodies are `application/json` alone, whatever else comes is as no body, and
 * errors are bare JSON. Answers its address.
 */
export async function serveForeign(api: SessionsApi, manner: Manner): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown): void =>
      void response
        .writeHead(status, { 'content-type': manner.contentType ?? 'application/json' })
        .end(JSON.stringify(body));
    const serve = async (): Promise<void> => {
      const asked = await read(request);
      const failure = manner.fails?.(asked);
      if (failure !== undefined) return send(failure, { message: 'Not here.' });
      try {
        const answer: unknown = await call(api, request.url ?? '', asked);
        send(200, isJsonObject(answer) ? (manner.says?.(answer, asked) ?? answer) : answer);
      } catch (error) {
        if (!(error instanceof ContractError)) throw error;
        const status = manner.status?.(error.status) ?? error.status;
        send(status, manner.words?.(error.message) ?? { message: error.message });
      }
    };
    serve().catch((error: unknown) => send(500, { message: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function read(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const isJson = /^application\/json(;|$)/.test(request.headers['content-type'] ?? '');
  const [, , , what = ''] = new URL(request.url ?? '', 'http://hq').pathname.split('/').map(decodeURIComponent);
  return { method: request.method ?? '', what, body: isJson && text !== '' ? JSON.parse(text) : undefined };
}

async function call(api: SessionsApi, url: string, { method, what, body }: Asked): Promise<unknown> {
  const { pathname, searchParams } = new URL(url, 'http://hq');
  const [, , tenantId = '', , event = ''] = pathname.split('/').map(decodeURIComponent);
  const query = Object.fromEntries(searchParams);
  const given = body as never;
  if (method === 'POST' && what === '') return await api.createSession({ tenantId, body: given });
  if (method === 'POST' && what === 'search') return await api.searchSessions({ tenantId, body: given, ...query });
  if (method === 'POST' && what === 'batch') return await api.batchSessions({ tenantId, body: given });
  if (what === 'event') return await api.listSessionsByEvent({ tenantId, event_id: event, ...query });
  if (method === 'PATCH') return await api.patchSession({ tenantId, id: what, body: given ?? {} });
  if (method === 'DELETE') return await api.deleteSession({ tenantId, id: what });
  return await api.getSession({ tenantId, id: what, ...query });
}
