import type { CatalogItem } from '../catalog/catalog.ts';
import { jsonSizeBytes } from '../base/json.ts';
import { recordKey, type CatalogRecord, type SessionRecord, type Stored } from './records.ts';
import type { StorageReader } from './storage-port.ts';

/** A place in the order of the store's writes: what was written up to it is known. */
export interface ChangePosition {
  sessions: number;
  catalog: number;
  /** In a snapshot: the last write before it began. Up to there only what still stands is told; it was never known otherwise. */
  snapshot?: number;
}

/** Something that was written after a position, as it is now. */
export type StoredChange =
  /** An item, or what is left of it. */
  | { catalog: Stored<CatalogRecord> }
  | { session: Stored<SessionRecord> }
  /** A session that is in none of the events asked for: deleted, or of another event, where it may always have been. */
  | { gone: Stored<SessionRecord> };

export interface ChangeBounds {
  limit: number;
  /** About so many bytes of sessions and items; at least one change is given where there is one. */
  sizeBytes: number;
}

/** Changes in the order in which to take them, items of the catalog before the sessions that refer to them. */
export interface Changes {
  changes: StoredChange[];
  position: ChangePosition;
  more: boolean;
}

/** The position from which everything that is there is new. */
export function firstPosition(reader: StorageReader): ChangePosition {
  return { sessions: 0, catalog: 0, snapshot: reader.seqBounds('sessions').lastSeq };
}

/**
 * What of a tenant was written after a position, each record once. Undefined where that cannot be told: the position is beyond the last
 * write, or a tombstone after it may have been purged.
 *
 * @param eventIds the events whose sessions are wanted; undefined: all
 */
export function readChanges(
  reader: StorageReader,
  tenantId: string,
  eventIds: ReadonlySet<string> | undefined,
  from: ChangePosition,
  bounds: ChangeBounds,
): Changes | undefined {
  const [sessions, catalog] = [reader.seqBounds('sessions'), reader.seqBounds('catalog')];
  const isKnown = from.sessions <= sessions.lastSeq && from.catalog <= catalog.lastSeq;
  const hasMissed =
    from.snapshot === undefined && (from.sessions < sessions.purgedSeq || from.catalog < catalog.purgedSeq);
  if (!isKnown || hasMissed || (from.snapshot ?? sessions.purgedSeq) < sessions.purgedSeq) return undefined;

  const changes: StoredChange[] = [];
  const position: ChangePosition = { ...from };
  let sizeBytes = 0;
  let more = false;
  /** Takes one change, unless the page is full. */
  const give = (change: StoredChange, changeBytes: number): boolean => {
    more = changes.length === bounds.limit || (changes.length > 0 && sizeBytes + changeBytes > bounds.sizeBytes);
    if (more) return false;
    changes.push(change);
    sizeBytes += changeBytes;
    return true;
  };

  const isWanted = (eventId: string | undefined): boolean =>
    eventId !== undefined && (eventIds === undefined || eventIds.has(eventId));
  const giveItem = (record: Stored<CatalogRecord>, seq: number): boolean => {
    if (record._deleted && from.catalog === 0) return true;
    if (record.kind === 'registrations' && !record._deleted && !isWanted(eventOf(reader, tenantId, record)))
      return true;
    if (!give({ catalog: record }, jsonSizeBytes(record.item))) return false;
    position.catalog = seq;
    return true;
  };
  reader.scanChanges<CatalogRecord>('catalog', { after: from.catalog }, { tenant_id: tenantId }, giveItem);
  if (more) return { changes, position, more };
  position.catalog = catalog.lastSeq;

  const giveSession = (record: Stored<SessionRecord>, seq: number): boolean => {
    const stands = !record._deleted && isWanted(record.event_id);
    if (!give(stands ? { session: record } : { gone: record }, stands ? record.size_bytes : GONE_BYTES)) return false;
    position.sessions = seq;
    return true;
  };
  if (from.snapshot !== undefined && from.sessions < from.snapshot) {
    const events = eventIds === undefined ? {} : { event_id: { $in: [...eventIds] } };
    reader.scanChanges<SessionRecord>(
      'sessions',
      { after: from.sessions, upTo: from.snapshot },
      { _deleted: false, tenant_id: tenantId, ...events },
      giveSession,
    );
    if (more) return { changes, position, more };
    position.sessions = from.snapshot;
  }
  delete position.snapshot;
  reader.scanChanges<SessionRecord>('sessions', { after: position.sessions }, { tenant_id: tenantId }, giveSession);
  if (!more) position.sessions = sessions.lastSeq;
  return { changes, position, more };
}

/** About what an id takes. */
const GONE_BYTES = 80;

function eventOf(reader: StorageReader, tenantId: string, { item }: Stored<CatalogRecord>): string | undefined {
  const { session_id: sessionId } = item as CatalogItem<'registrations'>;
  return reader.findById<SessionRecord>('sessions', [recordKey(tenantId, sessionId)])[0]?.event_id;
}
