import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

import rateLimit from '@fastify/rate-limit';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { v7 as uuidv7 } from 'uuid';

import { because } from '../../shared/base/reasons.ts';
import { REPLICA_HEADER } from '../../shared/contract/change-feed.ts';
import { ContractError, toProblem } from '../../shared/contract/errors.ts';
import type { Caller } from '../../shared/contract/roles.ts';
import type { Engine } from '../engine/engine.ts';
import { appRoutes, type AppOptions } from './app-routes.ts';
import { boundPipelines } from './bound-pipelines.ts';
import { isBridgeHandshake } from './bridge-handshake.ts';
import { contractRoutes } from './contract-routes.ts';
import { feedRoutes } from './feed-routes.ts';
import { hubRoutes } from './hub-routes.ts';
import type { KeyRing } from './key-ring.ts';
import { readBody } from './read-body.ts';
import { syncRoutes } from './sync-routes.ts';
import { requireSameSite } from './same-site.ts';
import { securityHeaders } from './security-headers.ts';
import { answerUnreadableRequest } from './unreadable-request.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
    contentType: string | undefined;
  }
  interface FastifyContextConfig {
    /** The largest body that this route takes, in bytes; more is a fault of the request. */
    maxBodyBytes?: number;
    /** Whether it is answered without a key. */
    isPublic?: boolean;
  }
}

export interface ServerOptions {
  /** Undefined where the data cannot be read: then there is nothing but the app, which says so. */
  engine: Engine | undefined;
  keys: KeyRing;
  /** The address that will be listened on. */
  host: string;
  /** Requests per minute and key; undefined: any number. */
  rateLimit: number | undefined;
  logger: FastifyBaseLogger;
  /** The app in a browser, where it is served. */
  app?: AppOptions | undefined;
}

/** The largest body of the contract (contract.md, "Validation"). */
const MAX_BODY_BYTES = 1024 * 1024;

/** How long a request may take to arrive, in milliseconds: Node's own default, which Fastify switches off. */
const REQUEST_TIMEOUT_MS = 300_000;

