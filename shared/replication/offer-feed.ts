import { faultAt } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { MAX_PAGE_CHANGES, type ChangePage, type ChainStatus, type FeedChange } from '../contract/change-feed.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import type { ChangePosition, StoredChange } from '../store/read-changes.ts';
import type { Store } from '../store/open-store.ts';
import { readCursor, writeCursor } from './feed-cursor.ts';
import { openOf } from './open-above.ts';

/** A page holds about so many bytes at most; at least one change, where there is one. */
const PAGE_BYTES = 2 * 1024 * 1024;

export interface FeedQuery {
  tenantId: string;
  /** Undefined: all events. */
  eventIds: ReadonlySet<string> | undefined;
  /** Where to go on; undefined: from the beginning. */
  since: string | undefined;
}

/**
 * One page of a tenant's change feed (`shared/contract/change-feed.ts`). Throws `invalid` for what is no cursor, and `expired` for one that does
 * not serve any more.
 *
 * @param status how the hub stands with its own upstream
 */
export function readFeed(
  store: Store,
  { tenantId, eventIds, since }: FeedQuery,
  status: ChainStatus | undefined,
  sizeBytes = PAGE_BYTES,
): ChangePage {
  return store.read((view) => {
    const from = since === undefined ? view.firstPosition() : positionOf(store, since);
    const found = view.changesAfter(tenantId, eventIds, from, { limit: MAX_PAGE_CHANGES, sizeBytes });
    if (found === undefined) throw expired();
    return {
      ...(since === undefined ? {} : { since }),
      cursor: writeCursor(store.epoch, found.position),
      more: found.more,
      changes: found.changes.map((change) => toChange(store, change)),
      ...(status === undefined ? {} : { status }),
    };
  });
}

function positionOf(store: Store, since: string): ChangePosition {
  const cursor = readCursor(since);
  if (cursor === undefined) throw invalid([faultAt('/since', because('not_cursor'))]);
  if (cursor.epoch !== store.epoch) throw expired();
  return cursor.position;
}

function expired(): ContractError {
  return new ContractError('expired', because('feed_expired'));
}

function toChange(store: Store, change: StoredChange): FeedChange {
  if ('catalog' in change) {
    const { kind, item, _deleted: deleted } = change.catalog;
    return deleted ? { catalog: kind, gone: item.id } : { catalog: kind, item };
  }
  const record = 'session' in change ? change.session : change.gone;
  const open = openOf(record, store.replicaId);
  const told = open === undefined ? {} : { open };
  if ('session' in change) return { session: record.session, ...told };
  return { gone: record.session.id, why: record._deleted ? 'deleted' : 'moved', ...told };
}
