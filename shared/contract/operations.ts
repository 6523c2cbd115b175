import { z } from 'zod';

import { batchRequest, batchResponse, type BatchOperation } from './batch.ts';
import { jsonPatch } from './patch.ts';
import type { Role } from './roles.ts';
import { sessionSearch } from './search.ts';
import { reference, session, sessionFields, sessionInput } from './session.ts';

/** A page of a list: `Count` is the page's own count, `LastEvaluatedKey` asks for the next page. */
const listPage = z
  .looseObject({ Count: z.number(), Items: z.array(sessionFields), LastEvaluatedKey: z.string().optional() })
  .meta({ id: 'SessionList' });

/** A page of a search. */
const searchPage = z
  .looseObject({ Items: z.array(sessionFields), LastEvaluatedKey: z.string().optional() })
  .meta({ id: 'SessionSearchResult' });

const privileges = z
  .looseObject({
    can_manage_documents: z.boolean(),
    can_edit_session: z.boolean(),
    can_update_speaker_profile: z.boolean(),
  })
  .meta({ id: 'SessionPrivileges' });

const generateRequest = z
  .strictObject({
    type_id: reference,
    main_presenter_speaker_type_id: reference,
    allow_duplicates: z.boolean().optional(),
  })
  .meta({ id: 'GenerateRequest' });

/** What the table says of one operation. */
export interface Operation {
  readonly summary: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path parameters stand in braces, named as in the request. */
  readonly path: string;
  /** Query parameters, all of them optional text. */
  readonly query: readonly string[];
  /** The role that a caller needs; `public` needs no key. */
  readonly access: Role | 'public';
  /** What a request's body must be; without one, a body is ignored. */
  readonly body?: z.ZodType;
  /** The success answer's body. */
  readonly response: z.ZodType;
  /** Whether `If-Match` is honoured. */
  readonly conditional?: true;
  /** Whether the answer is one session and carries its ETag. */
  readonly entity?: true;
  /** The other statuses that the page documents. */
  readonly errors: readonly number[];
}

const READ_ERRORS = [400, 401, 403, 404, 429, 500] as const;
const WRITE_ERRORS = [400, 401, 403, 404, 409, 429, 500] as const;

/**
 * The fourteen operations of the Sessions API, once: the service, the HTTP server and client, OpenAPI and the law
 * suites are made from this table.
 */
