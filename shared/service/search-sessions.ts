import { parseInstant } from '../base/date-time.ts';
import { isJsonObject } from '../base/json.ts';
import type { RequestOf, ResponseOf } from '../contract/operations.ts';
import { parse } from '../contract/parse.ts';
import { sessionSearch, type SessionSearch } from '../contract/search.ts';
import type { InstantRange, SearchFilter } from '../store/session-filter.ts';
import type { ServiceContext } from './context.ts';
import { parseProjection } from './projection.ts';
import { publicView, readPage, requireEvent } from './read-session.ts';

/** Searches an event's sessions; the public sees, and searches, only what is not hidden from the schedule. */
export function searchSessions(
  context: ServiceContext,
  { tenantId, body, exclusiveStartKey, fieldsToReturn }: RequestOf<'searchSessions'>,
  audience: 'staff' | 'public',
): ResponseOf<'searchSessions'> {
  return context.store.read((view) => {
    // An unknown event is 404 whatever else is wrong with the body (contract.md, "Order of checks").
    const eventId = isJsonObject(body) ? body['event_id'] : undefined;
    if (typeof eventId === 'string' && eventId !== '') requireEvent(view, tenantId, eventId);
    const search = parse(sessionSearch, body);
    const project = parseProjection('fieldsToReturn', fieldsToReturn);
    const scope = [`${audience} search`, tenantId, search.event_id];
    const filter = toFilter(search);
    if (audience === 'staff') return readPage(context, view, tenantId, filter, scope, exclusiveStartKey, project);
    const shown = publicView(view, tenantId);
    const visible = { ...filter, visibleOnly: true };
    return readPage(context, view, tenantId, visible, scope, exclusiveStartKey, (session) => project(shown(session)));
  });
}

function toFilter(search: SessionSearch): SearchFilter {
  const filter: SearchFilter = { eventId: search.event_id };
  if (search.name !== undefined && search.name !== '') filter.name = search.name;
  if (given(search.ids)) filter.ids = search.ids;
  if (given(search.type_id)) filter.typeIds = search.type_id;
  if (given(search.track_ids)) filter.trackIds = search.track_ids;
  if (given(search.access)) filter.access = search.access;
  if (given(search.abstract_id)) filter.abstractIds = search.abstract_id;
  if (given(search.speakers)) filter.contactIds = search.speakers;
  if (given(search.start_date)) filter.start = toRange(search.start_date);
  if (given(search.end_date)) filter.end = toRange(search.end_date);
  // True and false together are no condition.
  if (given(search.has_fees) && new Set(search.has_fees).size === 1) filter.hasFees = search.has_fees[0] === true;
  return filter;
}

/** Whether a list is a condition: an empty one is none. */
function given<Item>(list: Item[] | undefined): list is Item[] {
  return list !== undefined && list.length > 0;
}

function toRange(dates: string[]): InstantRange {
  const [from = Number.NaN, to = Number.NaN] = dates.map(parseInstant);
  return [from, to];
}
