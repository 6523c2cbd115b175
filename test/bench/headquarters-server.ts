import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import jsonPatch, { type Operation } from 'fast-json-patch';

import type { JsonObject } from '../../shared/base/json.ts';
import type { BatchOperation, BatchResult } from '../../shared/contract/batch.ts';
import { LARGE_EVENT, oneEvent } from './documents.ts';
import { serveParent } from './process.ts';

/** What the bench asks of it beside the contract: how much it was asked, or one session edited there by its number. */
export type HeadquartersOrder = 'requests' | { edit: number };

const PAGE = 500;

// A process of its own: the least that can serve as headquarters. It knows nothing but the contract, keeps so many sessions of one event in memory,
// and serves what a sync asks of it. Tells its address.
const [sessions] = process.argv.slice(2).map(Number) as [number];

interface Kept {
  readonly session: JsonObject;
  readonly json: string;
}

const all: Kept[] = oneEvent(0, sessions).map((session) => kept(session as unknown as JsonObject));
const placeOf = new Map(all.map(({ session }, at) => [String(session['id']), at]));
let requests = 0;

const server = createServer((request, response) => {
  requests += 1;
  answer(request).then(
    (text) =>
      text === undefined
        ? response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"not_found"}')
        : response.setHeader('content-type', 'application/json').end(text),
    (error: unknown) =>
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ detail: String(error) })),
  );
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
serveParent((order: HeadquartersOrder) => {
  if (order === 'requests') return requests;
  const id = String(all[order.edit]!.session['id']);
  change(id, [{ op: 'replace', path: '/name', value: `Edited at ${performance.now()}` }]);
  return id;
});
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

async function answer(request: IncomingMessage): Promise<string | undefined> {
  const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
  const [, , , what = '', event] = pathname.split('/').map(decodeURIComponent);
  if (what === 'event') return event === LARGE_EVENT ? list(searchParams) : undefined;
  if (what === 'search') return search(((await readJson(request)) as { ids: string[] }).ids);
  if (what === 'batch') return batch(((await readJson(request)) as { operations: BatchOperation[] }).operations);
  if (request.method === 'PATCH') return change(what, (await readJson(request)) as Operation[])?.json;
  return all[placeOf.get(what) ?? -1]?.json;
}

function list(query: URLSearchParams): string {
  const from = Number(query.get('exclusiveStartKey') ?? 0);
  const fields = query.get('fields')?.split(',');
  const page = all.slice(from, from + PAGE);
  const items = page.map(({ session, json }) => {
    if (fields === undefined) return json;
    return JSON.stringify(
      Object.fromEntries(fields.flatMap((name) => (name in session ? [[name, session[name]]] : []))),
    );
  });
  const key = from + PAGE < all.length ? `,"LastEvaluatedKey":"${from + PAGE}"` : '';
  return `{"Count":${items.length},"Items":[${items.join(',')}]${key}}`;
}

function search(ids: readonly string[]): string {
  return `{"Items":[${ids.flatMap((id) => all[placeOf.get(id) ?? -1]?.json ?? []).join(',')}]}`;
}

function batch(operations: readonly BatchOperation[]): string {
  const results = operations.map((operation): BatchResult => {
    const { id } = operation;
    const result =
      operation.operation === 'patch' ? change(id, operation.patch_directives as Operation[])?.session : undefined;
    if (result === undefined) return { id, success: false, status_code: 404, error: 'No such session' };
    return { id, success: true, status_code: 200, result: result as never };
  });
  const successes = results.filter(({ success }) => success).length;
  return JSON.stringify({ success_count: successes, error_count: results.length - successes, results });
}

/** The session as a patch leaves it; undefined where there is none. Throws where a `test` fails. */
function change(id: string, patch: readonly Operation[]): Kept | undefined {
  const at = placeOf.get(id);
  if (at === undefined) return undefined;
  const { session } = all[at]!;
  const { newDocument } = jsonPatch.applyPatch(session, patch, true, false);
  const stamps = { sys_version: Number(session['sys_version']) + 1, sys_last_modified_at: new Date().toISOString() };
  return (all[at] = kept({ ...newDocument, ...stamps }));
}

function kept(session: JsonObject): Kept {
  return { session, json: JSON.stringify(session) };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}
