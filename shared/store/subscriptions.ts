import { z } from 'zod';

/** The setting in which the subscriptions are kept. */
export const SUBSCRIPTIONS = 'subscriptions';

/** Which upstream each event of each tenant belongs to. An event has one upstream at most. */
export interface Subscriptions {
  upstreamOf(tenantId: string, eventId: string): string | undefined;
  /** The events of a tenant that belong to an upstream. */
  eventsOf(tenantId: string, upstream: string): string[];
  /** The subscriptions with this one more, as they are to be saved; they hold from `adopt` on. */
  with(tenantId: string, eventId: string, upstream: string): string;
  /** The same without these. */
  without(tenantId: string, eventIds: readonly string[]): string;
  /** Takes over what was saved. */
  adopt(saved: string | undefined): void;
}

const saved = z.array(z.object({ tenantId: z.string(), eventId: z.string(), upstream: z.string() }));

/** Keeps the subscriptions in memory: every edit asks for them. */
export function createSubscriptions(stored: string | undefined): Subscriptions {
  let entries: z.infer<typeof saved> = [];
  let byEvent = new Map<string, string>();

  const subscriptions: Subscriptions = {
    upstreamOf: (tenantId, eventId) => byEvent.get(keyOf(tenantId, eventId)),
    eventsOf: (tenantId, upstream) =>
      entries
        .filter((entry) => entry.tenantId === tenantId && entry.upstream === upstream)
        .map((entry) => entry.eventId),
    with(tenantId, eventId, upstream) {
      const others = entries.filter((entry) => entry.tenantId !== tenantId || entry.eventId !== eventId);
      return JSON.stringify([...others, { tenantId, eventId, upstream }]);
    },
    without: (tenantId, eventIds) =>
      JSON.stringify(entries.filter((entry) => entry.tenantId !== tenantId || !eventIds.includes(entry.eventId))),
    adopt(text) {
      entries = text === undefined ? [] : saved.parse(JSON.parse(text));
      byEvent = new Map(entries.map((entry) => [keyOf(entry.tenantId, entry.eventId), entry.upstream]));
    },
  };
  subscriptions.adopt(stored);
  return subscriptions;
}

function keyOf(tenantId: string, eventId: string): string {
  return JSON.stringify([tenantId, eventId]);
}
