import type { AddressInfo } from 'node:net';

import pino from 'pino';
import { onTestFinished } from 'vitest';

import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { Role } from '../../shared/contract/roles.ts';
import { createHttpClient } from '../../shared/http/client.ts';
import type { Service } from '../../shared/service/service.ts';
import type { Engine } from '../../electron/engine/engine.ts';
import { createKeyRing } from '../../electron/hub/key-ring.ts';
import { createServer } from '../../electron/hub/server.ts';

/** A hub's server over a service, on a loopback port. */
export interface TestServer {
  url: string;
  api(role: Role | undefined): SessionsApi;
}

/** The key of each role. */
export function keyOf(role: Role): string {
  return `the-${role}-key`;
}

export async function startTestServer(
  service: Service,
  options: { rateLimit?: number; engine?: Partial<Engine> } = {},
): Promise<TestServer> {
  const unused = (): never => {
    throw new Error('this test has a service, and no engine');
  };
  const server = await createServer({
    engine: {
      service,
      tenants: unused,
      get store() {
        return unused();
      },
      secret: 'a secret',
      sync: { of: () => undefined } as unknown as Engine['sync'],
      importFile: unused,
      importDemo: unused,
      exportFile: unused,
      get backups() {
        return unused();
      },
      close: unused,
      ...options.engine,
    },
    keys: createKeyRing(
      (['admin', 'editor', 'viewer'] as const).map((role) => ({ key: keyOf(role), role })),
      'a secret',
    ),
    host: '127.0.0.1',
    rateLimit: options.rateLimit,
    logger: pino({ level: 'silent' }),
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => await server.close());
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return {
    url,
    api: (role) =>
      createHttpClient({
        baseUrl: url,
        apiKey: () => (role === undefined ? undefined : keyOf(role)),
        fetch,
        timeoutMs: 10_000,
        maxAnswerBytes: 16 * 1024 * 1024,
      }),
  };
}
