import { z } from 'zod';

import { because } from '../base/reasons.ts';
import {
  catalogOutcome,
  changePage,
  CHANGES_PATH,
  type CatalogOutcome,
  type ChangePage,
  type FeedRequest,
  type HubApi,
  type HubOrder,
} from '../contract/change-feed.ts';
import { ContractError } from '../contract/errors.ts';
import { openStream, requestJson, type HttpClientOptions } from './client.ts';
import type { HttpRequest } from './codec.ts';
import { readEvents } from './event-stream.ts';

/** A stream from which nothing came for so long is dead: a hub sends a sign of life every 15 seconds. In milliseconds. */
const SILENCE_MS = 45_000;

/**
 * What a hub offers beside the contract, over HTTP. Failures are `ContractError`s, as of the fourteen operations; `unusable_answer` also where
 * an answer is not of the feed's form: then it is no hub, or one of another kind.
 */
export function createHubClient(options: HttpClientOptions): HubApi {
  return {
    async changes(request) {
      return readPage(await requestJson(options, get(feedAddress(request))));
    },

    async *follow({ signal, ...request }) {
      const { body, alive } = await openStream(
        options,
        get(feedAddress(request), 'text/event-stream'),
        SILENCE_MS,
        signal,
      );
      for await (const data of readEvents(body, options.maxAnswerBytes)) {
        alive();
        yield data === undefined ? 'alive' : readPage(parseJson(data));
      }
    },

    async editCatalog(tenantId, edits) {
      const answer = await requestJson(options, post(`/-/${encodeURIComponent(tenantId)}/catalog`, edits));
      return requireForm(outcomes, answer).items;
    },

    async settle(tenantId, order) {
      const { path, body } = addressOf(order);
      await requestJson(options, post(`/-/${encodeURIComponent(tenantId)}/sync/${path}`, body));
    },
  };
}

const outcomes = z.object({ items: z.array(catalogOutcome) }) satisfies z.ZodType<{ items: CatalogOutcome[] }>;

function readPage(answer: unknown): ChangePage {
  requireForm(changePage, answer);
  // Not the parser's output: what was sent is what is taken, in the order of its members.
  return answer as ChangePage;
}

function requireForm<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unusable(`${issue?.path.join('/')}: ${issue?.message}`);
}

function unusable(cause: string): ContractError {
  return new ContractError('unusable_answer', because('answer_not_feed'), { cause });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ContractError('unusable_answer', because('feed_not_json'), { cause });
  }
}

function feedAddress({ tenantId, eventIds, since }: FeedRequest): string {
  const query = new URLSearchParams(eventIds.map((id) => ['event_id', id]));
  if (since !== undefined) query.set('since', since);
  return `${CHANGES_PATH.replace('{tenantId}', encodeURIComponent(tenantId))}?${query}`;
}

function addressOf(order: HubOrder): { path: string; body: unknown } {
  switch (order.about) {
    case 'conflict':
      return {
        path: `conflicts/${encodeURIComponent(order.id)}`,
        body: { resolution: order.resolution, version: order.version },
      };
    case 'refused':
      return { path: `refused/${encodeURIComponent(order.id)}`, body: { action: order.action } };
    case 'all refused': {
      const { about: _, ...body } = order;
      return { path: 'refused', body };
    }
    default:
      return order satisfies never;
  }
}

function get(url: string, accept = 'application/json'): HttpRequest {
  return { method: 'GET', url, headers: { accept } };
}

function post(url: string, body: unknown): HttpRequest {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  return { method: 'POST', url, headers, body: JSON.stringify(body) };
}
