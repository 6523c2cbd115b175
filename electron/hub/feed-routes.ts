import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { faultAt } from '../../shared/base/json.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { because } from '../../shared/base/reasons.ts';
import type { ChainStatus } from '../../shared/contract/change-feed.ts';
import { ContractError, invalid } from '../../shared/contract/errors.ts';
import { readFeed, type FeedQuery } from '../../shared/replication/offer-feed.ts';
import { authorise } from '../../shared/service/access.ts';
import type { Engine } from '../engine/engine.ts';
import { createFeedStreams } from './feed-streams.ts';
import { parseJsonBody } from './read-body.ts';

/** So many feeds stay open at once; who comes later asks now and then. */
const MAX_STREAMS = 256;
const RETRY_AFTER_S = 60;

type FeedRequest = FastifyRequest<{ Params: { tenantId: string }; Querystring: Record<string, unknown> }>;

/** What a hub offers to those that keep in step with it: the change feed, and changes of the catalog that merge. */
export async function feedRoutes(
  server: FastifyInstance,
  { engine, logger }: { engine: Engine; logger: Logger },
): Promise<void> {
  const statusOf = (tenantId: string): ChainStatus | undefined => engine.sync.of(tenantId)?.chain();
  const streams = createFeedStreams(engine, statusOf, logger);
  server.addHook('preClose', async () => streams.close());

  server.get('/-/:tenantId/changes', async (request: FeedRequest, reply: FastifyReply) => {
    authorise(request.caller, 'viewer');
    const { tenantId } = request.params;
    engine.service.requireTenant(tenantId);
    const query = { tenantId, ...readQuery(request.query) };
    const wantsStream = (request.headers.accept ?? '').toLowerCase().includes('text/event-stream');
    if (wantsStream && streams.count >= MAX_STREAMS) {
      throw new ContractError('rate_limited', because('many_streams'), {
        retryAfterS: RETRY_AFTER_S,
      });
    }
    const page = readFeed(engine.store, query, statusOf(tenantId));
    if (!wantsStream) return page;
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    streams.open(query, page, reply.raw);
    return reply;
  });

  server.post('/-/:tenantId/catalog', async (request: FeedRequest) => ({
    items: await engine.service.catalog.edit(
      request.caller,
      request.params.tenantId,
      parseJsonBody(request.body, 'json'),
    ),
  }));
}

function readQuery({ event_id: events, since }: Record<string, unknown>): Omit<FeedQuery, 'tenantId'> {
  const eventIds = events === undefined ? undefined : new Set([events].flat().map(String));
  if (since !== undefined && typeof since !== 'string') {
    throw invalid([faultAt('/since', because('not_once'))]);
  }
  return { eventIds, since };
}
