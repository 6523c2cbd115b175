import { loadRival } from './load-rival.ts';
import { serveParent } from './process.ts';

/** What the load is made of: each connection goes through a list of its own, over and over. */
export interface Load {
  readonly url: string;
  readonly connections: readonly (readonly LoadRequest[])[];
  readonly seconds: number;
}

export interface LoadRequest {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly failures: number;
}

/** As much of autocannon as is used here (https://github.com/mcollina/autocannon#api). */
type Autocannon = (options: {
  url: string;
  connections: number;
  duration: number;
  setupClient: (client: { setRequests: (requests: readonly LoadRequest[]) => void }) => void;
}) => Promise<{ duration: number; '2xx': number; non2xx: number; errors: number; timeouts: number }>;

const autocannon = loadRival('autocannon') as Autocannon;

// A process of its own, so that making load does not slow down the server. Each message is a load; the answer is what came of it.
serveParent(make);
process.send?.('ready');

async function make({ url, connections, seconds }: Load): Promise<LoadResult> {
  const lists = connections.values();
  const result = await autocannon({
    url,
    connections: connections.length,
    duration: seconds,
    setupClient: (client) => client.setRequests(lists.next().value ?? connections[0]!),
  });
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
