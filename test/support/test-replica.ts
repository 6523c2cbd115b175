import { randomIds } from '../../shared/base/ids.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import { createReplicator, type Replicator } from '../../shared/replication/replicator.ts';
import { callerWith, openTestService, TENANT, type TestService } from './test-service.ts';

/** A laptop: a store, a service and a replicator of event `e1` with a headquarters. */
export interface TestReplica extends TestService {
  api: SessionsApi;
  replicator: Replicator;
}

export async function openTestReplica(remote: SessionsApi, random: () => number = Math.random): Promise<TestReplica> {
  const opened = await openTestService();
  const { store, clock } = opened;
  await store.subscribe(TENANT, 'e1', 'hq');
  const replicator = createReplicator({
    store,
    tenantId: TENANT,
    upstream: 'hq',
    remote,
    remoteTenantId: TENANT,
    clock: () => (clock.nowMs += 1),
    ids: randomIds,
    random,
    logger: silentLogger,
  });
  return { ...opened, api: opened.service.as(callerWith('editor')), replicator };
}
