import { z } from 'zod';

import type { ChainStatus } from '../contract/change-feed.ts';
import type { Store, StoreChange } from '../store/open-store.ts';

/** What a sync remembers of an event between two cycles. */
const eventMemory = z.object({
  /** When the last complete listing ended, in milliseconds since the Unix epoch. */
  listedAtMs: z.number().optional(),
  /** When the last complete listing ended that asked for all that tells versions apart; absent where sessions have no number of their version. */
  comparedAtMs: z.number().optional(),
  /** Where the first listing goes on that was cut short: the key of its next page. */
  nextKey: z.string().optional(),
  /** When it was last asked for sessions that the key may not see. */
  askedHiddenAtMs: z.number().optional(),
  /** When sessions were removed here because headquarters has them no more, within the last hour. */
  removedAtMs: z.array(z.number()).default([]),
  /** Headquarters lacks suspiciously many: a person is asked before more are removed. */
  brake: z.object({ sinceMs: z.number(), remoteIds: z.array(z.string()), apply: z.boolean().optional() }).optional(),
  /** Something that the change feed told could not be looked into: a listing is needed. */
  needsListing: z.boolean().optional(),
});

/** What is remembered of an upstream's change feed. */
const feedMemory = z.object({
  /** When it was last asked for and not offered. */
  deniedAtMs: z.number().optional(),
  /** Where it goes on. */
  cursor: z.string().optional(),
  /** Whether all that was there when it began is known by now. */
  isComplete: z.boolean().default(false),
  /** How the hub stands with its own upstream, when that was last heard; absent where it has none. */
  status: z.custom<ChainStatus>().optional(),
  heardAtMs: z.number().optional(),
});

const memory = z.object({
  /** Whether a failing `test` makes headquarters refuse a patch; unknown until probed. */
  honoursTest: z.boolean().optional(),
  /** Whether headquarters keeps `sys_external_id`; unknown until a create was answered. */
  keepsExternalIds: z.boolean().optional(),
  /** Whether headquarters takes batches. */
  takesBatches: z.boolean().default(true),
  /** Whether a person paused the sync. */
  paused: z.boolean().default(false),
  feed: feedMemory.default({ isComplete: false }),
  events: z.record(z.string(), eventMemory).default({}),
});

export type EventMemory = z.infer<typeof eventMemory>;
export type FeedMemory = z.infer<typeof feedMemory>;
type Remembered = z.infer<typeof memory>;

/** What is remembered of an upstream, in the store: it survives a restart. */
export interface SyncMemory {
  readonly current: Readonly<Remembered>;
  eventOf(eventId: string): EventMemory;
  remember(change: Partial<Omit<Remembered, 'events'>>): Promise<void>;
  rememberEvent(eventId: string, change: Partial<EventMemory>): Promise<void>;
  rememberFeed(change: Partial<FeedMemory>): Promise<void>;
  /** Forgets what was known of an event, and how far the feed was heard: for one that comes anew, everything is to be told. */
  forgetEvent(eventId: string): Promise<void>;
  /** Remembers it in a transaction that is under way; what is answered makes it hold, once that is committed. */
  rememberFeedWithin(transaction: StoreChange, change: Partial<FeedMemory>): () => void;
  /** The same of an event. */
  rememberEventWithin(transaction: StoreChange, eventId: string, change: Partial<EventMemory>): () => void;
}

export function openSyncMemory(store: Store, tenantId: string, upstream: string): SyncMemory {
  const name = `sync ${JSON.stringify([tenantId, upstream])}`;
  const stored = store.read((view) => view.findSetting(name));
  let current = memory.parse(stored === undefined ? {} : JSON.parse(stored));
  const save = async (next: Remembered): Promise<void> => {
    current = next;
    const context = { tenantId, principalId: 'headquarters', operation: 'sync', atMs: 0 };
    await store.change(context, (change) => change.saveSetting(name, JSON.stringify(next)));
  };
  const saveWithin = (transaction: StoreChange, change: Partial<Remembered>): (() => void) => {
    transaction.saveSetting(name, JSON.stringify({ ...current, ...change }));
    return () => {
      current = { ...current, ...change };
    };
  };
  const eventOf = (eventId: string): EventMemory => current.events[eventId] ?? eventMemory.parse({});
  const eventsWith = (eventId: string, change: Partial<EventMemory>): Remembered['events'] => ({
    ...current.events,
    [eventId]: { ...eventOf(eventId), ...change },
  });
  return {
    get current() {
      return current;
    },
    eventOf,
    remember: async (change) => await save({ ...current, ...change }),
    rememberFeed: async (change) => await save({ ...current, feed: { ...current.feed, ...change } }),
    rememberFeedWithin: (transaction, change) => saveWithin(transaction, { feed: { ...current.feed, ...change } }),
    async forgetEvent(eventId) {
      const { [eventId]: _, ...events } = current.events;
      await save({ ...current, events, feed: { ...current.feed, cursor: undefined, isComplete: false } });
    },
    rememberEvent: async (eventId, change) => await save({ ...current, events: eventsWith(eventId, change) }),
    rememberEventWithin: (transaction, eventId, change) =>
      saveWithin(transaction, { events: eventsWith(eventId, change) }),
  };
}
