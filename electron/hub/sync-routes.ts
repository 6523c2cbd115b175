import type { FastifyInstance, FastifyRequest } from 'fastify';

import { ContractError } from '../../shared/contract/errors.ts';
import type { Role } from '../../shared/contract/roles.ts';
import type { Replicator } from '../../shared/replication/replicator.ts';
import { authorise } from '../../shared/service/access.ts';
import type { Engine } from '../engine/engine.ts';

type TenantRequest = FastifyRequest<{ Params: { tenantId: string } }>;

/** What waits, what went wrong, and how to settle it, under `/-/{tenantId}/sync`: viewers look, editors settle. */
export async function syncRoutes(server: FastifyInstance, { engine }: { engine: Engine }): Promise<void> {
  const replicatorOf = (request: TenantRequest, role: Role): Replicator => {
    authorise(request.caller, role);
    const { tenantId } = request.params;
    engine.service.requireTenant(tenantId);
    const replicator = engine.syncOf(tenantId);
    if (replicator === undefined) throw new ContractError('not_found', 'This tenant has no headquarters to sync with.');
    return replicator;
  };

  server.get('/-/:tenantId/sync', async (request: TenantRequest) => replicatorOf(request, 'viewer').status());
  server.post(
    '/-/:tenantId/sync',
    async (request: TenantRequest) => await replicatorOf(request, 'editor').sync('hand'),
  );
  server.get('/-/:tenantId/sync/log', async (request: TenantRequest) => replicatorOf(request, 'viewer').log());
}
