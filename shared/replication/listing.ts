import { because } from '../base/reasons.ts';
import { ContractError, type ErrorKind } from '../contract/errors.ts';
import type { SessionFields } from '../contract/session.ts';
import { isOlder, versionOf } from './remote-version.ts';
import type { SyncContext } from './sync-context.ts';
import { isWholeSession } from './whole-session.ts';

/**
 * What is asked for of each session in a listing: enough to see whether it is new or changed. `brief` leaves out the time of the change, which is half
 * of what a listing sends, and tells only what the number of the version does not: that headquarters went back and on from there.
 */
const LISTED_FIELDS = { full: 'id,sys_version,sys_last_modified_at', brief: 'id,sys_version' };

/** How much a listing asks for. */
export type Listing = keyof typeof LISTED_FIELDS;

/** How many sessions are asked for by their ids in one search. */
const SEARCH_CHUNK = 100;

/** A listing that goes on for longer without a session ends with an error. */
const MAX_EMPTY_PAGES = 1000;

/** A session as a listing names it. */
export type Listed = SessionFields & { id: string };

/** A page of a listing. */
export interface ListedPage {
  items: Listed[];
  /** The key of the page that follows, if one does. */
  nextKey: string | undefined;
}

/**
 * The pages of an event's listing, from the beginning or from a page key. Empty pages with a key go on; a key that repeats, or pages that stay
 * empty, end it with an error. An event that headquarters does not know is an empty listing.
 */
export async function* listPages(
  context: SyncContext,
  eventId: string,
  listing: Listing,
  fromKey?: string,
): AsyncGenerator<ListedPage, void, undefined> {
  const keys = new Set<string>();
  let exclusiveStartKey = fromKey;
  let emptyPages = 0;
  do {
    context.signal.throwIfAborted();
    const page = await listPage(context, eventId, LISTED_FIELDS[listing], exclusiveStartKey);
    const items = page.Items.filter((item): item is Listed => typeof item.id === 'string');
    if (items.length !== page.Items.length) throw unusable('listing_without_ids');
    const nextKey = page.LastEvaluatedKey;
    yield { items, nextKey };
    emptyPages = items.length > 0 ? 0 : emptyPages + 1;
    exclusiveStartKey = nextKey;
    if (exclusiveStartKey === undefined) return;
    if (keys.has(exclusiveStartKey)) throw unusable('listing_repeats');
    if (emptyPages >= MAX_EMPTY_PAGES) throw unusable('listing_endless');
    keys.add(exclusiveStartKey);
  } while (true);
}

async function listPage(
  { remote, remoteTenantId: tenantId }: SyncContext,
  eventId: string,
  fields: string,
  exclusiveStartKey?: string,
) {
  try {
    return await remote.listSessionsByEvent({ tenantId, event_id: eventId, fields, exclusiveStartKey });
  } catch (error) {
    if (error instanceof ContractError && error.kind === 'not_found') return { Count: 0, Items: [] };
    throw error;
  }
}

/** What a consistent GET proves of a session: its state, or that headquarters has it no more. */
export async function readRemote(
  { remote, remoteTenantId: tenantId }: SyncContext,
  id: string,
): Promise<{ found: SessionFields } | 'gone' | 'hidden'> {
  try {
    const found = await remote.getSession({ tenantId, id, consistentRead: 'true' });
    if (found.id !== id) throw unusable('one_for_another');
    if (!isWholeSession(found)) throw unusable('answer_not_whole');
    return { found };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    if (error.kind === 'not_found') return 'gone';
    if (error.kind === 'forbidden') return 'hidden';
    throw error;
  }
}

/** A listed session whose state is wanted. */
export interface Wanted {
  item: Listed;
  /** Whether only a consistent GET will do: what is known here says otherwise than the listing. */
  needsProof: boolean;
}

/** States of sessions as they were fetched. */
export interface Fetched {
  states: { state: SessionFields; proven: boolean }[];
  /** Sessions that headquarters lists and cannot give: the listing does not count. */
  failed: number;
}

/**
 * The states of listed sessions: by search, 100 a request; by GET where a result is older than the listing said, or none came.
 * Sessions that are gone by now, or hidden, are left out. One that cannot be read does not keep the others.
 */
export async function fetchListed(context: SyncContext, eventId: string, wanted: readonly Wanted[]): Promise<Fetched> {
  const fetched: Fetched = { states: [], failed: 0 };
  let failuresInARow = 0;
  for (let from = 0; from < wanted.length; from += SEARCH_CHUNK) {
    const chunk = wanted.slice(from, from + SEARCH_CHUNK);
    const searched = chunk.filter(({ needsProof }) => !needsProof).map(({ item }) => item.id);
    const found =
      searched.length === 0 ? new Map<string, SessionFields>() : await searchIds(context, eventId, searched);
    for (const { item } of chunk) {
      const state = found.get(item.id);
      if (state !== undefined && isWholeSession(state) && !isOlder(versionOf(state), versionOf(item))) {
        fetched.states.push({ state, proven: false });
        continue;
      }
      context.signal.throwIfAborted();
      try {
        const read = await readRemote(context, item.id);
        failuresInARow = 0;
        if (typeof read === 'object') fetched.states.push({ state: read.found, proven: true });
      } catch (error) {
        failuresInARow += 1;
        if (!isOfOneSession(error) || failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
        fetched.failed += 1;
      }
    }
  }
  return fetched;
}

/** So many failures one after the other are not one session's. */
export const MAX_FAILURES_IN_A_ROW = 3;

/** Whether a failure may be about this session alone: the server answers, but not to this, and does not ask to be left alone for a while. */
export function isOfOneSession(error: unknown): boolean {
  return error instanceof ContractError && error.retryAfterS === undefined && !STOPS_EVERYTHING.has(error.kind);
}

const STOPS_EVERYTHING: ReadonlySet<ErrorKind> = new Set(['unreachable', 'unauthorized', 'rate_limited']);

/** What a search finds by their ids; nothing where headquarters fails at searching: each is read by itself then. */
async function searchIds(context: SyncContext, eventId: string, ids: string[]): Promise<Map<string, SessionFields>> {
  try {
    return new Map((await searchPages(context, eventId, ids)).map((item) => [String(item.id), item]));
  } catch (error) {
    if (!isOfOneSession(error)) throw error;
    return new Map();
  }
}

async function searchPages(context: SyncContext, eventId: string, ids: string[]): Promise<SessionFields[]> {
  const { remote, remoteTenantId: tenantId } = context;
  const found: SessionFields[] = [];
  const keys = new Set<string>();
  let exclusiveStartKey: string | undefined;
  do {
    context.signal.throwIfAborted();
    const page = await remote.searchSessions({ tenantId, body: { event_id: eventId, ids }, exclusiveStartKey });
    found.push(...page.Items);
    exclusiveStartKey = page.LastEvaluatedKey;
    if (exclusiveStartKey !== undefined && keys.has(exclusiveStartKey)) throw unusable('search_repeats');
    if (exclusiveStartKey !== undefined) keys.add(exclusiveStartKey);
  } while (exclusiveStartKey !== undefined && keys.size <= MAX_EMPTY_PAGES);
  return found;
}

function unusable(
  code:
    | 'listing_without_ids'
    | 'listing_repeats'
    | 'listing_endless'
    | 'one_for_another'
    | 'answer_not_whole'
    | 'search_repeats',
): ContractError {
  return new ContractError('unusable_answer', because(code));
}
