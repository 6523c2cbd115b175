import type { MangoQuerySelector, RxDocumentData } from 'rxdb';

import { foldText } from '../base/fold-text.ts';
import { recordKey, type SessionRecord } from './records.ts';

/** An inclusive range of instants, in milliseconds since the Unix epoch. */
export type InstantRange = readonly [fromMs: number, toMs: number];

/** Which sessions of a tenant: all conditions must hold; in a list, any may. */
export interface SessionFilter {
  eventId?: string;
  ids?: readonly string[];
  /** Contained in the name, ignoring case and accents. */
  name?: string;
  typeIds?: readonly string[];
  trackIds?: readonly string[];
  access?: readonly string[];
  /** A session that does not say counts as false. */
  hasFees?: boolean;
  start?: InstantRange;
  end?: InstantRange;
  abstractIds?: readonly string[];
  contactIds?: readonly string[];
  /** Leaves out what is hidden from the schedule. */
  visibleOnly?: boolean;
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
  if (filter.typeIds !== undefined) add('session.type_id', { $in: filter.typeIds });
  if (filter.trackIds !== undefined) add('session.track_ids', { $elemMatch: { $in: filter.trackIds } });
  if (filter.visibleOnly === true) add('hidden', false);
  if (filter.access !== undefined) add('session.access', { $in: filter.access });
  if (filter.hasFees !== undefined) add('session.has_fees', filter.hasFees ? true : { $ne: true });
  if (filter.contactIds !== undefined) {
    add('session.speakers', { $elemMatch: { contact_id: { $in: filter.contactIds } } });
  }
  return { $and: conditions };
}

/** A regular expression that matches this very text. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
