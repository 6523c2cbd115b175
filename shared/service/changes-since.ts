import { toTimestamp } from '../base/clock.ts';
import { parseInstant } from '../base/date-time.ts';
import { jsonEqual, own, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import type { Caller } from '../contract/roles.ts';
import { isServerOwned, sessionFieldNames } from '../contract/session.ts';
import {
  differenceFields,
  differenceKinds,
  type DifferenceSide,
  type EventDifferences,
  type SessionDifference,
} from '../contract/session-difference.ts';
import type { HistoryRecord, SessionRecord, Stored } from '../store/records.ts';
import type { StoreView } from '../store/store-view.ts';
import { authorise, requireTenant } from './access.ts';
import type { ServiceContext } from './context.ts';
import { fieldChanges } from './session-history.ts';
import { changesByRecord } from './step-changes.ts';

/** So much of a session's history is read at a time. */
const PAGE = 50;

/** What decides where and when a session is. */
const PLACE_FIELDS: ReadonlySet<string> = new Set(['start_date', 'end_date', 'room_ids']);

/**
 * How an event's sessions differ from what they were here at a moment: by what this computer knew then, so that a list that was printed at that moment is
 * brought up to date by it. Throws `not_found` for an event that is not there.
 *
 * @param sinceMs milliseconds since the Unix epoch, by the clock of this computer
 */
export function changesSince(
  context: ServiceContext,
  caller: Caller,
  tenantId: string,
  eventId: string,
  sinceMs: number,
): EventDifferences {
  authorise(caller, 'viewer');
  requireTenant(context.tenants, tenantId);
  return context.store.read((view) => {
    if (view.findCatalogItem(tenantId, 'events', eventId) === undefined) {
      throw new ContractError('not_found', because('no_event'));
    }
    const isOfEvent = (session: JsonObject | undefined): boolean => session?.['event_id'] === eventId;
    const written = view
      .listWrittenSince(tenantId, sinceMs)
      .map((record) => ({ id: record.session.id, arrivedMs: record.arrived_ms, ...statesOf(view, record, sinceMs) }))
      .filter(({ before, now }) => isOfEvent(before) || isOfEvent(now));
    const isNew = ({ before, now }: (typeof written)[number]): boolean => isOfEvent(now) && !isOfEvent(before);
    const added = written.filter(isNew).length;
    // Where all of an event came after the moment, that is not what was added to it.
    const isNewHere = added > 0 && added === written.length && added === view.countSessions(tenantId, eventId);
    const isWanted = ({ arrivedMs, now }: (typeof written)[number]): boolean =>
      !isNewHere || arrivedMs === undefined || (instantOf(now?.['sys_created_at']) ?? 0) >= sinceMs;
    const differences = written.filter(isWanted).flatMap(({ id, before, now }): SessionDifference[] => {
      const was = isOfEvent(before) ? before : undefined;
      const is = isOfEvent(now) ? now : undefined;
      return differenceOf(id, was, is);
    });
    return {
      differences: differences.sort(byKindAndTime),
      isNewHere: isNewHere && differences.length < written.length,
    };
  });
}

/** A session as it was at the moment and as it is; undefined where it was not there, or is not. */
function statesOf(
  view: StoreView,
  record: Stored<SessionRecord>,
  sinceMs: number,
): { before: JsonObject | undefined; now: JsonObject | undefined } {
  const { session, tenant_id: tenantId, arrived_ms: arrivedMs } = record;
  const now = record._deleted ? undefined : session;
  const [change] = changesByRecord(historySince(view, tenantId, session.id, sinceMs));
  if (change === undefined) return { before: isSince(arrivedMs, sinceMs) ? undefined : now, now };
  const { before } = change;
  // One that arrived and was changed since has a history, and none of its arrival.
  if (before === undefined || (!before.whole && isSince(arrivedMs, sinceMs))) return { before: undefined, now };
  const known = Object.fromEntries(before.fields);
  return { before: before.whole ? known : { ...session, ...known }, now };
}

/** The changes of a session from the moment on, oldest first. */
function historySince(view: StoreView, tenantId: string, id: string, sinceMs: number): HistoryRecord[] {
  const since = toTimestamp(sinceMs);
  const found: HistoryRecord[] = [];
  let page: HistoryRecord[];
  do {
    const beforeKey = found.at(-1)?.key;
    page = view.pageOfHistory(tenantId, 'sessions', id, {
      limit: PAGE,
      ...(beforeKey === undefined ? {} : { beforeKey }),
    });
    found.push(...page.filter(({ at }) => at >= since));
  } while (page.length === PAGE && page.at(-1)!.at >= since);
  return found.toReversed();
}

function differenceOf(id: string, before: JsonObject | undefined, now: JsonObject | undefined): SessionDifference[] {
  if (now === undefined)
    return before === undefined ? [] : [{ id, kind: 'cancelled', before: sideOf(before), changes: [] }];
  if (before === undefined) return [{ id, kind: 'added', now: sideOf(now), changes: [] }];
  const fields = changedFields(before, now);
  if (fields.length === 0) return [];
  const kind = fields.some((field) => PLACE_FIELDS.has(field)) ? 'moved' : 'changed';
  return [{ id, kind, before: sideOf(before), now: sideOf(now), changes: fieldChanges(before, now, fields) }];
}

function changedFields(before: JsonObject, now: JsonObject): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const placeOf = (field: string): number => sessionFieldNames.indexOf(field) + 1 || Infinity;
  return names
    .filter((name) => name !== 'id' && !isServerOwned(name) && !isSame(name, own(before, name), own(now, name)))
    .sort((a, b) => placeOf(a) - placeOf(b));
}

/** One instant may be written in several ways; nothing given, as null or not at all. */
function isSame(field: string, a: unknown, b: unknown): boolean {
  if (jsonEqual(a ?? undefined, b ?? undefined)) return true;
  return field.endsWith('_date') && instantOf(a) !== undefined && instantOf(a) === instantOf(b);
}

function sideOf(session: JsonObject): DifferenceSide {
  return Object.fromEntries(
    differenceFields.flatMap((field) => {
      const value = own(session, field);
      return value === undefined || value === null ? [] : [[field, value]];
    }),
  );
}

function byKindAndTime(a: SessionDifference, b: SessionDifference): number {
  const time = ({ before, now }: SessionDifference): number =>
    instantOf((now ?? before)?.start_date) ?? Number.MAX_SAFE_INTEGER;
  return (
    differenceKinds.indexOf(a.kind) - differenceKinds.indexOf(b.kind) || time(a) - time(b) || (a.id < b.id ? -1 : 1)
  );
}

function isSince(atMs: number | undefined, sinceMs: number): boolean {
  return atMs !== undefined && atMs >= sinceMs;
}

function instantOf(date: unknown): number | undefined {
  return typeof date === 'string' ? parseInstant(date) : undefined;
}
