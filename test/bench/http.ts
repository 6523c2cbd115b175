import { idOf, LARGE_EVENT, someNumbers, TENANT } from './documents.ts';
import { KEY } from './engines.ts';
import type { Load, LoadRequest, LoadResult } from './http-load.ts';
import { compare, type Measure, type Row, type Side } from './measure.ts';
import { startProcess, type BenchProcess } from './process.ts';
import { dataFolder, filledFile } from './stores.ts';

const CONNECTIONS = 32;
const REQUESTS = 500;

export const http: Measure = {
  name: 'http',
  title: `The hub over HTTP, ${CONNECTIONS} connections, with keys and security headers; server and load in processes of their own`,
  rival: 'the same service behind a bare node:http handler',
  unit: '/s',
  note: 'The hub hashes the key, looks at Host and Origin, makes an id and sends twelve security headers; the bare handler does none of that. It shows where the service has least to do.',
  async run(sessions) {
    const path = await filledFile(sessions);
    const hub = await startProcess(new URL('http-server.ts', import.meta.url), 'hub', dataFolder(path));
    const bare = await startProcess(new URL('http-server.ts', import.meta.url), 'bare', dataFolder(path));
    const load = await startProcess(new URL('http-load.ts', import.meta.url));
    const rows: Row[] = [];
    for (const [what, requestsOf] of Object.entries(LOADS)) {
      const connections = Array.from({ length: CONNECTIONS }, (_, connection) => requestsOf(sessions, connection));
      const against =
        (server: BenchProcess): Side =>
        async () =>
          1e6 / (await requestsPerSecond(load, { url: String(server.ready), connections, seconds: 1 }));
      const comparison = await compare(against(hub), against(bare), { rounds: 5, warmUps: 1 });
      rows.push({ what, comparison, goal: { rateAtLeast: 0.8 } });
    }
    for (const each of [hub, bare, load]) await each.end();
    return rows;
  },
};

const headers = { authorization: `Bearer ${KEY}` };

/** What a connection asks for, over and over. */
const LOADS: Readonly<Record<string, (sessions: number, connection: number) => LoadRequest[]>> = {
  'GET by id': (sessions, connection) =>
    someNumbers(sessions, REQUESTS, connection).map((number) => ({ method: 'GET', path: pathOf(number), headers })),

  'GET list': () => [{ method: 'GET', path: `/sessions/${TENANT}/event/${LARGE_EVENT}`, headers }],

  // Each session gets another name with each request, so that no edit changes nothing.
  PATCH: (sessions, connection) => {
    const numbers = someNumbers(sessions, REQUESTS / 20, connection);
    return Array.from({ length: REQUESTS }, (_, at) => ({
      method: 'PATCH',
      path: pathOf(numbers[at % numbers.length]!),
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify([{ op: 'replace', path: '/name', value: `Edit ${at} of connection ${connection}` }]),
    }));
  },
};

function pathOf(number: number): string {
  return `/sessions/${TENANT}/${encodeURIComponent(idOf(number))}`;
}

async function requestsPerSecond(load: BenchProcess, order: Load): Promise<number> {
  const result = (await load.ask(order)) as LoadResult;
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  return result.requestsPerSecond;
}
