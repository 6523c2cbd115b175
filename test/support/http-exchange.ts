import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** A request as it goes over the wire: `fetch` would tidy its path and refuse some of its headers. */
export interface WireRequest {
  method?: string;
  /** Path and query, sent as they stand. */
  path: string;
  headers?: OutgoingHttpHeaders;
  /** JSON, save text and bytes, which are sent as they stand. */
  body?: unknown;
  /** Sends the body in chunks, without its length. */
  chunked?: boolean;
}

export interface WireAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Sends one request on a connection of its own and reads the whole answer. */
export async function exchange(url: string, { path, body, chunked, ...more }: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(url);
  const bytes = body === undefined ? undefined : toBytes(body);
  const { method = 'GET', headers = {} } = more;
  const framing = chunked === true ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes?.byteLength };
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path, method, headers: { ...(bytes === undefined ? {} : framing), ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    if (bytes !== undefined && chunked === true) {
      for (let at = 0; at < bytes.byteLength; at += 65_536) outgoing.write(bytes.subarray(at, at + 65_536));
    } else if (bytes !== undefined) outgoing.write(bytes);
    outgoing.end();
  });
}

function toBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Sends bytes and answers what came back until the server closed, or until `patienceMs` went by without it. */
export async function sendBytes(url: string, bytes: string | Uint8Array, patienceMs = 300): Promise<string> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    const patience = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A reset is an end like any other: what came before it counts.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(Buffer.concat(chunks).toString());
    });
    socket.write(bytes);
  });
}
