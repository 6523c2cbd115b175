import { ContractError } from '../contract/errors.ts';
import type { SessionFields } from '../contract/session.ts';
import { isOlder, versionOf } from './remote-version.ts';
import type { SyncContext } from './sync-context.ts';

/** What is asked for of each session in a listing: enough to see whether it is new or changed, and whose it is. */
const LISTED_FIELDS = 'id,sys_version,sys_last_modified_at,sys_external_id';

/** How many sessions are asked for by their ids in one search. */
const SEARCH_CHUNK = 100;

/** A listing that goes on for longer without a session ends with an error. */
const MAX_EMPTY_PAGES = 1000;

/** A session as a listing names it. */
export type Listed = SessionFields & { id: string };

/**
 * The pages of an event's listing. Empty pages with a key go on; a key that repeats, or pages that stay empty, end it with an error. An
 * event that headquarters does not know is an empty listing.
 */
export async function* listPages(context: SyncContext, eventId: string): AsyncGenerator<Listed[]> {
  const keys = new Set<string>();
  let exclusiveStartKey: string | undefined;
  let emptyPages = 0;
  do {
    context.signal.throwIfAborted();
    const page = await listPage(context, eventId, exclusiveStartKey);
    const items = page.Items.filter((item): item is Listed => typeof item.id === 'string');
    if (items.length !== page.Items.length) throw unusable('It lists sessions without an id.');
    if (items.length > 0) yield items;
    emptyPages = items.length > 0 ? 0 : emptyPages + 1;
    exclusiveStartKey = page.LastEvaluatedKey;
    if (exclusiveStartKey === undefined) return;
    if (keys.has(exclusiveStartKey)) throw unusable('Its listing repeats a page key: it would never end.');
    if (emptyPages >= MAX_EMPTY_PAGES) throw unusable('Its listing goes on and on without a session.');
    keys.add(exclusiveStartKey);
  } while (true);
}

async function listPage(
  { remote, remoteTenantId: tenantId }: SyncContext,
  eventId: string,
  exclusiveStartKey?: string,
) {
  try {
    return await remote.listSessionsByEvent({ tenantId, event_id: eventId, fields: LISTED_FIELDS, exclusiveStartKey });
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
    if (found.id !== id) throw unusable('It answers one session for another.');
    return { found };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    if (error.kind === 'not_found') return 'gone';
    if (error.kind === 'forbidden') return 'hidden';
    throw error;
  }
}

/**
 * The states of listed sessions: by search, 100 a request; by GET where a result is older than the listing said, or none came.
 * Sessions that are gone by now are left out.
 */
export async function fetchListed(
  context: SyncContext,
  eventId: string,
  listed: readonly Listed[],
): Promise<SessionFields[]> {
  const states: SessionFields[] = [];
  for (let from = 0; from < listed.length; from += SEARCH_CHUNK) {
    const chunk = listed.slice(from, from + SEARCH_CHUNK);
    const found = new Map<string, SessionFields>();
    for (const item of await searchIds(
      context,
      eventId,
      chunk.map((item) => item.id),
    ))
      found.set(String(item.id), item);
    for (const item of chunk) {
      const state = found.get(item.id);
      if (state !== undefined && !isOlder(versionOf(state), versionOf(item))) states.push(state);
      else {
        context.signal.throwIfAborted();
        const read = await readRemote(context, item.id);
        if (typeof read === 'object') states.push(read.found);
      }
    }
  }
  return states;
}

async function searchIds(context: SyncContext, eventId: string, ids: string[]): Promise<SessionFields[]> {
  const { remote, remoteTenantId: tenantId } = context;
  const found: SessionFields[] = [];
  const keys = new Set<string>();
  let exclusiveStartKey: string | undefined;
  do {
    context.signal.throwIfAborted();
    const page = await remote.searchSessions({ tenantId, body: { event_id: eventId, ids }, exclusiveStartKey });
    found.push(...page.Items);
    exclusiveStartKey = page.LastEvaluatedKey;
    if (exclusiveStartKey !== undefined && keys.has(exclusiveStartKey))
      throw unusable('Its search repeats a page key.');
    if (exclusiveStartKey !== undefined) keys.add(exclusiveStartKey);
  } while (exclusiveStartKey !== undefined && keys.size <= MAX_EMPTY_PAGES);
  return found;
}

function unusable(why: string): ContractError {
  return new ContractError('unusable_answer', `Headquarters' answer cannot be used. ${why}`);
}