/** An HTTP server of the contract over an engine, not listening yet. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: options.logger,
    // Traffic is logged by our own hook, at debug.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    // A logger of each request's own would cost more than it says: we log the id ourselves.
    childLoggerFactory: (logger) => logger,
    // Node bounds the whole address already; a shorter bound would answer 400 before 401.
    routerOptions: { maxParamLength: maxHeaderSize },
    // That a request names its host is asked by requireSameSite: Node's own refusal has no body.
    http: {
      requireHostHeader: false,
      ...(options.app === undefined ? {} : { shouldUpgradeCallback: isBridgeHandshake }),
    },
    requestTimeout: REQUEST_TIMEOUT_MS,
    frameworkErrors: (error, request, reply) => void sendError(error, request.id, reply),
    clientErrorHandler: answerUnreadableRequest,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  closeUnusedConnections(server);
  boundPipelines(server);
  // An expectation that we do not know changes nothing (RFC 9110, 10.1.1); Node's own refusal has no body.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response));

  server.decorateRequest('caller', undefined);
  server.decorateRequest('contentType', undefined);
  // Hooks that have nothing to wait for say so: a promise for each would be made, and waited for, with each request.
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders).header('x-request-id', request.id);
    requireSameSite(options.host, request.raw.headersDistinct['host'], request.headers.origin);
    request.caller = fromReplica(options.keys.callerOf(request.headers.authorization), request.headers[REPLICA_HEADER]);
    if (request.is404) throw options.engine === undefined ? damagedData() : noSuchAddress();
    // Fastify would refuse a content type that it cannot read before 401 and 404, and where there is no body.
    request.contentType = request.raw.headers['content-type'];
    delete request.raw.headers['content-type'];
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    // A bridge that was refused: Node watches over this connection no more, and nobody else would ever close it.
    if (options.app !== undefined && isBridgeHandshake(request.raw)) request.raw.socket.destroySoon();
    const { method, url, id } = request;
    request.log.debug({ id, method, url, status: reply.statusCode, elapsedMs: reply.elapsedTime }, 'answered');
    done();
  });

  // Bodies are taken as they come and read by the routes: what is wrong with one is told in its turn, after 401, 403 and 404.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    const { isPublic = false, maxBodyBytes = MAX_BODY_BYTES } = request.routeOptions.config;
    // Whoever has no key gets 401, whatever they send: to keep it until then would let them fill the memory.
    const isRefused = request.caller === undefined && !isPublic;
    const headers = { contentType: request.contentType, contentEncoding: request.headers['content-encoding'] };
    return await readBody(payload, headers, isRefused ? 0 : maxBodyBytes);
  });

  server.setErrorHandler((error, request, reply) => sendError(error, request.id, reply));
  server.setNotFoundHandler(() => {
    throw options.engine === undefined ? damagedData() : noSuchAddress();
  });

  if (options.rateLimit !== undefined) {
    await server.register(rateLimit, {
      max: options.rateLimit,
      timeWindow: 60_000,
      keyGenerator: (request) => request.caller?.id ?? `address:${request.ip}`,
      errorResponseBuilder: (_, { max, ttl }) =>
        new ContractError('rate_limited', because('many_requests', { n: max }), {
          retryAfterS: Math.ceil(ttl / 1000),
        }),
    });
  }
  const { engine, logger, app } = options;
  if (engine !== undefined) {
    await server.register(contractRoutes, { service: engine.service });
    await server.register(hubRoutes, { engine });
    await server.register(syncRoutes, { engine });
    await server.register(feedRoutes, { engine, logger });
  }
  if (app !== undefined) await server.register(appRoutes, app);
  return server;
}

/** Ids of requests, never the same one twice: a part that is this server's own, and a number. */
function requestIds(): () => string {
  const prefix = uuidv7();
  let number = 0;
  return () => `${prefix}-${++number}`;
}

/** The caller, with the replica that the request says to come from: whose work waits is told along the chain. */
function fromReplica(caller: Caller, replica: string | string[] | undefined): Caller {
  if (caller === undefined || typeof replica !== 'string' || !/^[\w-]{1,64}$/.test(replica)) return caller;
  return { ...caller, replicaId: replica };
}

function noSuchAddress(): ContractError {
  return new ContractError('not_found', because('no_address'));
}

function damagedData(): ContractError {
  return new ContractError('storage_damaged', because('data_damaged_here'));
}

/**
 * Lets a closing server go at once of connections on which no request came yet: Node counts them as busy, and browsers open
 * some in advance. Those under way are answered, and told not to be used again.
 */
function closeUnusedConnections(server: FastifyInstance): void {
  const unused = new Set<Socket>();
  let closing = false;
  server.server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.server.on('request', (request) => unused.delete(request.socket));
  server.addHook('preClose', async () => {
    closing = true;
    for (const socket of unused) socket.destroy();
  });
  server.addHook('onSend', (_, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
}

/** Answers an error as problem+json. Of a fault of our own the answer tells nothing but the id under which the log has it. */
function sendError(error: unknown, requestId: string, reply: FastifyReply): FastifyReply {
  const known = toContractError(error);
  if (known === undefined) reply.log.error({ err: error, id: requestId }, 'a request failed');
  const problem = toProblem(known ?? new ContractError('internal', because('in_log_as', { id: requestId })));
  // A request that found no route has met no hook.
  reply.headers(securityHeaders).header('x-request-id', requestId);
  if (known?.retryAfterS !== undefined) reply.header('retry-after', String(known.retryAfterS));
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function toContractError(error: unknown): ContractError | undefined {
  if (error instanceof ContractError) return error;
  // Fastify's own refusals: a malformed URL, a body that broke off.
  const { statusCode, message } = error as Partial<FastifyError>;
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? new ContractError('invalid', because('said', { text: message ?? 'The request is not valid.' }))
    : undefined;
}
