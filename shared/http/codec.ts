import { faultAt } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { operations, type Operation, type OperationName, type RequestOf } from '../contract/operations.ts';
import { invalid } from '../contract/errors.ts';

/** A request as HTTP carries it. */
export interface HttpRequest {
  method: Operation['method'];
  /** Path and query, percent-encoded, beginning with `/`. */
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** The parts of a received request, percent-decoded; a query parameter that is given twice is a list. */
export interface ReceivedRequest {
  parameters: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string | string[] | undefined>>;
  ifMatch: string | undefined;
  body: unknown;
}

const PARAMETER = /\{(\w+)\}/g;

/** The path of an operation with its parameters written as `:name`, the form that routers take. */
export function routePath(operation: Operation): string {
  return operation.path.replace(PARAMETER, ':$1');
}

/** Writes an operation's request as HTTP has it; throws `invalid` for a path parameter that no URL can carry. */
export function encodeRequest<Name extends OperationName>(name: Name, request: RequestOf<Name>): HttpRequest {
  const operation: Operation = operations[name];
  const members: Readonly<Record<string, unknown>> = request;
  const path = operation.path.replace(PARAMETER, (_, parameter: string) =>
    encodeSegment(parameter, String(members[parameter])),
  );
  const query = new URLSearchParams();
  for (const parameter of operation.query) {
    const value = members[parameter];
    if (value !== undefined) query.set(parameter, String(value));
  }
  const headers: Record<string, string> = { accept: 'application/json' };
  if (typeof members['ifMatch'] === 'string') headers['if-match'] = members['ifMatch'];
  const encoded: HttpRequest = { method: operation.method, url: query.size > 0 ? `${path}?${query}` : path, headers };
  if (operation.body === undefined) return encoded;
  // A patch, too: it is the one type that the page names, and a server need not know another.
  headers['content-type'] = 'application/json';
  return { ...encoded, body: JSON.stringify(members['body']) };
}

/** One segment of a path. URLs resolve `.` and `..` away, escaped or not: the request would go to another address, with its key. */
export function encodeSegment(parameter: string, value: string): string {
  if (value === '.' || value === '..' || !value.isWellFormed()) {
    throw invalid([faultAt(`/${parameter}`, because('not_in_address'))]);
  }
  return encodeURIComponent(value);
}

/**
 * Reads an operation's request out of what was received. A query parameter that is given twice stays a list: the operation refuses it, in
 * its turn after 401, 403 and 404.
 */
export function decodeRequest<Name extends OperationName>(name: Name, received: ReceivedRequest): RequestOf<Name> {
  const operation: Operation = operations[name];
  const request: Record<string, unknown> = { ...received.parameters };
  for (const parameter of operation.query) {
    const value = received.query[parameter];
    if (value !== undefined) request[parameter] = value;
  }
  if (operation.conditional && received.ifMatch !== undefined) request['ifMatch'] = received.ifMatch;
  if (operation.body !== undefined) request['body'] = received.body;
  // Made from the same table that RequestOf is inferred from.
  return request as RequestOf<Name>;
}
