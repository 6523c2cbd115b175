import { backoffMs } from '../base/backoff.ts';
import { because } from '../base/reasons.ts';
import type { ChangePage, HubApi } from '../contract/change-feed.ts';
import { ContractError } from '../contract/errors.ts';

export interface FollowOptions {
  hub: HubApi;
  /** The tenant's id at the hub. */
  remoteTenantId: string;
  /** What to follow from here; undefined where it cannot be followed now: paused, not up to date yet, or turned away. */
  position: () => { eventIds: readonly string[]; cursor: string } | undefined;
  /** Takes a page; false where the stream has to begin again from where things stand. */
  take: (page: ChangePage) => Promise<boolean>;
  /** The stream tells what changes from now on, or does not any more. */
  onLive: (isLive: boolean) => void;
  /** Asks for a sync, which asks the feed anew. */
  askAnew: () => void;
  random: () => number;
}

/** A change feed that is followed. */
export interface FollowedFeed {
  /** Looks again at what there is to follow: begins where it could not before, and begins anew where other events are kept. */
  renew(): void;
  /** Ends the stream that is open, and looks again at what there is to follow. */
  restart(): void;
  /** Ends it. */
  stop(): Promise<void>;
}

const BACKOFF = { firstMs: 500, maxMs: 60_000 };
/** Where there is nothing to follow, that is looked at again after this, in milliseconds; `renew` comes earlier. */
const IDLE_MS = 60_000;

/** Keeps a hub's change feed open, and opens it again whenever it breaks off, until it is stopped. */
export function followFeed(options: FollowOptions): FollowedFeed {
  let stream = new AbortController();
  let isStopped = false;
  let isIdle = false;
  let followed: string | undefined;
  let wake = (): void => {};
  const wait = async (ms: number): Promise<void> =>
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!isStopped) {
      const position = options.position();
      followed = position?.eventIds.join('\n');
      isIdle = position === undefined;
      if (position === undefined) {
        failures = 0;
        await wait(IDLE_MS);
        continue;
      }
      stream = new AbortController();
      try {
        await readAll(options, position, stream.signal, () => (failures = 0));
      } catch (error) {
        if (!isStopped && !stream.signal.aborted) {
          failures += 1;
          // What the stream cannot tell, an answer of the feed can.
          if (error instanceof ContractError && error.kind !== 'unreachable' && error.kind !== 'rate_limited') {
            options.askAnew();
          }
          const retryAfterS = error instanceof ContractError ? (error.retryAfterS ?? 0) : 0;
          await wait(Math.max(backoffMs(failures, options.random(), BACKOFF), Math.min(retryAfterS, 3600) * 1000));
        }
      } finally {
        options.onLive(false);
      }
    }
  };
  const running = run();

  return {
    renew() {
      const wanted = options.position()?.eventIds.join('\n');
      if (isIdle) wake();
      else if (wanted !== followed) stream.abort();
    },
    restart() {
      stream.abort();
      if (isIdle) wake();
    },
    async stop() {
      isStopped = true;
      stream.abort();
      wake();
      await running;
    },
  };
}

async function readAll(
  { hub, remoteTenantId, take, onLive }: FollowOptions,
  { eventIds, cursor }: { eventIds: readonly string[]; cursor: string },
  signal: AbortSignal,
  onHeard: () => void,
): Promise<void> {
  for await (const page of hub.follow({ tenantId: remoteTenantId, eventIds, since: cursor, signal })) {
    if (signal.aborted) return;
    onHeard();
    if (page === 'alive') continue;
    if (!(await take(page))) return;
    if (!page.more) onLive(true);
  }
  throw new ContractError('unreachable', because('feed_ended'));
}
