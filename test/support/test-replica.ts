import { randomIds } from '../../shared/base/ids.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import type { HubApi } from '../../shared/contract/change-feed.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import { createReplicator, type Replicator } from '../../shared/replication/replicator.ts';
import { callerWith, openTestService, TENANT, type TestService } from './test-service.ts';

/** A laptop: a store, a service and a replicator of event `e1` with a headquarters. */
export interface TestReplica extends TestService {
  api: SessionsApi;
  replicator: Replicator;
}

export async function openTestReplica(
  remote: SessionsApi,
  random: () => number = Math.random,
  hub?: HubApi,
): Promise<TestReplica> {
  const opened = await openTestService();
  await opened.store.subscribe(TENANT, 'e1', 'hq');
  const replicator = openReplicator(opened, 'hq', remote, random, hub);
  return { ...opened, api: opened.service.as(callerWith('editor')), replicator };
}

/** A replicator of what is kept here of an upstream. */
export function openReplicator(
  { store, clock }: TestService,
  upstream: string,
  remote: SessionsApi,
  random: () => number = Math.random,
  hub?: HubApi,
): Replicator {
  return createReplicator({
    store,
    tenantId: TENANT,
    upstream,
    remote,
    ...(hub === undefined ? {} : { hub }),
    remoteTenantId: TENANT,
    clock: () => (clock.nowMs += 1),
    ids: randomIds,
    random,
    logger: silentLogger,
  });
}
