import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/** An HTTP proxy between a hub and its headquarters that does to requests what a venue's network does. */
export interface FaultProxy {
  url: string;
  /** The share of requests that go wrong, from 0 to 1. */
  faultRate: number;
}

const faults = [
  'request lost',
  'response lost',
  'response cut',
  'delay',
  'error 500',
  'captive portal',
  'sent twice',
] as const;

/** Starts a proxy to a server on loopback. `random` gives numbers from 0 up to 1. */
export async function startFaultProxy(targetUrl: string, random: () => number): Promise<FaultProxy> {
  const proxy: FaultProxy = { url: '', faultRate: 0 };
  const server = createServer((incoming, outgoing) => {
    const fault = random() < proxy.faultRate ? faults[Math.floor(random() * faults.length)] : undefined;
    void pass(incoming, outgoing, targetUrl, fault, random);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  targetUrl: string,
  fault: (typeof faults)[number] | undefined,
  random: () => number,
): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    // The hub was killed in the middle of sending.
    return;
  }
  const body = Buffer.concat(chunks);
  if (fault === 'request lost') return void incoming.socket.destroy();
  if (fault === 'error 500') return void outgoing.writeHead(500).end('a proxy on the way failed');
  if (fault === 'captive portal') {
    return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please accept our terms</html>');
  }
  if (fault === 'delay') await new Promise((resolve) => setTimeout(resolve, random() * 300));
  if (fault === 'sent twice') await forward(incoming, body, targetUrl);
  const answer = await forward(incoming, body, targetUrl);
  if (answer === undefined || fault === 'response lost') return void incoming.socket.destroy();
  outgoing.writeHead(answer.status, answer.headers);
  if (fault !== 'response cut') return void outgoing.end(answer.body);
  outgoing.write(answer.body.subarray(0, answer.body.length / 2));
  setTimeout(() => incoming.socket.destroy(), 10);
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** The target's answer; undefined where it gave none. */
async function forward(incoming: IncomingMessage, body: Buffer, targetUrl: string): Promise<Answer | undefined> {
  const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = incoming.headers;
  return await new Promise((resolve) => {
    const outgoing = request(
      new URL(incoming.url ?? '/', targetUrl),
      { method: incoming.method, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks);
          const type = response.headers['content-type'] ?? 'application/json';
          const retryAfter = response.headers['retry-after'];
          resolve({
            status: response.statusCode ?? 500,
            headers: {
              'content-type': type,
              'content-length': String(text.length),
              ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
            },
            body: text,
          });
        });
        response.on('error', () => resolve(undefined));
      },
    );
    outgoing.on('error', () => resolve(undefined));
    outgoing.end(body);
  });
}
