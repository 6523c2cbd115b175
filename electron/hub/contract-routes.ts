import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { operationNames, operations, type Operation, type OperationName } from '../../shared/contract/operations.ts';
import { decodeRequest, routePath } from '../../shared/http/codec.ts';
import { etagOf } from '../../shared/service/if-match.ts';
import type { Service } from '../../shared/service/service.ts';
import { parseJsonBody } from './read-body.ts';

/** The fourteen operations as HTTP routes, made from their table. */
export async function contractRoutes(server: FastifyInstance, { service }: { service: Service }): Promise<void> {
  for (const name of operationNames) {
    const operation: Operation = operations[name];
    server.route({
      method: operation.method,
      url: routePath(operation),
      config: { isPublic: operation.access === 'public' },
      handler: async (request, reply) => await answer(service, name, operation, request, reply),
    });
  }
}

// It gives the text rather than send it: to wait for a reply is to wait until the client has it.
async function answer(
  service: Service,
  name: OperationName,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const decoded = decodeRequest(name, {
    parameters: request.params as Record<string, string>,
    query: request.query as Record<string, string | string[] | undefined>,
    ifMatch: request.headers['if-match'],
    body:
      operation.body === undefined
        ? undefined
        : parseJsonBody(request.body, name === 'patchSession' ? 'patch' : 'json'),
  });
  const perform = service.as(request.caller)[name] as (request: unknown) => Promise<unknown>;
  reply.type('application/json; charset=utf-8');
  if (operation.entity === undefined) return JSON.stringify(await perform(decoded));

  // The ETag is the version, which a projection may leave out: it is asked for beside what was named, and not sent.
  const { fields } = decoded as { fields?: unknown };
  const named = typeof fields === 'string' && fields !== '';
  const session = (await perform(named ? { ...decoded, fields: `${fields},sys_version` } : decoded)) as Versioned;
  reply.header('etag', etagOf(session));
  if (!named || fields.split(',').some((name) => name.trim() === 'sys_version')) return JSON.stringify(session);
  const { sys_version: _, ...asked } = session;
  return JSON.stringify(asked);
}

interface Versioned {
  sys_version?: number;
}
