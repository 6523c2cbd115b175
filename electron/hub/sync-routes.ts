import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { because } from '../../shared/base/reasons.ts';
import { catalogKindNames } from '../../shared/catalog/catalog-kind-names.ts';
import { reference } from '../../shared/contract/session.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { parse } from '../../shared/contract/parse.ts';
import type { Principal, Role } from '../../shared/contract/roles.ts';
import type { Replicator } from '../../shared/replication/replicator.ts';
import { authorise } from '../../shared/service/access.ts';
import type { Engine } from '../engine/engine.ts';
import { parseJsonBody } from './read-body.ts';

type TenantRequest = FastifyRequest<{ Params: { tenantId: string } }>;
type SessionRequest = FastifyRequest<{ Params: { tenantId: string; id: string } }>;

/** What waited in a restored backup. */
const settleHeld = z.strictObject({ action: z.enum(['send', 'discard']) });
const sendAllHeld = z.strictObject({ action: z.literal('send') });

const settleRefused = z.strictObject({ action: z.enum(['retry', 'discard']) });

const settleAllRefused = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('retry') }),
  /** Without `to`, the reference is left out. */
  z.strictObject({
    action: z.literal('replace'),
    kind: z.enum(catalogKindNames),
    from: reference,
    to: reference.optional(),
  }),
]);

const settleKept = z.strictObject({ action: z.enum(['send', 'remove']) });

const side = z.enum(['mine', 'theirs']);
const settleConflict = z.strictObject({
  /** The `sys_version` of the session that the person saw: 412 where it is another by now. */
  version: z.number().optional(),
  resolution: z.union([side, z.record(z.string(), z.union([side, z.strictObject({ value: z.unknown() })]))]),
});

/** Without an action: sync now. */
const control = z.strictObject({ action: z.enum(['pause', 'resume', 'cancel']).optional() });

const answerBrake = z.strictObject({ action: z.enum(['apply', 'keep']), event_id: reference.optional() });

/** What waits, what went wrong, and how to settle it, under `/-/{tenantId}/sync`: viewers look, editors settle. */
export async function syncRoutes(server: FastifyInstance, { engine }: { engine: Engine }): Promise<void> {
  const open = (request: TenantRequest, role: Role): { replicator: Replicator; principal: Principal } => {
    const principal = authorise(request.caller, role);
    const { tenantId } = request.params;
    engine.service.requireTenant(tenantId);
    const replicator = engine.sync.of(tenantId);
    if (replicator === undefined) throw new ContractError('not_found', because('no_headquarters'));
    return { replicator, principal };
  };
  const look = (what: (replicator: Replicator) => unknown) => async (request: TenantRequest) =>
    what(open(request, 'viewer').replicator);

  server.get(
    '/-/:tenantId/sync',
    look((replicator) => replicator.status()),
  );
  server.get(
    '/-/:tenantId/sync/log',
    look((replicator) => replicator.log()),
  );
  server.get(
    '/-/:tenantId/sync/pending',
    look((replicator) => replicator.pending()),
  );
  server.get(
    '/-/:tenantId/sync/refused',
    look((replicator) => replicator.refused()),
  );
  server.get(
    '/-/:tenantId/sync/conflicts',
    look((replicator) => replicator.conflicts()),
  );

  server.post('/-/:tenantId/sync', async (request: TenantRequest) => {
    const { replicator } = open(request, 'editor');
    const { tenantId } = request.params;
    const { action } = parse(control, parseJsonBody(request.body, 'json') ?? {});
    if (action === undefined) return await replicator.sync('hand');
    await engine.sync[action](tenantId);
    return replicator.status();
  });

  server.post('/-/:tenantId/sync/refused', async (request: TenantRequest) => {
    const { replicator, principal } = open(request, 'editor');
    const order = parse(settleAllRefused, parseJsonBody(request.body, 'json'));
    const sessions =
      order.action === 'retry'
        ? await replicator.retry(undefined, principal.id)
        : await replicator.replaceReference(order.kind, order.from, order.to, principal.id);
    return { sessions };
  });

  server.post('/-/:tenantId/sync/refused/:id', async (request: SessionRequest) => {
    const { replicator, principal } = open(request, 'editor');
    const { action } = parse(settleRefused, parseJsonBody(request.body, 'json'));
    if (action === 'retry') await replicator.retry(request.params.id, principal.id);
    else await replicator.discard(request.params.id, principal.id);
    return replicator.status();
  });

  server.post('/-/:tenantId/sync/held', async (request: TenantRequest) => {
    const { replicator, principal } = open(request, 'editor');
    parse(sendAllHeld, parseJsonBody(request.body, 'json'));
    return { sessions: await replicator.release(undefined, principal.id) };
  });

  server.post('/-/:tenantId/sync/held/:id', async (request: SessionRequest) => {
    const { replicator, principal } = open(request, 'editor');
    const { action } = parse(settleHeld, parseJsonBody(request.body, 'json'));
    if (action === 'send') await replicator.release(request.params.id, principal.id);
    else await replicator.discard(request.params.id, principal.id);
    return replicator.status();
  });

  server.get(
    '/-/:tenantId/sync/kept',
    look((replicator) => replicator.kept()),
  );
  server.post('/-/:tenantId/sync/kept', async (request: TenantRequest) => {
    const { replicator, principal } = open(request, 'editor');
    const { action } = parse(settleKept, parseJsonBody(request.body, 'json'));
    return { sessions: await replicator.settleKept(action, undefined, principal.id) };
  });

  server.post('/-/:tenantId/sync/kept/:id', async (request: SessionRequest) => {
    const { replicator, principal } = open(request, 'editor');
    const { action } = parse(settleKept, parseJsonBody(request.body, 'json'));
    await replicator.settleKept(action, request.params.id, principal.id);
    return replicator.status();
  });

  server.post('/-/:tenantId/sync/conflicts/:id', async (request: SessionRequest) => {
    const { replicator, principal } = open(request, 'editor');
    const { resolution, version } = parse(settleConflict, parseJsonBody(request.body, 'json'));
    await replicator.resolve(request.params.id, resolution, principal.id, version);
    return replicator.status();
  });

  server.post('/-/:tenantId/sync/brake', async (request: TenantRequest) => {
    const { replicator } = open(request, 'editor');
    const { action, event_id: eventId } = parse(answerBrake, parseJsonBody(request.body, 'json'));
    return await replicator.brake(action, eventId);
  });
}
