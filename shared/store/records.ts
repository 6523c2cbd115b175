import type { RxDocumentData } from 'rxdb';

import { isPlaceholder, type CatalogItem, type CatalogKind } from '../catalog/catalog.ts';
import { parseInstant } from '../base/date-time.ts';
import { foldText } from '../base/fold-text.ts';
import { jsonEqual, jsonSizeBytes } from '../base/json.ts';
import type { Operation } from 'fast-json-patch';
import type { Session } from '../contract/session.ts';
import type { Step } from './steps.ts';
import { isUnsettled, type SyncState } from './sync-state.ts';

/** Stands in `start_ms` and `end_ms` where a session has no such date: outside every range. */
const NO_DATE_MS = Number.MIN_SAFE_INTEGER;

/**
 * Per field, a digest of what the schedule file said at the last import; absent where no import made the record. It tells what
 * a newer file changed from what was changed here.
 */
export type ImportDigests = Readonly<Record<string, string>>;

/** A session as the store holds it. */
export interface SessionRecord {
  key: string;
  tenant_id: string;
  event_id: string;
  /** Empty where the session has none. */
  abstract_id: string;
  /** The name as a search compares it. */
  name_folded: string;
  start_ms: number;
  end_ms: number;
  hidden: boolean;
  /** The session as JSON in UTF-8. */
  size_bytes: number;
  /** Whether something of it is open with its upstream: unsent, in conflict, or not where it was; or open at a hub further up. */
  unsettled: boolean;
  session: Session;
  sync: SyncState;
  imported?: ImportDigests;
  /**
   * When sync brought it here, by this machine's clock: history has no entry of that. Absent of one that was made here, and of one that came back
   * after it was deleted.
   */
  arrived_ms?: number;
}

/** An item of the catalog as the store holds it. */
export interface CatalogRecord {
  key: string;
  tenant_id: string;
  kind: CatalogKind;
  /** The session that a registration is for; empty for other kinds. */
  session_id: string;
  item: CatalogItem;
  /** Whether the hub that is the upstream, if one is, lacks it as it is here. */
  unsent: boolean;
  /** What a hub has of it, as far as is known; absent where no hub has said. */
  hub?: { upstream: string; item: CatalogItem };
  imported?: ImportDigests;
}

/** One change of one record: applying `forward` to the state before gives the state after, `back` the reverse. */
export interface HistoryRecord {
  /** Of the record's tenant, kind and id, and of an id that sorts by time: a record's changes stand together, in their order. */
  key: string;
  tenant_id: string;
  kind: 'sessions' | CatalogKind | 'steps' | 'step_parts';
  item_id: string;
  /** ISO-8601 in UTC with milliseconds. */
  at: string;
  principal_id: string;
  operation: string;
  forward: Operation[];
  back: Operation[];
  /** The session that goes on from this one, or from which this one goes on: then nothing changed. */
  linked_id?: string;
  /** What a person did in one go: a record of that, beside those of the changes themselves. */
  step?: Step;
}

/** The principal of changes that sync brought. */
export const HEADQUARTERS = 'headquarters';

/** The operations of the entries that link a deleted session to the one as which it goes on, and that to it. */
export const GOES_ON = 'goes on as another';
export const GOES_ON_FROM = 'goes on from another';

/** A small fact of the database itself. */
export interface SettingRecord {
  key: string;
  value: string;
}

/** A record as it was read, with its revision. */
export type Stored<Kind> = RxDocumentData<Kind>;

/**
 * The key of a tenant's record. The tenant's id is escaped, so that no `|` in it, or in an id, makes two records of two
 * tenants share a key; ids sort in it as they sort alone.
 */
export function recordKey(tenantId: string, ...parts: string[]): string {
  return [encodeURIComponent(tenantId), ...parts].join('|');
}

/** A session's record: the session and what the store derives from it. */
export function toSessionRecord(
  tenantId: string,
  session: Session,
  kept: Pick<SessionRecord, 'sync' | 'imported' | 'arrived_ms'>,
): SessionRecord {
  return {
    key: recordKey(tenantId, session.id),
    tenant_id: tenantId,
    event_id: textOf(session.event_id),
    abstract_id: textOf(session.abstract_id),
    name_folded: foldText(textOf(session.name)),
    start_ms: instantOf(session.start_date),
    end_ms: instantOf(session.end_date),
    hidden: session.hide_from_schedule === true,
    size_bytes: jsonSizeBytes(session),
    unsettled: isUnsettled(kept.sync) || kept.sync.above !== undefined,
    session,
    sync: kept.sync,
    ...(kept.imported === undefined ? {} : { imported: kept.imported }),
    ...(kept.arrived_ms === undefined ? {} : { arrived_ms: kept.arrived_ms }),
  };
}

export function toCatalogRecord(
  tenantId: string,
  kind: CatalogKind,
  item: CatalogItem,
  imported: ImportDigests | undefined,
  hub?: CatalogRecord['hub'],
): CatalogRecord {
  return {
    key: recordKey(tenantId, kind, item.id),
    tenant_id: tenantId,
    kind,
    session_id: kind === 'registrations' ? (item as CatalogItem<'registrations'>).session_id : '',
    item,
    unsent: !isPlaceholder(item) && !jsonEqual(hub?.item, item),
    ...(hub === undefined ? {} : { hub }),
    ...(imported === undefined ? {} : { imported }),
  };
}

// A record of headquarters' may hold null, or anything, where the contract has text.
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function instantOf(date: unknown): number {
  return parseInstant(textOf(date)) ?? NO_DATE_MS;
}
