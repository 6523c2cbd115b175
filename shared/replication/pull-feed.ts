import { because } from '../base/reasons.ts';
import type { ChangePage, FeedRequest, HubApi } from '../contract/change-feed.ts';
import { ContractError, type ErrorKind } from '../contract/errors.ts';
import { adoptLostCreates, createsInDoubt } from './lost-creates.ts';
import { markUnmatched, proveListing } from './prove-absences.ts';
import type { SyncContext } from './sync-context.ts';
import { untilAborted } from './until-aborted.ts';
import { takeMissing } from './take-catalog.ts';
import { forgetAbove, nothingTaken, takePage, type Taken } from './take-page.ts';

/** An upstream that offers no feed is asked again after this. */
const ASK_AGAIN_MS = 10 * 60 * 1000;
/** The audit: an event is listed again after so long, whatever the feed said. */
const AUDIT_MS = 24 * 60 * 60 * 1000;

/**
 * Brings all events of an upstream up to date by its change feed, where it offers one: what is new since the last time, in one small request if
 * nothing is. Answers the events that it speaks for; undefined where there is no feed, and listings have to do.
 *
 * The first time everything is told, which serves as a listing, too. Where the hub says that its feed cannot go on (it was restored, or the cursor is
 * too old), that is done again, and what is here and was not told is proven to be gone.
 */
export async function pullFeed(context: SyncContext, hub: HubApi): Promise<ReadonlySet<string> | undefined> {
  const { memory, store, tenantId, upstream } = context;
  const { deniedAtMs, cursor } = memory.current.feed;
  if (deniedAtMs !== undefined && context.clock() - deniedAtMs < ASK_AGAIN_MS) return undefined;
  const eventIds = store.subscriptions.eventsOf(tenantId, upstream);
  if (eventIds.length === 0) return new Set();
  try {
    if (cursor === undefined) await snapshot(context, hub, eventIds);
    else {
      try {
        await goOn(context, hub, eventIds, cursor);
      } catch (error) {
        if (!(error instanceof ContractError) || !['expired', 'invalid'].includes(error.kind)) throw error;
        context.log(because('compares_anew'));
        await memory.rememberFeed({ cursor: undefined, isComplete: false });
        await snapshot(context, hub, eventIds);
      }
    }
  } catch (error) {
    if (!isNoFeed(error, cursor !== undefined)) throw error;
    await memory.rememberFeed({ deniedAtMs: context.clock() });
    return undefined;
  }
  if (deniedAtMs !== undefined) await memory.rememberFeed({ deniedAtMs: undefined });
  return new Set(eventIds);
}

/** Whether an event is to be listed, though the feed speaks for it. */
export function needsListing({ memory, clock }: SyncContext, eventId: string): boolean {
  const { listedAtMs, needsListing: isAsked, brake } = memory.eventOf(eventId);
  // Whoever answers the brake wants all to be proven again.
  return isAsked === true || brake !== undefined || listedAtMs === undefined || clock() - listedAtMs >= AUDIT_MS;
}

/** Takes what changed since the cursor. */
async function goOn(context: SyncContext, hub: HubApi, eventIds: readonly string[], cursor: string): Promise<void> {
  const { memory } = context;
  const inDoubt = new Map(eventIds.map((eventId) => [eventId, createsInDoubt(context, eventId)]));
  const taken = nothingTaken();
  for await (const page of pages(context, hub, eventIds, cursor)) await takeAndRemember(context, page, taken);
  if (!memory.current.feed.isComplete) {
    // A snapshot that was cut short: what it told before the cut is not known any more.
    for (const eventId of eventIds) await memory.rememberEvent(eventId, { needsListing: true });
    await memory.rememberFeed({ isComplete: true });
  }
  for (const [eventId, records] of inDoubt) {
    const candidates = taken.candidates.filter(({ state }) => state.event_id === eventId);
    await adoptLostCreates(context, eventId, records, candidates, true);
  }
}

/** Takes everything, and proves what it lacks to be gone. */
async function snapshot(context: SyncContext, hub: HubApi, eventIds: readonly string[]): Promise<void> {
  const { memory } = context;
  const inDoubt = new Map(eventIds.map((eventId) => [eventId, createsInDoubt(context, eventId)]));
  const taken = nothingTaken();
  await forgetAbove(context);
  for await (const page of pages(context, hub, eventIds, undefined)) {
    await takeAndRemember(context, page, taken);
    context.onProgress(taken.seen.size, page.more ? undefined : taken.seen.size);
  }
  await takeMissing(context, taken.items, taken.seen);
  for (const [eventId, records] of inDoubt) {
    const candidates = taken.candidates.filter(({ state }) => state.event_id === eventId);
    await adoptLostCreates(context, eventId, records, candidates, true);
    const counts = await proveListing(context, eventId, taken.seen);
    await memory.rememberEvent(eventId, counts ? { listedAtMs: context.clock() } : { needsListing: true });
    if (counts) await markUnmatched(context, eventId);
  }
  await memory.rememberFeed({ isComplete: true });
}

/** The pages from a cursor on, each fetched while the one before is taken. */
async function* pages(
  context: SyncContext,
  hub: HubApi,
  eventIds: readonly string[],
  from: string | undefined,
): AsyncGenerator<ChangePage, void, undefined> {
  const fetchFrom = (since: string | undefined): Promise<ChangePage> => {
    const request: FeedRequest = { tenantId: context.remoteTenantId, eventIds, since };
    const page = untilAborted(context.signal, hub.changes(request));
    // It is heard where it is waited for.
    page.catch(() => {});
    return page;
  };
  let next = fetchFrom(from);
  for (;;) {
    context.signal.throwIfAborted();
    const page = await next;
    if (!page.more) return yield page;
    if (page.changes.length === 0) throw new ContractError('unusable_answer', because('feed_stuck'));
    next = fetchFrom(page.cursor);
    yield page;
  }
}

/** Takes a page, and then the cursor after it: cut short, it is taken again. */
export async function takeAndRemember(context: SyncContext, page: ChangePage, taken: Taken): Promise<void> {
  const { memory } = context;
  const { cursor, status } = page;
  const isRemembered = await takePage(context, page, taken, { cursor, status, heardAtMs: context.clock() });
  const { feed } = memory.current;
  if (isRemembered || (feed.cursor === cursor && JSON.stringify(feed.status) === JSON.stringify(status))) return;
  await memory.rememberFeed({ cursor, status, heardAtMs: context.clock() });
}

/** Whether an error says that there is no such feed; where there was one, a server that fails says nothing. */
function isNoFeed(error: unknown, wasThere: boolean): boolean {
  if (!(error instanceof ContractError)) return false;
  return NO_FEED.has(error.kind) || (!wasThere && error.kind === 'internal');
}

const NO_FEED: ReadonlySet<ErrorKind> = new Set(['not_found', 'invalid', 'forbidden', 'unusable_answer', 'expired']);
