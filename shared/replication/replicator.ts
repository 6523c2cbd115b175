import { backoffMs } from '../base/backoff.ts';
import { toTimestamp, type Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { ContractError } from '../contract/errors.ts';
import type { CatalogKind } from '../catalog/catalog.ts';
import type { SessionsApi } from '../contract/operations.ts';
import type { Store } from '../store/open-store.ts';
import { answerBrake } from './brake.ts';
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
  pause(): void;
  resume(): void;
  /** Ends a sync that is under way at its next step. */
  stop(): Promise<void>;
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
const LOG_LENGTH = 200;

export function createReplicator(options: ReplicatorOptions): Replicator {
  const { store, tenantId, upstream, clock } = options;
  const memory = openSyncMemory(store, tenantId, upstream);
  const entries: LogEntry[] = [];
  const health: Health = { failures: 0, waitUntilMs: 0, blockedUntilMs: 0, paused: false };
  let running: Promise<SyncStatus> | undefined;
  let abort = new AbortController();

  const log = (message: string): void => {
    entries.push({ at: toTimestamp(clock()), message });
    if (entries.length > LOG_LENGTH) entries.shift();
    options.logger.info({ tenant: tenantId, upstream }, message);
  };
  const status = (): SyncStatus => readStatus(store, tenantId, upstream, memory, health, running !== undefined);

  const cycle = async (): Promise<SyncStatus> => {
    const context: SyncContext = {
      ...options,
      memory,
      signal: abort.signal,
      onProgress: (done, total) => {
        health.progress = total === undefined ? { done } : { done, total };
      },
      log,
    };
    const failures: unknown[] = [];
    // Upload trouble never stops download, nor the other way round.
    await attempt(failures, async () => {
      await push(context);
      health.lastPushAtMs = clock();
    });
    const pullFailures: unknown[] = [];
    for (const eventId of store.subscriptions.eventsOf(tenantId, upstream)) {
      await attempt(pullFailures, async () => await pullEvent(context, eventId));
    }
    if (pullFailures.length === 0) health.lastPullAtMs = clock();
    if (failures.length + pullFailures.length === 0) await attempt(failures, async () => await push(context));
    note([...failures, ...pullFailures]);
    delete health.progress;
    return status();
  };

  const note = (failures: readonly unknown[]): void => {
    const [failure] = failures.filter((error) => !abort.signal.aborted || error !== abort.signal.reason);
    if (failure === undefined) {
      if (health.lastError !== undefined) log('Headquarters can be reached again.');
      health.failures = 0;
      health.waitUntilMs = 0;
      delete health.lastError;
      return;
    }
    health.failures += 1;
    health.waitUntilMs = clock() + backoffMs(health.failures, options.random(), BACKOFF);
    if (failure instanceof ContractError) {
      if (failure.retryAfterS !== undefined) health.blockedUntilMs = clock() + failure.retryAfterS * 1000;
      if (failure.kind === 'unauthorized') health.waitUntilMs = clock() + BACKOFF.maxMs;
      health.lastError = failure.message;
    } else {
      options.logger.error({ err: failure, tenant: tenantId, upstream }, 'a sync failed');
      health.lastError = 'The sync failed by a fault of its own; the log has more.';
    }
    log(health.lastError);
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
      return status();
    },
    async sync(by) {
      if (running !== undefined) return await running;
      const waitUntilMs = by === 'hand' ? health.blockedUntilMs : Math.max(health.blockedUntilMs, health.waitUntilMs);
      if (health.paused || clock() < waitUntilMs) return status();
      running = cycle();
      try {
        await running;
      } finally {
        running = undefined;
      }
      return status();
    },
    pause() {
      health.paused = true;
    },
    resume() {
      health.paused = false;
    },
    async stop() {
      abort.abort();
      await running;
      abort = new AbortController();
    },
  };
}

/** How the syncs of late went. */
export interface Health {
  failures: number;
  /** No sync starts by itself before. */
  waitUntilMs: number;
  /** Headquarters asked not to be asked before. */
  blockedUntilMs: number;
  paused: boolean;
  lastPullAtMs?: number;
  lastPushAtMs?: number;
  lastError?: string;
  progress?: { done: number; total?: number };
}

async function attempt(failures: unknown[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    failures.push(error);
  }
}
