import { z } from 'zod';

import { findJsonFault, isJsonObject } from '../base/json.ts';
import type { SessionFields } from './session.ts';

/**
 * The change feed that every hub offers beside the fourteen operations (sync.md, "The change feed and the chain"):
 * `GET /-/{tenantId}/changes?event_id=&since=`, for viewers.
 *
 * `event_id` may be given several times; without it all events are meant. Without `since` the answer begins at the beginning, as a
 * snapshot: everything that is there, then what changed meanwhile. `since` is a cursor that an earlier page answered: a place in the order of
 * the hub's writes, which serves whatever events are asked for.
 *
 * Answers 200 with one page; as `text/event-stream` (by `Accept`) it stays open, and each event is a page, sent when something was
 * committed or the hub's own status changed; a comment every 15 seconds tells that it lives. 400 for a cursor of no such form; 410 (`gone`) where
 * changes may have been missed: the hub was restored since, the cursor is beyond its last write, or tombstones after it were purged.
 */
export const CHANGES_PATH = '/-/{tenantId}/changes';

/** Names the replica, a random id of its store, that a request comes from. */
export const REPLICA_HEADER = 'offstage-replica';

const text = z.string().max(4096);

/** One place of a conflict: the value before, and that of either side; one that is absent has nothing there. */
const conflictField = z.object({
  pointer: text,
  base: z.unknown().exactOptional(),
  mine: z.unknown().exactOptional(),
  theirs: z.unknown().exactOptional(),
});

const waiting = {
  operation: z.enum(['create', 'patch', 'delete']),
  fields: z.array(text).max(1000),
  since: text.exactOptional(),
  outcome_unknown: z.boolean(),
};

/**
 * What is open about a session at a hub, between it and its own upstream: that it waits, was refused, or was changed on both sides. `links` counts
 * the way up: 0 is the hub that sends it. `replica` made the change.
 */
export const openAbove = z.object({
  links: z.number().int().min(0).max(64),
  name: z.string(),
  event_id: z.string(),
  replica: text.exactOptional(),
  pending: z.object(waiting).exactOptional(),
  refused: z
    .object({
      ...waiting,
      status: z.number(),
      message: z.string(),
      because: z.unknown(),
      errors: z.array(z.object({ path: z.string(), message: z.string(), because: z.unknown() })).max(1000),
      at: text,
      missing: z.array(z.object({ kind: text, id: z.string() })).max(1000),
    })
    .exactOptional(),
  conflict: z
    .object({ deleted: z.enum(['here', 'at headquarters']).exactOptional(), fields: z.array(conflictField).max(1000) })
    .exactOptional(),
});

export type OpenAbove = z.infer<typeof openAbove>;

/** A session as it is now in one of the events asked for. */
interface SessionChange {
  session: SessionFields & { id: string };
  open?: OpenAbove[];
}

/** A session that is in none of the events asked for, by its id: deleted, or `moved` to another, where it may always have been. */
interface GoneChange {
  gone: string;
  why: 'deleted' | 'moved';
  open?: OpenAbove[];
}

/** An item of the catalog as it is now. Registrations are told for the sessions of the events asked for. */
interface CatalogChange {
  catalog: string;
  item: { id: string };
}

/** An item of the catalog that is there no more. */
interface CatalogGone {
  catalog: string;
  gone: string;
}

export type FeedChange = SessionChange | CatalogChange | CatalogGone | GoneChange;

const openList = z.array(openAbove).max(64).optional();

const goneChange = z.looseObject({
  gone: z.string().min(1).max(4096),
  why: z.enum(['deleted', 'moved']),
  open: openList,
});
const catalogChange = z.looseObject({ catalog: text, item: z.looseObject({ id: z.string().min(1) }) });
const catalogGone = z.looseObject({ catalog: text, gone: z.string().min(1) });

/**
 * Whether a value is a change. Of a session only that it is an object with an id, and JSON that we can hold: its fields are the hub's business, as
 * in an answer of the fourteen operations.
 */
function isFeedChange(value: unknown): boolean {
  if (!isJsonObject(value) || findJsonFault(value['session'] ?? value['item'] ?? null) !== undefined) return false;
  const { session, open } = value;
  if (session !== undefined) {
    const isSession = isJsonObject(session) && typeof session['id'] === 'string' && session['id'] !== '';
    return isSession && (open === undefined || isOpenList(open));
  }
  if ('catalog' in value) return ('gone' in value ? catalogGone : catalogChange).safeParse(value).success;
  return goneChange.safeParse(value).success && (open === undefined || isOpenList(open));
}

