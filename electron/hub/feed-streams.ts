import type { ServerResponse } from 'node:http';

import type { ChainStatus, ChangePage } from '../../shared/contract/change-feed.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { readFeed, type FeedQuery } from '../../shared/replication/offer-feed.ts';
import type { Engine } from '../engine/engine.ts';

/** The open change feeds of a hub. Each holds at most one page that its reader has not taken yet. */
export interface FeedStreams {
  readonly count: number;
  /** Sends a first page, and then what changes, until the reader leaves, stops reading, or the hub closes. */
  open(query: FeedQuery, first: ChangePage, response: ServerResponse): void;
  /** Ends all of them. */
  close(): void;
}

/** A sign of life goes out so often, in milliseconds. */
const HEARTBEAT_MS = 15_000;
/** Who takes nothing for so long is cut off, in milliseconds. */
const PATIENCE_MS = 30_000;
/** A page of a stream is smaller than one that was asked for: so much is held for each slow reader. */
const PAGE_BYTES = 256 * 1024;

interface Stream {
  query: FeedQuery;
  response: ServerResponse;
  cursor: string;
  /** The status last sent, as text. */
  status: string;
  /** When it was last given more than it took; undefined while it takes what it is given. */
  blockedAtMs: number | undefined;
}

/** @param statusOf how the hub stands with its own upstream */
export function createFeedStreams(
  engine: Engine,
  statusOf: (tenantId: string) => ChainStatus | undefined,
  logger: Logger,
): FeedStreams {
  const streams = new Set<Stream>();
  const due = new Set<string>();

  const wake = (tenantId: string): void => {
    if (due.size === 0) setImmediate(flush);
    due.add(tenantId);
  };

  const flush = (): void => {
    const tenants = [...due];
    due.clear();
    for (const tenantId of tenants) {
      const asked = [...streams].filter(
        (stream) => stream.query.tenantId === tenantId && stream.blockedAtMs === undefined,
      );
      if (asked.length === 0) continue;
      const status = statusOf(tenantId);
      // Most readers of an event stand at the same place.
      const pages = new Map<string, { page: ChangePage; text: string }>();
      for (const stream of asked) if (!sendNext(stream, status, pages)) end(stream);
    }
  };

  /** Sends what is new; false where that cannot be told. */
  const sendNext = (
    stream: Stream,
    status: ChainStatus | undefined,
    pages: Map<string, { page: ChangePage; text: string }>,
  ): boolean => {
    const { query, cursor } = stream;
    const key = JSON.stringify([cursor, ...(query.eventIds ?? [])]);
    let next = pages.get(key);
    if (next === undefined) {
      try {
        const page = readFeed(engine.store, { ...query, since: cursor }, status, PAGE_BYTES);
        next = { page, text: JSON.stringify(page) };
      } catch (error) {
        // It was restored, or its tombstones were purged: whoever asks again is told.
        logger.info({ err: error, tenant: query.tenantId }, 'a change feed cannot go on');
        return false;
      }
      pages.set(key, next);
    }
    const statusText = JSON.stringify(status);
    if (next.page.changes.length > 0 || statusText !== stream.status) write(stream, next.page, next.text, statusText);
    return true;
  };

  const write = (stream: Stream, page: ChangePage, text: string, status: string): void => {
    stream.cursor = page.cursor;
    stream.status = status;
    const { tenantId } = stream.query;
    if (!stream.response.write(`data: ${text}\n\n`)) {
      stream.blockedAtMs = Date.now();
      stream.response.once('drain', () => {
        stream.blockedAtMs = undefined;
        wake(tenantId);
      });
    } else if (page.more) wake(tenantId);
  };

  const end = (stream: Stream): void => {
    remove(stream);
    stream.response.end();
    // What it does not take would keep the connection, and the hub from closing.
    if (stream.blockedAtMs !== undefined) stream.response.destroy();
  };

  const keepAlive = (): void => {
    for (const stream of streams) {
      if (stream.blockedAtMs === undefined) stream.response.write(': alive\n\n');
      else if (Date.now() - stream.blockedAtMs > PATIENCE_MS) end(stream);
      wake(stream.query.tenantId);
    }
  };
  // Where nobody listens, nothing is watched.
  const watch = (): (() => void) => {
    const unwatchSessions = engine.store.watchSessions(({ tenant_id }) => wake(tenant_id));
    const unwatchCatalog = engine.store.watchCatalog(({ tenant_id }) => wake(tenant_id));
    const timer = setInterval(keepAlive, HEARTBEAT_MS).unref();
    return () => {
      unwatchSessions();
      unwatchCatalog();
      clearInterval(timer);
    };
  };
  let unwatch: (() => void) | undefined;
  const remove = (stream: Stream): void => {
    streams.delete(stream);
    if (streams.size > 0) return;
    unwatch?.();
    unwatch = undefined;
  };

  return {
    get count() {
      return streams.size;
    },
    open(query, first, response) {
      const status = JSON.stringify(first.status);
      const stream: Stream = { query, response, cursor: first.cursor, status, blockedAtMs: undefined };
      unwatch ??= watch();
      streams.add(stream);
      const unwatchStatus = engine.sync.of(query.tenantId)?.watch(() => wake(query.tenantId));
      response.on('close', () => {
        remove(stream);
        unwatchStatus?.();
      });
      write(stream, first, JSON.stringify(first), status);
    },
    close() {
      for (const stream of streams) end(stream);
    },
  };
}
