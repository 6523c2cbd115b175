import { backoffMs } from '../base/backoff.ts';
import { toTimestamp, type Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { ContractError } from '../contract/errors.ts';
import type { CatalogKind } from '../catalog/catalog.ts';
import { operationNames, type OperationName, type SessionsApi } from '../contract/operations.ts';
import type { Store } from '../store/open-store.ts';
import { answerBrake } from './brake.ts';
import { isOfOneSession } from './listing.ts';
import { createPace } from './pace.ts';
import { pullEvent } from './pull.ts';
import { push } from './push.ts';
import {
  discardPending,
  listConflicts,
  listPending,
  listRefused,
  replaceReference,
  resolveConflicts,
  retryRefused,
  type PendingSession,
  type RefusedSession,
  type Resolution,
  type SessionConflict,
} from './review.ts';
import type { SyncContext } from './sync-context.ts';
import { openSyncMemory, type SyncMemory } from './sync-memory.ts';
import { newHealth, type Lane } from './sync-health.ts';
import { readStatus, type SyncStatus } from './sync-status.ts';

export interface ReplicatorOptions {
  store: Store;
  tenantId: string;
  /** The upstream's name here. */
  upstream: string;
  remote: SessionsApi;
  /** The tenant's id there. */
  remoteTenantId: string;
  clock: Clock;
  ids: IdSource;
  /** A number from 0 up to 1. */
  random: () => number;
  logger: Logger;
}

/** Keeps one tenant's subscribed events in step with one headquarters (sync.md). One sync at a time. */
export interface Replicator {
  /**
   * Runs one whole cycle: push, pull, push what merging made. It never throws: what went wrong stands in the status. A cycle that is
   * under way is joined. `by: 'hand'` ends a backoff, but not a running `Retry-After`.
   */
  sync(by: 'hand' | 'timer'): Promise<SyncStatus>;
  status(): SyncStatus;
  /** Ends a sync that is under way, and lets none begin until `resume`, also after a restart. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends a sync that is under way at once: what comes of a request that has left is read by the next one. */
  stop(): Promise<void>;
  /** Calls `listener` whenever the status may have changed. Answers what ends it. */
  watch(listener: () => void): () => void;
  /** What happened, newest last, in words. */
  log(): readonly LogEntry[];
  /** Sessions with changes that headquarters does not have, but for those that it refused. */
  pending(): PendingSession[];
  /** Changes that headquarters refused for good, with its reasons. */
  refused(): RefusedSession[];
  /** Lets refused changes be sent again: one, or all. Answers how many; throws `not_found` for one that is not refused. */
  retry(id?: string, by?: string): Promise<number>;
  /** Gives up a refused change: a create goes into history, a change returns to headquarters' state. Throws `not_found`. */
  discard(id: string, by?: string): Promise<void>;
  /**
   * Mends every refused session that refers to `from`: by `to`, or by leaving it out where `to` is undefined. Answers how many there were; throws
   * `invalid` where it cannot be left out.
   */
  replaceReference(kind: CatalogKind, from: string, to: string | undefined, by?: string): Promise<number>;
  /** What was changed on both sides, with base, mine and theirs of each place. */
  conflicts(): SessionConflict[];
  /** Settles a session's conflicts as a person decides; throws `not_found` where there is none, `invalid` for what no session may be. */
  resolve(id: string, resolution: Resolution, by?: string): Promise<void>;
  /**
   * Answers the brake, for one event or all that are stopped: `apply` proves the absences again and removes, at the next sync; `keep` keeps the
   * sessions here, marked. Throws `not_found` where nothing is stopped.
   */
  brake(action: 'apply' | 'keep', eventId?: string): Promise<SyncStatus>;
  readonly memory: SyncMemory;
}

export interface LogEntry {
  at: string;
  message: string;
}

const BACKOFF = { firstMs: 1000, maxMs: 5 * 60 * 1000 };
/** A key that headquarters does not take is tried again so often, by one request. */
const UNAUTHORIZED_WAIT_MS = 5 * 60 * 1000;
/** A server that asks for more is asked again after this. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;
const LOG_LENGTH = 200;

export function createReplicator(options: ReplicatorOptions): Replicator {
  const { store, tenantId, upstream, clock } = options;
  const memory = openSyncMemory(store, tenantId, upstream);
  const entries: LogEntry[] = [];
  const pace = createPace(clock, options.random);
  const health = newHealth();
  let running: Promise<void> | undefined;
  let abort = new AbortController();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const log = (message: string): void => {
    entries.push({ at: toTimestamp(clock()), message });
    if (entries.length > LOG_LENGTH) entries.shift();
    options.logger.info({ tenant: tenantId, upstream }, message);
  };
  const status = (): SyncStatus => readStatus(store, tenantId, upstream, memory, health, running !== undefined);

  const cycle = async (by: 'hand' | 'timer'): Promise<void> => {
    const context: SyncContext = {
      ...options,
      remote: untilAborted(options.remote, abort.signal),
      memory,
      signal: abort.signal,
      onProgress: (done, total) => {
        health.progress = total === undefined ? { done } : { done, total };
        changed();
      },
      log,
    };
    const isDue = (lane: Lane): boolean =>
      !abort.signal.aborted &&
      !health.isUnauthorized &&
      clock() >= health.blockedUntilMs &&
      (by === 'hand' || clock() >= lane.waitUntilMs);
    const listed = new Set<string>();
    const send = async (): Promise<void> => await push(context, pace, listed);
    if (by === 'hand') pace.hurry();

    if (health.isUnauthorized && !(await isKeyTaken(context))) return;
    // Upload trouble never stops download, nor the other way round: each has its own clock.
    const pushed = isDue(health.push) && (await run(health.push, send));
    if (isDue(health.pull)) {
      const pulled = await run(health.pull, async () => {
        const failures: unknown[] = [];
        for (const eventId of eventsToPull(context)) {
          health.incomplete.add(eventId);
          try {
            if (await pullEvent(context, eventId)) {
              health.incomplete.delete(eventId);
              listed.add(eventId);
            }
          } catch (error) {
            if (!isOfOneSession(error) || abort.signal.aborted) throw error;
            failures.push(error);
          }
        }
        if (failures.length > 0) throw failures[0];
      });
      // What merging made, and what had to be looked for first.
      if (pushed && pulled && isDue(health.push)) await run(health.push, send);
    }
    delete health.progress;
  };

  /** Runs one direction and notes how it went; answers whether it went well. */
  const run = async (lane: Lane, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
    } catch (error) {
      if (abort.signal.aborted && error === abort.signal.reason) return false;
      noteFailure(lane, error);
      return false;
    }
    if (lane.lastError !== undefined)
      log(lane === health.push ? 'Changes can be sent again.' : 'Headquarters can be read again.');
    lane.failures = 0;
    lane.waitUntilMs = 0;
    lane.lastAtMs = clock();
    delete lane.lastError;
    return true;
  };

  const isKeyTaken = async (context: SyncContext): Promise<boolean> => {
    try {
      await tryKey(context);
    } catch (error) {
      noteFailure(health.pull, error);
      return false;
    }
    health.isUnauthorized = false;
    for (const lane of [health.push, health.pull]) lane.waitUntilMs = 0;
    return true;
  };

  const noteFailure = (lane: Lane, error: unknown): void => {
    lane.failures += 1;
    lane.waitUntilMs = clock() + backoffMs(lane.failures, options.random(), BACKOFF);
    if (error instanceof ContractError) {
      // One rate limit holds for both directions.
      if (error.retryAfterS !== undefined) {
        health.blockedUntilMs = clock() + Math.min(Math.max(0, error.retryAfterS * 1000), MAX_RETRY_AFTER_MS);
      }
      if (error.kind === 'unauthorized') {
        health.isUnauthorized = true;
        for (const each of [health.push, health.pull]) each.waitUntilMs = clock() + UNAUTHORIZED_WAIT_MS;
      }
      lane.lastError = error.message;
    } else {
      options.logger.error({ err: error, tenant: tenantId, upstream }, 'a sync failed');
      lane.lastError = 'The sync failed by a fault of its own; the log has more.';
    }
    log(lane.lastError);
  };

  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
    abort = new AbortController();
  };

  const review = { store, tenantId, upstream, clock, ids: options.ids };

  return {
    memory,
    status,
    log: () => entries,
    pending: () => listPending(review),
    refused: () => listRefused(review),
    retry: async (id, by) => await retryRefused(review, id, by),
    discard: async (id, by) => await discardPending(review, id, by),
    replaceReference: async (kind, from, to, by) => await replaceReference(review, kind, from, to, by),
    conflicts: () => listConflicts(review),
    resolve: async (id, resolution, by) => await resolveConflicts(review, id, resolution, by),
    async brake(action, eventId) {
      await answerBrake({ store, tenantId, upstream, memory, clock }, action, eventId);
      changed();
      return status();
    },
    async sync(by) {
      if (running === undefined) {
        const { push: upload, pull: download, blockedUntilMs } = health;
        const waitUntilMs = by === 'hand' ? 0 : Math.min(upload.waitUntilMs, download.waitUntilMs);
        if (memory.current.paused || clock() < Math.max(blockedUntilMs, waitUntilMs)) return status();
        running = cycle(by);
        changed();
      }
      const current = running;
      try {
        await current;
      } finally {
        if (running === current) {
          running = undefined;
          changed();
        }
      }
      return status();
    },
    async pause() {
      await memory.remember({ paused: true });
      await stop();
      log('Paused.');
      changed();
    },
    async resume() {
      await memory.remember({ paused: false });
      log('Resumed.');
      changed();
    },
    stop,
    watch(listener) {
      const unwatch = store.watchSessions((record) => {
        if (record.tenant_id === tenantId) listener();
      });
      listeners.add(listener);
      return () => {
        unwatch();
        listeners.delete(listener);
      };
    },
  };
}

