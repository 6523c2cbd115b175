import type { OpenAbove } from '../contract/change-feed.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import { toConflict, toPending, toRefused, type PendingSession } from './review.ts';

/**
 * What is open about a session between this store and its upstream, and further up, as a hub tells its clients; undefined where nothing is.
 *
 * @param replicaId of this store: it made what no other replica is known to have made
 */
export function openOf(record: Stored<SessionRecord>, replicaId: string): OpenAbove[] | undefined {
  // Most records: asked without looking further.
  if (!record.unsettled) return undefined;
  const { session, sync } = record;
  const above = (sync.above ?? []).map((item) => ({ ...item, links: item.links + 1 }));
  const refused = toRefused(record);
  const conflict = toConflict(record);
  const pending = sync.dirty && refused === undefined ? toPending(record) : undefined;
  if (pending === undefined && refused === undefined && conflict === undefined) {
    return above.length === 0 ? undefined : above;
  }
  const own: OpenAbove = {
    links: 0,
    name: session.name,
    event_id: record.event_id,
    replica: sync.replica ?? replicaId,
  };
  if (pending !== undefined) own.pending = withoutNames(pending);
  if (refused !== undefined) own.refused = withoutNames(refused);
  if (conflict !== undefined) own.conflict = withoutNames(conflict);
  return [own, ...above];
}

type Named = Pick<PendingSession, 'id' | 'name' | 'event_id' | 'where' | 'made_here'>;

function withoutNames<Item extends Named>(item: Item): Omit<Item, keyof Named> {
  const { id: _, name: __, event_id: ___, where: ____, made_here: _____, ...rest } = item;
  return rest;
}
