import { oneEvent } from './documents.ts';
import { startProcess, type BenchProcess } from './process.ts';
import { newFolder } from './stores.ts';

/** Documents in one request of filling. */
const BATCH = 1_000;

/** The rival's server, with a database of so many sessions. */
export interface PouchSource {
  readonly server: BenchProcess;
  /** The address of the database. */
  readonly url: string;
}

/** Starts an express-pouchdb over leveldb and fills it. A database of its own is made over HTTP, or replication does not find it. */
export async function startPouchSource(sessions: number): Promise<PouchSource> {
  const server = await startProcess(new URL('pouch-server.ts', import.meta.url), newFolder());
  const url = `${String(server.ready)}/sessions`;
  await send(url, 'PUT');
  for (let first = 0; first < sessions; first += BATCH) {
    const docs = oneEvent(first, Math.min(BATCH, sessions - first)).map((session) => ({ _id: session.id, ...session }));
    await send(`${url}/_bulk_docs`, 'POST', { docs });
  }
  return { server, url };
}

/** Sends one request and gives its JSON; throws where it is refused. */
export async function send(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${answer.slice(0, 200)}`);
  return JSON.parse(answer) as unknown;
}