export const operations = {
  createSession: {
    summary: 'Creates a new session record that does not already exist.',
    method: 'POST',
    path: '/sessions/{tenantId}',
    query: [],
    access: 'editor',
    body: sessionInput,
    response: session,
    entity: true,
    errors: WRITE_ERRORS,
  },
  getSession: {
    summary: 'Returns a session from the system by its ID.',
    method: 'GET',
    path: '/sessions/{tenantId}/{id}',
    query: ['fields', 'consistentRead'],
    access: 'viewer',
    response: sessionFields,
    entity: true,
    errors: READ_ERRORS,
  },
  updateSession: {
    summary: 'Updates a session with the specified ID.',
    method: 'PUT',
    path: '/sessions/{tenantId}/{id}',
    query: [],
    access: 'editor',
    body: sessionInput,
    response: session,
    conditional: true,
    entity: true,
    errors: WRITE_ERRORS,
  },
  patchSession: {
    summary: 'Partially updates a session with the specified ID.',
    method: 'PATCH',
    path: '/sessions/{tenantId}/{id}',
    query: [],
    access: 'editor',
    body: jsonPatch,
    response: session,
    conditional: true,
    entity: true,
    errors: WRITE_ERRORS,
  },
  deleteSession: {
    summary: 'Deletes a session with the specified ID.',
    method: 'DELETE',
    path: '/sessions/{tenantId}/{id}',
    query: [],
    access: 'editor',
    response: z.string(),
    conditional: true,
    errors: WRITE_ERRORS,
  },
  getPublicSession: {
    summary: 'Returns a public session from the system by its ID.',
    method: 'GET',
    path: '/sessions/{tenantId}/public/{id}',
    query: ['fields', 'consistentRead'],
    access: 'public',
    response: sessionFields,
    errors: READ_ERRORS,
  },
  listSessionsByEvent: {
    summary: 'Returns a list of records with the specified event_id.',
    method: 'GET',
    path: '/sessions/{tenantId}/event/{event_id}',
    query: ['fields', 'exclusiveStartKey'],
    access: 'viewer',
    response: listPage,
    errors: READ_ERRORS,
  },
  getSessionPrivileges: {
    summary: 'Returns things a person can do for a session.',
    method: 'GET',
    path: '/sessions/{tenantId}/privileges/{id}/{contactId}',
    query: [],
    access: 'viewer',
    response: privileges,
    errors: READ_ERRORS,
  },
  searchSessions: {
    summary: 'Searches for sessions using predefined parameters.',
    method: 'POST',
    path: '/sessions/{tenantId}/search',
    query: ['exclusiveStartKey', 'fieldsToReturn'],
    access: 'viewer',
    body: sessionSearch,
    response: searchPage,
    errors: WRITE_ERRORS,
  },
  searchPublicSessions: {
    summary: 'Searches for public sessions using predefined parameters.',
    method: 'POST',
    path: '/sessions/{tenantId}/public/search',
    query: ['exclusiveStartKey', 'fieldsToReturn'],
    access: 'public',
    body: sessionSearch,
    response: searchPage,
    errors: WRITE_ERRORS,
  },
  listPublicSessionsByEvent: {
    summary: 'Describes all of the public sessions for an event.',
    method: 'GET',
    path: '/sessions/{tenantId}/public/event/{event_id}',
    // The page documents no parameter here but answers a key, so the key is taken (decided).
    query: ['exclusiveStartKey'],
    access: 'public',
    response: listPage,
    errors: READ_ERRORS,
  },
  listSessionsByAbstract: {
    summary: 'Returns a list of records with the specified abstract_id.',
    method: 'GET',
    path: '/sessions/{tenantId}/abstract/{abstract_id}',
    query: ['fields', 'exclusiveStartKey'],
    access: 'viewer',
    response: listPage,
    errors: READ_ERRORS,
  },
  generateSessionFromAbstract: {
    summary: 'Generates a session with speaker information from an abstract record.',
    method: 'POST',
    path: '/sessions/{tenantId}/abstract/{abstract_id}',
    query: [],
    access: 'editor',
    body: generateRequest,
    response: session,
    entity: true,
    errors: READ_ERRORS,
  },
  batchSessions: {
    summary: 'Allows you to perform up to 100 patch and delete operations.',
    method: 'POST',
    path: '/sessions/{tenantId}/batch',
    query: [],
    access: 'editor',
    body: batchRequest,
    response: batchResponse,
    errors: READ_ERRORS,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

export const operationNames = Object.keys(operations) as readonly OperationName[];

type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameters<Rest>
  : never;

/** A batch as a caller writes it. */
type BodyOf<Name extends OperationName> = Name extends 'batchSessions'
  ? { operations: BatchOperation[] }
  : (typeof operations)[Name] extends { body: infer Body extends z.ZodType }
    ? z.input<Body>
    : never;

/** A request: path and query parameters by their names, the body, and `If-Match` where it is honoured. */
export type RequestOf<Name extends OperationName> = {
  [Parameter in PathParameters<(typeof operations)[Name]['path']>]: string;
} & { [Parameter in (typeof operations)[Name]['query'][number]]?: string | undefined } & ([BodyOf<Name>] extends [never]
    ? unknown
    : { body: BodyOf<Name> }) &
  ((typeof operations)[Name] extends { conditional: true } ? { ifMatch?: string | undefined } : unknown);

export type ResponseOf<Name extends OperationName> = z.output<(typeof operations)[Name]['response']>;

/** The fourteen operations, wherever they are: in this process or at the other end of a wire. Failures are `ContractError`s. */
export type SessionsApi = {
  [Name in OperationName]: (request: RequestOf<Name>) => Promise<ResponseOf<Name>>;
};
