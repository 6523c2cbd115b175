import { backoffMs } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import type { CatalogKind } from '../catalog/catalog.ts';
import type { ChainStatus, ChangePage, Decision, HubApi, HubOrder } from '../contract/change-feed.ts';
import type { SessionsApi } from '../contract/operations.ts';
import type { Store } from '../store/open-store.ts';
import { answerBrake } from './brake.ts';
import { isOfOneSession } from './listing.ts';
import { toChainStatus, withChain } from './chain-status.ts';
import { followFeed, type FollowedFeed } from './follow-feed.ts';
import { adoptLostCreates, createsInDoubt } from './lost-creates.ts';
import { createPace } from './pace.ts';
import { countUnsentCatalog, pushCatalog } from './push-catalog.ts';
import { needsListing, pullFeed, takeAndRemember } from './pull-feed.ts';
import { pullEvent } from './pull.ts';
import { push } from './push.ts';
import {
  discardPending,
  listConflicts,
  listKept,
  listPending,
  listRefused,
  releaseHeld,
  replaceReference,
  resolveConflicts,
  retryRefused,
  settleKept,
  type KeptSession,
  type PendingSession,
  type RefusedSession,
  type Resolution,
  type SessionConflict,
} from './review.ts';
import {
  listConflictsAbove,
  listPendingAbove,
  listRefusedAbove,
  madeHereFirst,
  settleAbove,
  settleAllAbove,
} from './review-above.ts';
import type { SyncContext } from './sync-context.ts';
import { createSyncLog, type LogEntry } from './sync-log.ts';
import { nothingTaken } from './take-page.ts';
import { operationsUntilAborted } from './until-aborted.ts';
import { openSyncMemory, type SyncMemory } from './sync-memory.ts';
import { newHealth, type Lane } from './sync-health.ts';
import { readStatus, type SyncStatus } from './sync-status.ts';

export interface ReplicatorOptions {
  store: Store;
  tenantId: string;
  /** The upstream's name here. */
  upstream: string;
  remote: SessionsApi;
  /** What headquarters offers beside, if it is a hub: it is asked whether it is. */
  hub?: HubApi;
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
   * Runs one whole cycle: push, pull, push what merging made. It never throws: what went wrong stands in the status. `by: 'timer'` joins a cycle
   * that is under way; `by: 'hand'` is a whole one after it, for that may have read before what somebody wants to see now. All who ask meanwhile
   * share it, and it does not begin where the one before is cancelled. `by: 'hand'` ends a backoff, but not a running `Retry-After`.
   */
  sync(by: 'hand' | 'timer'): Promise<SyncStatus>;
  status(): SyncStatus;
  /** The status as this store's own clients are told it: whether a sync is under way is nothing to them. */
  chain(): ChainStatus;
  /** Follows headquarters' change feed, where it offers one: what changes there is here at once. Answers what ends it. */
  follow(): () => Promise<void>;
  /** Ends a sync that is under way, and lets none begin until `resume`, also after a restart. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends a sync that is under way at once: what comes of a request that has left is read by the next one. */
  stop(): Promise<void>;
  /** Calls `listener` whenever the status may have changed. Answers what ends it. */
  watch(listener: () => void): () => void;
  /** What happened, newest last, in words. */
  log(): readonly LogEntry[];
  /** Sessions with changes that headquarters does not have, but for those that it refused; also those that wait at a hub on the way. */
  pending(): PendingSession[];
  /** Changes that headquarters refused for good, with its reasons; also those that stand at a hub on the way. */
  refused(): RefusedSession[];
  /** Lets refused changes be sent again: one, or all. Answers how many; throws `not_found` for one that is not refused. */
  retry(id?: string, by?: string): Promise<number>;
  /** Lets what waited in a restored backup be sent: one session, or all. Answers how many; throws `not_found` for one that is not held. */
  release(id?: string, by?: string): Promise<number>;
  /** Gives up a refused change, or one from a restored backup: a create goes into history, a change returns to headquarters' state. Throws `not_found`. */
  discard(id: string, by?: string): Promise<void>;
  /**
   * Mends every refused session that refers to `from`: by `to`, or by leaving it out where `to` is undefined. Answers how many there were; throws
   * `invalid` where it cannot be left out.
   */
  replaceReference(kind: CatalogKind, from: string, to: string | undefined, by?: string): Promise<number>;
  /** What was changed on both sides, with base, mine and theirs of each place; also what stands at a hub on the way. */
  conflicts(): SessionConflict[];
  /** What is kept here though headquarters has it no more, by the answer to the brake or since its event went over to another headquarters. */
  kept(): KeptSession[];
  /**
   * Settles what is kept, one session or all: `send` makes it a new session at headquarters, `remove` removes it here. Answers how many; throws
   * `not_found` for one that is not kept.
   */
  settleKept(action: 'send' | 'remove', id?: string, by?: string): Promise<number>;
  /**
   * Settles a session's conflicts as a person decides, at the hub where they stand there; throws `not_found` where there is none, `invalid` for what
   * no session may be, `precondition_failed` where the session's `sys_version` is not the one that was decided on.
   */
  resolve(id: string, resolution: Resolution, by?: string, version?: number): Promise<void>;
  /**
   * Answers the brake, for one event or all that are stopped: `apply` proves the absences again and removes, at the next sync; `keep` keeps the
   * sessions here, marked. Throws `not_found` where nothing is stopped.
   */
  brake(action: 'apply' | 'keep', eventId?: string): Promise<SyncStatus>;
  readonly memory: SyncMemory;
}

