import type { MangoQuerySelector, RxDocumentData } from 'rxdb';

import { foldText } from '../base/fold-text.ts';
import { isJsonObject } from '../base/json.ts';
import type { Session } from '../contract/session.ts';
import { recordKey, type SessionRecord } from './records.ts';

/** An inclusive range of instants, in milliseconds since the Unix epoch. */
export type InstantRange = readonly [fromMs: number, toMs: number];

/** Which sessions of a tenant: all conditions must hold; in a list, any may. */
export interface SessionFilter {
  eventId?: string;
  ids?: readonly string[];
  /** Contained in the name, ignoring case and accents. */
  name?: string;
  /** A session that does not say counts as false. */
  hasFees?: boolean;
  start?: InstantRange;
  end?: InstantRange;
  abstractIds?: readonly string[];
  /** Leaves out what is hidden from the schedule. */
  visibleOnly?: boolean;
}

/** What a search asks for beside: values of which a session must hold one. There may be as many as a request can carry. */
export interface SearchFilter extends SessionFilter {
  typeIds?: readonly string[];
  trackIds?: readonly string[];
  access?: readonly string[];
  contactIds?: readonly string[];
}

type Selector = MangoQuerySelector<RxDocumentData<SessionRecord>>;

/** The filter as a Mango selector, on indexed fields as far as there are any. */
export function toSelector(tenantId: string, filter: SessionFilter): Selector {
  const conditions: Record<string, unknown>[] = [{ _deleted: false }, { tenant_id: tenantId }];
  const add = (path: string, condition: unknown): void => void conditions.push({ [path]: condition });

  if (filter.eventId !== undefined) add('event_id', filter.eventId);
  if (filter.ids !== undefined) add('key', { $in: filter.ids.map((id) => recordKey(tenantId, id)) });
  if (filter.abstractIds !== undefined) add('abstract_id', { $in: filter.abstractIds });
  if (filter.start !== undefined) add('start_ms', { $gte: filter.start[0], $lte: filter.start[1] });
  if (filter.end !== undefined) add('end_ms', { $gte: filter.end[0], $lte: filter.end[1] });
  if (filter.name !== undefined) add('name_folded', { $regex: literal(foldText(filter.name)) });
  if (filter.visibleOnly === true) add('hidden', false);
  if (filter.hasFees !== undefined) add('session.has_fees', filter.hasFees ? true : { $ne: true });
  return { $and: conditions };
}

/**
 * Whether a session holds one of each list's values; undefined where the filter has no lists. As part of the selector each session would be
 * compared with each value: a search without a key, for as many people as fit into a request, kept the store busy for ten seconds.
 */
export function listMatcher(filter: SearchFilter): ((session: Session) => boolean) | undefined {
  const conditions: ((session: Session) => boolean)[] = [];
  const add = (values: readonly string[] | undefined, valuesOf: (session: Session) => unknown[]): void => {
    if (values === undefined) return;
    const wanted = new Set<unknown>(values);
    conditions.push((session) => valuesOf(session).some((value) => wanted.has(value)));
  };
  add(filter.typeIds, (session) => [session.type_id]);
  add(filter.trackIds, ({ track_ids }) => listed(track_ids));
  add(filter.access, (session) => [session.access]);
  add(filter.contactIds, ({ speakers }) =>
    listed(speakers).map((speaker) => (isJsonObject(speaker) ? speaker['contact_id'] : undefined)),
  );
  return conditions.length === 0 ? undefined : (session) => conditions.every((holds) => holds(session));
}

/** A record of headquarters' may hold anything where the contract has a list. */
function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A regular expression that matches this very text. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