function isOpenList(open: unknown): boolean {
  return findJsonFault(open) === undefined && openList.safeParse(open).success;
}

const feedChange = z.custom<FeedChange>(isFeedChange, { error: 'is no change that a feed tells' });

const chainState = z.enum(['synced', 'syncing', 'offline', 'attention', 'paused']);

interface ChainLink {
  /** How the hub stands with its own upstream. */
  state: z.infer<typeof chainState>;
  pending: number;
  refused: number;
  conflicts: number;
  /** Since when the oldest waits there. */
  since?: string | undefined;
  last_error?: string | undefined;
  /** How that upstream stands with its own, and so on. */
  upstream?: ChainLink | undefined;
}

/** How a hub stands with its own upstream; it has none where this is left out. */
const chainStatus: z.ZodType<ChainLink> = z.lazy(() =>
  z.object({
    state: chainState,
    pending: z.number(),
    refused: z.number(),
    conflicts: z.number(),
    since: text.optional(),
    last_error: text.optional(),
    upstream: chainStatus.optional(),
  }),
);

export type ChainStatus = z.infer<typeof chainStatus>;

/** A page holds at most so many changes; a client takes no more. */
export const MAX_PAGE_CHANGES = 1000;

/** One answer of the feed. */
export const changePage = z.looseObject({
  /** The cursor that this page goes on from; left out at the beginning. */
  since: text.optional(),
  /** The cursor to go on from. */
  cursor: text.min(1),
  /** Whether there is more already. */
  more: z.boolean(),
  changes: z.array(feedChange).max(MAX_PAGE_CHANGES),
  status: chainStatus.optional(),
});

export type ChangePage = z.infer<typeof changePage>;

/**
 * A change of a catalog item, for `POST /-/{tenantId}/catalog`: editors may add items and name placeholders, admins may change any. Members that
 * were changed since `base` on both sides keep the hub's value; all others merge.
 */
export const catalogEdit = z.looseObject({
  kind: text,
  /** The item as the hub last had it; left out where it is new. */
  base: z.looseObject({ id: z.string() }).optional(),
  item: z.looseObject({ id: z.string() }),
});

export type CatalogEdit = z.infer<typeof catalogEdit>;

/** What became of a change of a catalog item, in the order they were sent. */
export const catalogOutcome = z.looseObject({
  kind: text,
  id: z.string(),
  /** The item as the hub has it now; left out where it has none. */
  item: z.looseObject({ id: z.string() }).optional(),
  /** Why the change was not taken. */
  refused: z.string().optional(),
  /** The same as a code and its values. */
  because: z.unknown().optional(),
});

export type CatalogOutcome = z.infer<typeof catalogOutcome>;

/** What a person decided about one session's change. */
export type Decision =
  /** `version` is the hub's `sys_version` of the session that the person saw: decided on an older one, it is refused. */
  | { about: 'conflict'; resolution: unknown; version?: number | undefined }
  | { about: 'refused'; action: 'retry' | 'discard' };

/** What a person decided about what stands at a hub: of one session, by its id there, or of all that was refused. */
export type HubOrder =
  | (Decision & { id: string })
  | { about: 'all refused'; action: 'retry' }
  | { about: 'all refused'; action: 'replace'; kind: string; from: string; to?: string | undefined };

/** What a hub offers beside the fourteen operations, to those that keep in step with it. Failures are `ContractError`s. */
export interface HubApi {
  /** One page of the feed; throws `gone` where the cursor does not serve any more. */
  changes(request: FeedRequest): Promise<ChangePage>;
  /** Pages as they come, until the signal ends it; `alive` where nothing came but a sign of life. */
  follow(request: FeedRequest & { since: string; signal: AbortSignal }): AsyncIterable<ChangePage | 'alive'>;
  editCatalog(tenantId: string, edits: readonly CatalogEdit[]): Promise<CatalogOutcome[]>;
  /** Lets the hub, or whoever is further up, do what a person decided. Throws as the hub answers. */
  settle(tenantId: string, order: HubOrder): Promise<void>;
}

export interface FeedRequest {
  tenantId: string;
  eventIds: readonly string[];
  /** Undefined: from the beginning. */
  since?: string | undefined;
}