/** The operations of headquarters, given up at once when the signal says so: what comes of them then is unknown, as of an answer that is lost. */
function untilAborted(remote: SessionsApi, signal: AbortSignal): SessionsApi {
  const call = async (name: OperationName, request: never): Promise<unknown> => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const giveUp = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    (remote[name] as (request: never) => Promise<unknown>)(request).then(resolve, reject);
    try {
      return await promise;
    } finally {
      // The signal outlives thousands of calls.
      signal.removeEventListener('abort', giveUp);
    }
  };
  // Each operation answers what the one behind it does, which Object.fromEntries cannot see.
  return Object.fromEntries(
    operationNames.map((name) => [name, async (request: never) => await call(name, request)]),
  ) as unknown as SessionsApi;
}

/** The events that are kept here, and those where a session that was moved may have been created: it is looked for there. */
function eventsToPull({ store, tenantId, upstream }: SyncContext): ReadonlySet<string> {
  const unknown = store
    .read((view) => view.listUnsent(tenantId))
    .filter(({ sync }) => sync.upstream === upstream && sync.remote_id === '')
    .flatMap(({ session, sync }) => [
      session.event_id,
      ...(sync.sent?.states ?? []).map((state) => String(state['event_id'])),
    ]);
  return new Set([...store.subscriptions.eventsOf(tenantId, upstream), ...unknown]);
}

/** With a key that headquarters did not take, one request tells whether it does now. */
async function tryKey({ store, tenantId, upstream, remote, remoteTenantId }: SyncContext): Promise<void> {
  const [eventId] = store.subscriptions.eventsOf(tenantId, upstream);
  if (eventId === undefined) return;
  try {
    await remote.listSessionsByEvent({ tenantId: remoteTenantId, event_id: eventId, fields: 'id' });
  } catch (error) {
    if (!(error instanceof ContractError) || error.kind !== 'not_found') throw error;
  }
}
