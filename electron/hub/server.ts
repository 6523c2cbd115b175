import type { Readable } from 'node:stream';

import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { v7 as uuidv7 } from 'uuid';

import { ContractError, toProblem } from '../../shared/contract/errors.ts';
import type { Caller } from '../../shared/contract/roles.ts';
import type { Engine } from '../engine/engine.ts';
import { contractRoutes } from './contract-routes.ts';
import { hubRoutes } from './hub-routes.ts';
import type { KeyRing } from './key-ring.ts';
import { readBody } from './read-body.ts';
import { requireSameSite } from './same-site.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** The largest body that this route takes, in bytes; more is a fault of the request. */
    maxBodyBytes?: number;
  }
}

export interface ServerOptions {
  engine: Engine;
  keys: KeyRing;
  /** The address that will be listened on. */
  host: string;
  /** Requests per minute and key; undefined: any number. */
  rateLimit: number | undefined;
  logger: FastifyBaseLogger;
}

/** The largest body of the contract (contract.md, "Validation"). */
const MAX_BODY_BYTES = 1024 * 1024;

/** A parameter in a path may be as long as this; longer ones find no route. */
const MAX_PARAMETER_LENGTH = 4096;

/** An HTTP server of the contract over an engine, not listening yet. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: options.logger,
    // Traffic is logged by our own hook, at debug.
    disableRequestLogging: true,
    genReqId: () => uuidv7(),
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: (error, request, reply) => void sendError(error, request.id, reply),
    forceCloseConnections: 'idle',
  });

  server.decorateRequest('caller', undefined);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    requireSameSite(options.host, request.headers.host, request.headers.origin);
    request.caller = options.keys.callerOf(request.headers.authorization);
  });
  server.addHook('onResponse', async (request, reply) => {
    const { method, url, id } = request;
    request.log.debug({ id, method, url, status: reply.statusCode, elapsedMs: reply.elapsedTime }, 'answered');
  });

  // Bodies are taken as they come and read by the routes: what is wrong with one is told in its turn, after 401, 403 and 404.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) =>
    readBody(payload, request.headers['content-type'], request.routeOptions.config.maxBodyBytes ?? MAX_BODY_BYTES),
  );

  server.setErrorHandler((error, request, reply) => sendError(error, request.id, reply));
  server.setNotFoundHandler(() => {
    throw new ContractError('not_found', 'There is nothing at this address.');
  });

  await server.register(helmet);
  if (options.rateLimit !== undefined) {
    await server.register(rateLimit, {
      max: options.rateLimit,
      timeWindow: 60_000,
      keyGenerator: (request) => request.caller?.id ?? `address:${request.ip}`,
      errorResponseBuilder: (_, { max, ttl }) =>
        new ContractError('rate_limited', `This key may make ${max} requests a minute.`, {
          retryAfterS: Math.ceil(ttl / 1000),
        }),
    });
  }
  await server.register(contractRoutes, { service: options.engine.service });
  await server.register(hubRoutes, { engine: options.engine });
  return server;
}

/** Answers an error as problem+json. Of a fault of our own the answer tells nothing but the id under which the log has it. */
function sendError(error: unknown, requestId: string, reply: FastifyReply): FastifyReply {
  const known = toContractError(error);
  if (known === undefined) reply.log.error({ err: error, id: requestId }, 'a request failed');
  const problem = toProblem(known ?? new ContractError('internal', `The fault is in the log under ${requestId}.`));
  if (known?.retryAfterS !== undefined) reply.header('retry-after', String(known.retryAfterS));
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function toContractError(error: unknown): ContractError | undefined {
  if (error instanceof ContractError) return error;
  // Fastify's own refusals: a malformed URL, a body that broke off.
  const { statusCode, message } = error as Partial<FastifyError>;
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? new ContractError('invalid', message ?? 'The request is not valid.')
    : undefined;
}