const BACKOFF = { firstMs: 1000, maxMs: 5 * 60 * 1000 };
/** A key that headquarters does not take is tried again so often, by one request. */
const UNAUTHORIZED_WAIT_MS = 5 * 60 * 1000;
/** A server that asks for more is asked again after this. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

export function createReplicator(options: ReplicatorOptions): Replicator {
  const { store, tenantId, upstream, clock } = options;
  const memory = openSyncMemory(store, tenantId, upstream);
  const pace = createPace(clock, options.random);
  const health = newHealth();
  let running: Promise<void> | undefined;
  let abort = new AbortController();
  let followed: FollowedFeed | undefined;
  /** Whether the feed that is open tells of every change. */
  let isLive = false;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const log = createSyncLog(clock, options.logger, { tenant: tenantId, upstream });
  const isFed = (): boolean => {
    const { cursor, deniedAtMs } = memory.current.feed;
    return options.hub !== undefined && cursor !== undefined && deniedAtMs === undefined;
  };
  const statusOf = (isRunning: boolean): SyncStatus => {
    const own = readStatus(store, tenantId, upstream, memory, health, isRunning);
    return isFed() ? withChain(own, memory.current.feed, countUnsentCatalog({ store, tenantId })) : own;
  };
  const status = (): SyncStatus => statusOf(running !== undefined);

  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    // Whoever asked for it hears of a failure.
    turn = result.catch(() => {});
    return await result;
  };
  const contextNow = (): SyncContext => ({
    ...options,
    remote: operationsUntilAborted(abort.signal, options.remote),
    isHub: isFed(),
    memory,
    signal: abort.signal,
    inTurn,
    onProgress: (done, total) => {
      health.progress = total === undefined ? { done } : { done, total };
      changed();
    },
    log: log.tell,
    count: log.count,
  });

  const cycle = async (by: 'hand' | 'timer'): Promise<void> => {
    const context = contextNow();
    const isDue = (lane: Lane): boolean =>
      !abort.signal.aborted &&
      !health.isUnauthorized &&
      clock() >= health.blockedUntilMs &&
      (by === 'hand' || clock() >= lane.waitUntilMs);
    const listed = new Set<string>();
    const send = async (): Promise<void> => {
      const { hub } = options;
      if (hub !== undefined && isFed()) await inTurn(async () => await pushCatalog(context, hub));
      await push(context, pace, listed);
    };
    if (by === 'hand') pace.hurry();

    if (health.isUnauthorized && !(await isKeyTaken(context))) return;
    // Upload trouble never stops download, nor the other way round: each has its own clock.
    const pushed = isDue(health.push) && (await run(health.push, send));
    if (isDue(health.pull)) {
      const pulled = await run(health.pull, async () => await inTurn(async () => await pull(context, by, listed)));
      // What merging made, and what had to be looked for first.
      if (pushed && pulled && isDue(health.push)) await run(health.push, send);
    }
    delete health.progress;
  };

  /** Brings all events up to date: by the change feed where there is one, and by listings where that does not do. */
  const pull = async (context: SyncContext, by: 'hand' | 'timer', listed: Set<string>): Promise<void> => {
    const failures: unknown[] = [];
    const told = await hearFeed(context, by);
    for (const eventId of eventsToPull(context)) {
      health.incomplete.add(eventId);
      try {
        const isTold = told?.has(eventId) === true && !needsListing(context, eventId);
        if (isTold || (await pullEvent(context, eventId, by === 'hand'))) {
          health.incomplete.delete(eventId);
          listed.add(eventId);
        }
      } catch (error) {
        if (!isOfOneSession(error) || abort.signal.aborted) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };

  /** The events that the change feed speaks for; undefined where there is none. */
  const hearFeed = async (context: SyncContext, by: 'hand' | 'timer'): Promise<ReadonlySet<string> | undefined> => {
    if (options.hub === undefined) return undefined;
    const events = store.subscriptions.eventsOf(tenantId, upstream);
    // What is open tells all, but what became of a create.
    const isHeard = isLive && memory.current.feed.cursor !== undefined;
    const isKnown =
      isHeard && by === 'timer' && events.every((eventId) => createsInDoubt(context, eventId).length === 0);
    return isKnown ? new Set(events) : await pullFeed(context, options.hub);
  };

  /** Takes a page of the feed that is open; false where it is not what follows on what is known. */
  const hear = async (page: ChangePage): Promise<boolean> =>
    await inTurn(async () => {
      const { cursor } = memory.current.feed;
      // An answer of the feed came first.
      if (page.since !== cursor) return page.cursor === cursor;
      const context = contextNow();
      const taken = nothingTaken();
      await takeAndRemember(context, page, taken);
      for (const eventId of store.subscriptions.eventsOf(tenantId, upstream)) {
        const candidates = taken.candidates.filter(({ state }) => state.event_id === eventId);
        if (candidates.length === 0) continue;
        await adoptLostCreates(context, eventId, createsInDoubt(context, eventId), candidates, false);
      }
      health.pull.lastAtMs = clock();
      log.tellCounted();
      changed();
      return true;
    });

  /** Runs one direction and notes how it went; answers whether it went well. */
  const run = async (lane: Lane, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
    } catch (error) {
      noteFailure(lane, error);
      return false;
    }
    if (lane.lastError !== undefined) log.tell(because(lane === health.push ? 'sends_again' : 'reads_again'));
    log.tellCounted();
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
    log.tellCounted();
    // Somebody ended the sync: nothing failed.
    if (abort.signal.aborted && error === abort.signal.reason) return;
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
      lane.lastError = error.because;
    } else {
      options.logger.error({ err: error, tenant: tenantId, upstream }, 'a sync failed');
      lane.lastError = because('sync_fault');
    }
    log.tell(lane.lastError);
  };

  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
    await turn;
    abort = new AbortController();
    followed?.restart();
  };

  const finished = async (current: Promise<void>): Promise<void> => {
    try {
      await current;
    } finally {
      if (running === current) {
        running = undefined;
        changed();
        followed?.renew();
      }
    }
  };

  const sync = async (by: 'hand' | 'timer'): Promise<SyncStatus> => {
    if (by === 'hand' && running !== undefined) {
      const { signal } = abort;
      await finished(running);
      if (signal.aborted) return status();
    }
    if (running === undefined) {
      const { push: upload, pull: download, blockedUntilMs } = health;
      const waitUntilMs = by === 'hand' ? 0 : Math.min(upload.waitUntilMs, download.waitUntilMs);
      if (memory.current.paused || clock() < Math.max(blockedUntilMs, waitUntilMs)) return status();
      running = cycle(by);
      changed();
    }
    await finished(running);
    return status();
  };

  const review = { store, tenantId, upstream, clock, ids: options.ids };

  /** Where a decision was taken at the hub, what became of it is fetched at once. */
  const settleThere = async (work: () => Promise<unknown>): Promise<void> => {
    await work();
    const { hub } = options;
    if (hub === undefined) return;
    await run(health.pull, async () => void (await inTurn(async () => await pullFeed(contextNow(), hub))));
    changed();
  };
  /** Does what a person decided: here, or where it stands. */
  const orAbove = async (
    here: () => Promise<unknown>,
    id: string,
    order: Decision,
    version?: number,
  ): Promise<void> => {
    try {
      await here();
    } catch (error) {
      if (!(error instanceof ContractError) || error.kind !== 'not_found') throw error;
      await settleThere(async () => await settleAbove(review, options.hub, options.remoteTenantId, id, order, version));
    }
  };
  const allAbove = async (order: Extract<HubOrder, { about: 'all refused' }>): Promise<number> => {
    let count = 0;
    if (listRefusedAbove(review).length === 0) return count;
    await settleThere(async () => {
      count = await settleAllAbove(review, options.hub, options.remoteTenantId, order);
    });
    return count;
  };

  return {
    memory,
    status,
    log: () => log.entries,
    chain: () => toChainStatus(statusOf(false)),
    pending: () => madeHereFirst([...listPending(review), ...listPendingAbove(review)]),
    refused: () => madeHereFirst([...listRefused(review), ...listRefusedAbove(review)]),
    async retry(id, by) {
      if (id === undefined) {
        return (
          (await retryRefused(review, undefined, by)) + (await allAbove({ about: 'all refused', action: 'retry' }))
        );
      }
      await orAbove(async () => await retryRefused(review, id, by), id, { about: 'refused', action: 'retry' });
      return 1;
    },
    async release(id, by) {
      const count = await releaseHeld(review, id, by);
      changed();
      return count;
    },
    async discard(id, by) {
      await orAbove(async () => await discardPending(review, id, by), id, { about: 'refused', action: 'discard' });
    },
    async replaceReference(kind, from, to, by) {
      const here = await replaceReference(review, kind, from, to, by);
      return here + (await allAbove({ about: 'all refused', action: 'replace', kind, from, to }));
    },
    conflicts: () => madeHereFirst([...listConflicts(review), ...listConflictsAbove(review)]),
    kept: () => listKept(review),
    settleKept: async (action, id, by) => await settleKept(review, action, id, by),
    async resolve(id, resolution, by, version) {
      const here = async (): Promise<void> => await resolveConflicts(review, id, resolution, by, version);
      await orAbove(here, id, { about: 'conflict', resolution }, version);
    },
    follow() {
      const { hub, remoteTenantId, random } = options;
      if (hub === undefined) return async () => {};
      const following = followFeed({
        hub,
        remoteTenantId,
        random,
        take: hear,
        askAnew: () => void sync('timer'),
        position() {
          const { cursor, isComplete } = memory.current.feed;
          const eventIds = store.subscriptions.eventsOf(tenantId, upstream);
          const isOpen = isFed() && isComplete && !memory.current.paused && !health.isUnauthorized;
          return isOpen && cursor !== undefined && eventIds.length > 0 ? { eventIds, cursor } : undefined;
        },
        onLive(nowLive) {
          isLive = nowLive;
        },
      });
      followed = following;
      return async () => {
        followed = undefined;
        await following.stop();
      };
    },
    async brake(action, eventId) {
      await answerBrake({ store, tenantId, upstream, memory, clock }, action, eventId);
      changed();
      return status();
    },
    sync,
    async pause() {
      await memory.remember({ paused: true });
      await stop();
      log.tell(because('paused'));
      changed();
    },
    async resume() {
      await memory.remember({ paused: false });
      log.tell(because('resumed'));
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
