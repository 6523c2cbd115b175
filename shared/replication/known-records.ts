import type { SessionRecord, Stored } from '../store/records.ts';
import type { StoreView } from '../store/store-view.ts';

/** What the store holds under some ids of headquarters', by these, deleted sessions too. */
export interface KnownRecords {
  readonly remoteIds: readonly string[];
  readonly byRemoteId: ReadonlyMap<string, Stored<SessionRecord>>;
  /** The store's last write when they were looked up. */
  readonly lastWrite: number;
}

export function findKnown(view: StoreView, tenantId: string, remoteIds: readonly string[]): KnownRecords {
  const records = view.findByRemoteIds(tenantId, remoteIds);
  return {
    remoteIds,
    byRemoteId: new Map(records.map((record) => [record.sync.remote_id, record])),
    lastWrite: view.lastWrite(),
  };
}

/** The same as it is by now: looked up again only if something was written since. */
export function knownNow(view: StoreView, tenantId: string, known: KnownRecords): KnownRecords {
  return view.lastWrite() === known.lastWrite ? known : findKnown(view, tenantId, known.remoteIds);
}
