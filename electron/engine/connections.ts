import { z } from 'zod';

import type { Store } from '../../shared/store/open-store.ts';

/** A headquarters that was connected at run time: kept in the store, without its key. Its events are the store's subscriptions. */
const connection = z.object({
  tenantId: z.string(),
  url: z.string(),
  remoteTenantId: z.string(),
  allowHttp: z.boolean(),
});

const saved = z.object({
  connections: z.array(connection).default([]),
  /** Tenants that were added at run time. */
  tenants: z.array(z.string()).default([]),
});

export type StoredConnection = z.infer<typeof connection>;

/** The setting in which they are kept. */
const CONNECTIONS = 'connections';

/** What was connected at run time, kept over a restart. */
export interface Connections {
  list(): readonly StoredConnection[];
  tenants(): readonly string[];
  /** Adds a connection, or replaces the tenant's. */
  add(added: StoredConnection): Promise<void>;
  /** Forgets a tenant's connection, and the tenant where nothing of it is left. */
  remove(tenantId: string): Promise<void>;
}

export function openConnections(store: Store): Connections {
  const stored = store.read((view) => view.findSetting(CONNECTIONS));
  let current = saved.parse(stored === undefined ? {} : JSON.parse(stored));
  const save = async (tenantId: string, next: typeof current): Promise<void> => {
    const context = { tenantId, principalId: 'local', operation: 'connect', atMs: 0 };
    await store.change(context, (change) => change.saveSetting(CONNECTIONS, JSON.stringify(next)));
    current = next;
  };
  const without = (tenantId: string): StoredConnection[] =>
    current.connections.filter((each) => each.tenantId !== tenantId);
  return {
    list: () => current.connections,
    tenants: () => current.tenants,
    async add(added) {
      const tenants = [...new Set([...current.tenants, added.tenantId])];
      await save(added.tenantId, { connections: [...without(added.tenantId), added], tenants });
    },
    async remove(tenantId) {
      const isEmpty = !store.read((view) => view.hasSessions(tenantId, {}));
      const tenants = current.tenants.filter((each) => each !== tenantId || !isEmpty);
      await save(tenantId, { connections: without(tenantId), tenants });
    },
  };
}
