import type { AddressInfo } from 'node:net';

import pino from 'pino';
import { onTestFinished } from 'vitest';

import type { CatalogItem, CatalogKind } from '../../shared/catalog/catalog.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { Principal, Role } from '../../shared/contract/roles.ts';
import type { Replicator } from '../../shared/replication/replicator.ts';
import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import { openEngine, type Engine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { upstreamName } from '../../electron/engine/upstream.ts';
import { createKeyRing } from '../../electron/hub/key-ring.ts';
import { createServer } from '../../electron/hub/server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { keyOf } from './test-server.ts';

export const HUB_TENANT = 't1';
export const HUB_EVENT = 'e1';

/** A hub in this process, over a file and a loopback port of its own. */
export interface TestHub {
  engine: Engine;
  url: string;
  /** The operations, for somebody who sits at this hub with the role editor. */
  api: SessionsApi;
  /** Its own replicator. */
  replicator: Replicator;
  sync(): Promise<SyncStatus>;
  /** A request over HTTP with the key of a role. */
  request(role: Role, method: string, path: string, body?: unknown): Promise<Response>;
  catalog<Kind extends CatalogKind>(kind: Kind): CatalogItem<Kind>[];
  putCatalog(kind: CatalogKind, ...items: object[]): Promise<void>;
  /** Stops listening, as a hub does that is told to stop. */
  unplug(): Promise<void>;
  /** Listens again, on the same port. */
  plugIn(): Promise<void>;
}

export interface TestHubOptions {
  /** The address of its headquarters, and the role of the key that it has there. */
  upstream?: { url: string; role?: Role };
  /** 0, if it is not given: only asking starts a sync, and no feed is followed. */
  intervalMs?: number;
  maxSessions?: number;
}

const ADMIN: Principal = { id: 'key:admin', role: 'admin' };
const EDITOR: Principal = { id: 'key:editor', role: 'editor' };

export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const { upstream, intervalMs = 0, maxSessions } = options;
  const address = { url: upstream?.url ?? '', tenantId: HUB_TENANT, remoteTenantId: HUB_TENANT, eventIds: [HUB_EVENT] };
  const engine = await openEngine({
    dataDir: temporaryFolder(),
    tenants: [HUB_TENANT],
    maxSessions,
    sync: {
      upstreams: upstream === undefined ? [] : [address],
      keys: keysInMemory(upstream === undefined ? [] : [[upstreamName(address), keyOf(upstream.role ?? 'editor')]]),
      intervalMs,
    },
    logger: silentLogger,
  });
  let port = 0;
  const listen = async () => {
    const server = await createServer({
      engine,
      keys: createKeyRing(
        (['admin', 'editor', 'viewer'] as const).map((role) => ({ key: keyOf(role), role })),
        'a secret',
      ),
      host: '127.0.0.1',
      rateLimit: undefined,
      logger: pino({ level: 'silent' }),
    });
    await server.listen({ port, host: '127.0.0.1' });
    ({ port } = server.server.address() as AddressInfo);
    return server;
  };
  let server: Awaited<ReturnType<typeof listen>> | undefined = await listen();
  const url = `http://127.0.0.1:${port}`;
  const hub: TestHub = {
    engine,
    url,
    api: engine.service.as(EDITOR),
    get replicator() {
      const replicator = engine.sync.of(HUB_TENANT);
      if (replicator === undefined) throw new Error('This hub has no headquarters.');
      return replicator;
    },
    sync: async () => await hub.replicator.sync('hand'),
    request: async (role, method, path, body) =>
      await fetch(url + path, {
        method,
        headers: { authorization: keyOf(role), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    catalog: (kind) => engine.store.read((view) => view.listCatalog(HUB_TENANT, kind)),
    putCatalog: async (kind, ...items) => void (await engine.service.catalog.put(ADMIN, HUB_TENANT, kind, items)),
    async unplug() {
      await server?.close();
      server = undefined;
    },
    async plugIn() {
      server = await listen();
    },
  };
  onTestFinished(async () => {
    await hub.unplug();
    await engine.close();
  });
  return hub;
}
