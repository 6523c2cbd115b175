import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import type { RequestOf, ResponseOf } from '../contract/operations.ts';
import type { Session, SessionFields } from '../contract/session.ts';
import type { SearchFilter } from '../store/session-filter.ts';
import type { StoreView } from '../store/store-view.ts';
import { requireSession } from './change-session.ts';
import type { ServiceContext } from './context.ts';
import { checkConsistentRead, parseProjection } from './projection.ts';
import { toPublicSession } from './public-view.ts';

/** A page holds at most so many sessions and so many bytes of them (contract.md, "Paging"). */
const PAGE_BOUNDS = { limit: 500, sizeBytes: 1024 * 1024 } as const;

export function getSession(context: ServiceContext, request: RequestOf<'getSession'>): SessionFields {
  return context.store.read((view) => {
    const { session } = requireSession(view, request.tenantId, request.id);
    checkConsistentRead(request.consistentRead);
    return parseProjection('fields', request.fields)(session);
  });
}

export function getPublicSession(context: ServiceContext, request: RequestOf<'getPublicSession'>): SessionFields {
  return context.store.read((view) => {
    const { session, hidden } = requireSession(view, request.tenantId, request.id);
    if (hidden) throw new ContractError('not_found', because('no_session'));
    checkConsistentRead(request.consistentRead);
    return parseProjection('fields', request.fields)(publicView(view, request.tenantId)(session));
  });
}

export function listSessionsByEvent(
  context: ServiceContext,
  { tenantId, event_id, fields, exclusiveStartKey }: RequestOf<'listSessionsByEvent'>,
): ResponseOf<'listSessionsByEvent'> {
  return context.store.read((view) => {
    requireEvent(view, tenantId, event_id);
    const scope = ['event', tenantId, event_id];
    const project = parseProjection('fields', fields);
    return counted(readPage(context, view, tenantId, { eventId: event_id }, scope, exclusiveStartKey, project));
  });
}

export function listPublicSessionsByEvent(
  context: ServiceContext,
  { tenantId, event_id, exclusiveStartKey }: RequestOf<'listPublicSessionsByEvent'>,
): ResponseOf<'listPublicSessionsByEvent'> {
  return context.store.read((view) => {
    requireEvent(view, tenantId, event_id);
    const scope = ['public event', tenantId, event_id];
    const filter = { eventId: event_id, visibleOnly: true };
    return counted(readPage(context, view, tenantId, filter, scope, exclusiveStartKey, publicView(view, tenantId)));
  });
}

export function listSessionsByAbstract(
  context: ServiceContext,
  { tenantId, abstract_id, fields, exclusiveStartKey }: RequestOf<'listSessionsByAbstract'>,
): ResponseOf<'listSessionsByAbstract'> {
  return context.store.read((view) => {
    if (view.findCatalogItem(tenantId, 'abstracts', abstract_id) === undefined) {
      throw new ContractError('not_found', because('no_abstract'));
    }
    const scope = ['abstract', tenantId, abstract_id];
    const project = parseProjection('fields', fields);
    return counted(
      readPage(context, view, tenantId, { abstractIds: [abstract_id] }, scope, exclusiveStartKey, project),
    );
  });
}

/** Reads a page of sessions and makes the key of the next. `scope` says what is being listed: its keys open no other list. */
export function readPage(
  context: ServiceContext,
  view: StoreView,
  tenantId: string,
  filter: SearchFilter,
  scope: readonly string[],
  exclusiveStartKey: string | undefined,
  project: (session: Session) => SessionFields,
): { Items: SessionFields[]; LastEvaluatedKey?: string } {
  const after = exclusiveStartKey === undefined ? {} : { afterId: context.pageKeys.read(scope, exclusiveStartKey) };
  const { records, more } = view.pageOfSessions(tenantId, filter, { ...PAGE_BOUNDS, ...after });
  const Items = records.map((record) => project(record.session));
  const last = records.at(-1);
  return more && last !== undefined
    ? { Items, LastEvaluatedKey: context.pageKeys.make(scope, last.session.id) }
    : { Items };
}

export function requireEvent(view: StoreView, tenantId: string, eventId: string): void {
  if (view.findCatalogItem(tenantId, 'events', eventId) !== undefined) return;
  throw new ContractError('not_found', because('no_event'));
}

/** How the public sees the tenant's sessions. */
export function publicView(view: StoreView, tenantId: string): (session: Session) => SessionFields {
  const isPublic = new Map<string, boolean>();
  const isPublicField = (id: string): boolean => {
    const known = isPublic.get(id) ?? view.findCatalogItem(tenantId, 'custom_fields', id)?.public === true;
    isPublic.set(id, known);
    return known;
  };
  return (session) => toPublicSession(session, isPublicField);
}

function counted<Page extends { Items: SessionFields[] }>(page: Page): Page & { Count: number } {
  return { Count: page.Items.length, ...page };
}
