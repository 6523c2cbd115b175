import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import { faultAt, toPointer, type Fault } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { invalid } from '../contract/errors.ts';
import {
  operationNames,
  operations,
  type OperationName,
  type RequestOf,
  type ResponseOf,
  type SessionsApi,
} from '../contract/operations.ts';
import type { Caller, Principal } from '../contract/roles.ts';
import type { EventDifferences } from '../contract/session-difference.ts';
import type { Store } from '../store/open-store.ts';
import { authoriseOperation, requireTenant } from './access.ts';
import type { ScheduleBundle, ScheduleReading, SkippedPart } from '../catalog/schedule-bundle.ts';
import { batchSessions } from './batch.ts';
import { changesSince } from './changes-since.ts';
import { createSession, deleteSession, patchSession, updateSession } from './change-session.ts';
import type { Call, ServiceContext } from './context.ts';
import type { Following } from './following.ts';
import { generateSessionFromAbstract } from './generate-session.ts';
import { createCatalogService, type CatalogService } from './catalog-service.ts';
import { exportSchedule } from './export-schedule.ts';
import { findRefusedSessions, importSchedule, type ImportReport } from './import-schedule.ts';
import { createPageKeys } from './page-key.ts';
import { getSessionPrivileges } from './privileges.ts';
import {
  getPublicSession,
  getSession,
  listPublicSessionsByEvent,
  listSessionsByAbstract,
  listSessionsByEvent,
} from './read-session.ts';
import { searchSessions } from './search-sessions.ts';
import { createUserService, type UserService } from './user-service.ts';

export interface ServiceOptions {
  store: Store;
  clock: Clock;
  ids: IdSource;
  /** The tenants that are served; any other is 404. It is looked into at each call: more may come. */
  tenants: ReadonlySet<string>;
  /** How many sessions a tenant may have (429 beyond); undefined: any number. */
  maxSessions?: number | undefined;
}

/** The fourteen operations over the local store, with every rule of the contract, and what a hub offers beside them. */
export interface Service {
  /** The operations as this caller may use them. */
  as(caller: Caller): SessionsApi;
  catalog: CatalogService;
  /** The service as a person at this machine uses it, with undo and redo. */
  forUser(principal: Principal): UserService;
  /** Throws `not_found` for a tenant that is not served here. */
  requireTenant(tenantId: string): void;
  /** Takes a schedule file into a tenant: what it changed since the last import. */
  importSchedule(
    caller: Caller,
    tenantId: string,
    read: () => ScheduleReading,
    following?: Following,
  ): Promise<ImportReport>;
  /** Which sessions of a schedule an import would refuse as things stand, and why. */
  findRefusedSessions(caller: Caller, tenantId: string, reading: ScheduleReading): SkippedPart[];
  /** Adds what a tenant does not have yet of a generated schedule; leaves what it has as it is. */
  addSchedule(caller: Caller, tenantId: string, make: () => ScheduleBundle): Promise<ImportReport>;
  exportSchedule(caller: Caller, tenantId: string, eventId: string | undefined): ScheduleBundle;
  /** How an event's sessions differ from what they were here at a moment. */
  changesSince(caller: Caller, tenantId: string, eventId: string, sinceMs: number): EventDifferences;
}

export function createService(options: ServiceOptions): Service {
  const context: ServiceContext = {
    store: options.store,
    clock: options.clock,
    ids: options.ids,
    pageKeys: createPageKeys(options.store.secret),
    tenants: options.tenants,
    maxSessions: options.maxSessions,
  };
  // A server asks for the operations of the same few callers with each request.
  const apis = new WeakMap<Principal, SessionsApi>();
  const publicApi = bindOperations(context, undefined);
  const catalog = createCatalogService(context);
  return {
    as(caller) {
      if (caller === undefined) return publicApi;
      const api = apis.get(caller) ?? bindOperations(context, caller);
      apis.set(caller, api);
      return api;
    },
    catalog,
    forUser: (principal) =>
      createUserService(context, principal, catalog, (principal, step) => bindOperations(context, principal, step)),
    requireTenant: (tenantId) => requireTenant(context.tenants, tenantId),
    importSchedule: async (caller, tenantId, read, following) =>
      await importSchedule(context, caller, tenantId, read, 'merge', following),
    findRefusedSessions: (caller, tenantId, reading) => findRefusedSessions(context, caller, tenantId, reading),
    addSchedule: async (caller, tenantId, make) =>
      await importSchedule(context, caller, tenantId, () => ({ ...make(), skipped: [] }), 'add'),
    exportSchedule: (caller, tenantId, eventId) => exportSchedule(context, caller, tenantId, eventId),
    changesSince: (caller, tenantId, eventId, sinceMs) => changesSince(context, caller, tenantId, eventId, sinceMs),
  };
}

/** @param step names the step that the next call belongs to; absent: what is called is no step */
function bindOperations(context: ServiceContext, caller: Caller, step?: () => string): SessionsApi {
  const bind = (name: OperationName) => async (request: never) =>
    await perform(context, caller, name, request, step?.());
  // Each handler answers its own operation's response: `Handlers` says so, which Object.fromEntries cannot.
  return Object.fromEntries(operationNames.map((name) => [name, bind(name)])) as unknown as SessionsApi;
}

type Handler<Name extends OperationName> = (
  context: ServiceContext,
  call: Call,
  request: RequestOf<Name>,
) => ResponseOf<Name> | Promise<ResponseOf<Name>>;

const handlers: { readonly [Name in OperationName]: Handler<Name> } = {
  createSession,
  getSession: (context, _, request) => getSession(context, request),
  updateSession,
  patchSession,
  deleteSession,
  getPublicSession: (context, _, request) => getPublicSession(context, request),
  listSessionsByEvent: (context, _, request) => listSessionsByEvent(context, request),
  getSessionPrivileges: (context, _, request) => getSessionPrivileges(context, request),
  searchSessions: (context, _, request) => searchSessions(context, request, 'staff'),
  searchPublicSessions: (context, _, request) => searchSessions(context, request, 'public'),
  listPublicSessionsByEvent: (context, _, request) => listPublicSessionsByEvent(context, request),
  listSessionsByAbstract: (context, _, request) => listSessionsByAbstract(context, request),
  generateSessionFromAbstract,
  batchSessions,
};

/** The checks that every operation begins with (contract.md, "Order of checks"), then the operation. */
async function perform<Name extends OperationName>(
  context: ServiceContext,
  caller: Caller,
  name: Name,
  request: RequestOf<Name> & { tenantId: string },
  step: string | undefined,
): Promise<ResponseOf<Name>> {
  const principal = authoriseOperation(caller, operations[name]);
  requireTenant(context.tenants, request.tenantId);
  requireTextParameters(request, operations[name].query);
  return await handlers[name](context, { principal, operation: name, step }, request);
}

/** In a request all but the body is text: what comes over a bridge could be anything. Query parameters are looked at in their turn, after 404. */
function requireTextParameters(request: object, query: readonly string[]): void {
  const faults: Fault[] = Object.entries(request)
    .filter(
      ([name, value]) => name !== 'body' && !query.includes(name) && value !== undefined && typeof value !== 'string',
    )
    .map(([name]) => faultAt(toPointer([name]), because('not_text')));
  if (faults.length > 0) throw invalid(faults);
}
