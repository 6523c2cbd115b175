import { connect, createServer, type AddressInfo } from 'node:net';

/** A server's address that counts what passes, both ways, with the headers of HTTP. */
export interface ByteCounter {
  readonly url: string;
  /** What has passed so far, in bytes. */
  bytes(): number;
  close(): void;
}

/** Puts a counter before a server on loopback. */
export async function countBytes(serverUrl: string): Promise<ByteCounter> {
  const { hostname, port, pathname } = new URL(serverUrl);
  let bytes = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => (bytes += chunk.length));
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname === '/' ? '' : pathname}`,
    bytes: () => bytes,
    close: () => void server.close(),
  };
}
