import { z } from 'zod';

import { isJsonObject, own, type Fault } from '../base/json.ts';
import { because, reasonOf, textOf, type Reason } from '../base/reasons.ts';
import { allOf, ContractError, errorKinds, kindOfStatus, type ErrorKind } from '../contract/errors.ts';
import {
  operationNames,
  operations,
  type Operation,
  type OperationName,
  type SessionsApi,
} from '../contract/operations.ts';
import { session, sessionFields } from '../contract/session.ts';
import { encodeRequest, type HttpRequest } from './codec.ts';
import { describeNetworkFailure } from './network-failure.ts';
import { readRetryAfter } from './retry-after.ts';

export interface HttpClientOptions {
  /** Where the server is, without a slash at the end: `https://example.org/api`. */
  baseUrl: string;
  /** The key to send, asked for at each call; none where it gives none. */
  apiKey?: () => string | undefined;
  /** What each request says beside. */
  headers?: Readonly<Record<string, string>>;
  /** The `fetch` to use. */
  fetch: typeof fetch;
  /** How long an answer may take, in milliseconds. */
  timeoutMs: number;
  /** How large an answer may be, in bytes. */
  maxAnswerBytes: number;
}

/**
 * The fourteen operations at the other end of HTTP. Whatever goes wrong is a `ContractError`: the server's own refusals by their kind,
 * `unreachable` where no answer came, `unusable_answer` where it is none that the contract knows.
 */
export function createHttpClient(options: HttpClientOptions): SessionsApi {
  const call = async (name: OperationName, request: never): Promise<unknown> =>
    readAnswer(name, await requestJson(options, encodeRequest(name, request)));
  // Each answer has been checked against its operation's schema, which Object.fromEntries cannot see.
  return Object.fromEntries(
    operationNames.map((name) => [name, async (request: never) => await call(name, request)]),
  ) as unknown as SessionsApi;
}

/** Sends one request with the key; answers its JSON, unchecked, or undefined where it is none. Throws as the operations do. */
export async function requestJson(options: HttpClientOptions, request: HttpRequest): Promise<unknown> {
  const response = await send(options, request, AbortSignal.timeout(options.timeoutMs));
  const answer = await readJson(response, options.maxAnswerBytes);
  if (!response.ok) throw toError(response, withoutKey(answer, options.apiKey?.()));
  return answer;
}

/** A body that is read as it comes. */
export interface BodyStream {
  body: AsyncIterable<Uint8Array>;
  /** Says that something came: what stays silent for too long is given up. */
  alive(): void;
}

/**
 * Sends a request whose answer stays open. It is given up where nothing comes for `silenceMs`, or when the signal says so. Throws as
 * `requestJson` does, while reading, too.
 */
export async function openStream(
  options: HttpClientOptions,
  request: HttpRequest,
  silenceMs: number,
  signal: AbortSignal,
): Promise<BodyStream> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error('Nothing came for too long.')), silenceMs);
  };
  alive();
  const response = await send(options, request, AbortSignal.any([signal, silence.signal])).catch((error: unknown) => {
    clearTimeout(timer);
    throw error;
  });
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    clearTimeout(timer);
    const answer = await readJson(response, options.maxAnswerBytes);
    throw response.ok ? new ContractError('unusable_answer', because('answer_closed')) : toError(response, answer);
  }
  const read = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of response.body ?? []) yield chunk;
    } catch (cause) {
      throw new ContractError('unreachable', because('answer_broke_off'), { cause });
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  };
  return { body: read(), alive };
}

async function send(
  options: HttpClientOptions,
  { method, url, headers, body }: HttpRequest,
  signal: AbortSignal,
): Promise<Response> {
  const key = options.apiKey?.();
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  let response: Response;
  try {
    response = await options.fetch(options.baseUrl + url, {
      method,
      headers: { ...options.headers, ...headers, ...authorization },
      ...(body === undefined ? {} : { body }),
      // Followed, it would take the key to another address.
      redirect: 'manual',
      signal,
    });
  } catch (cause) {
    throw new ContractError('unreachable', because('unreachable', { why: describeNetworkFailure(cause) }), {
      cause,
    });
  }
  if (response.type !== 'opaqueredirect' && (response.status < 300 || response.status > 399)) return response;
  await response.body?.cancel();
  throw new ContractError('unreachable', because('unreachable', { why: because('network_sign_in') }));
}

/** The body as JSON; undefined where it is none. It is read no further than the bound. */
async function readJson(response: Response, maxBytes: number): Promise<unknown> {
  if (Number(response.headers.get('content-length')) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge(maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof ContractError) throw cause;
    throw new ContractError('unreachable', because('answer_broke_off'), { cause });
  }
  try {
    return JSON.parse(new TextDecoder().decode(joined(chunks, sizeBytes))) as unknown;
  } catch {
    // Told by whoever reads the answer: an error's body may be of any form.
    return undefined;
  }
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function tooLarge(maxBytes: number): ContractError {
  return new ContractError('unusable_answer', because('answer_too_large', { bytes: maxBytes }));
}

function readAnswer(name: OperationName, received: unknown): unknown {
  const operation: Operation = operations[name];
  const isPaged = operation.query.includes('exclusiveStartKey');
  const answer = isPaged ? asPage(received) : name === 'batchSessions' ? asBatch(received) : received;
  const result = operation.response.safeParse(withoutFields(answer));
  const issue = result.error?.issues.find(({ path }) => !isWithinSession(name, path));
  if (issue === undefined) return answer;
  throw new ContractError('unusable_answer', because('answer_not_api'), {
    cause: `${issue.path.join('/')}: ${issue.message}`,
  });
}

/** A page with what tells nothing new put right: `Count` left out, or a last page whose key is null or empty instead of missing. */
function asPage(answer: unknown): unknown {
  if (!isJsonObject(answer) || !Array.isArray(answer['Items'])) return answer;
  const { LastEvaluatedKey: key, ...page } = answer;
  const isLast = key === undefined || key === null || key === '';
  return { ...page, Count: answer['Items'].length, ...(isLast ? {} : { LastEvaluatedKey: key }) };
}

/**
 * A batch's answer with the results that can be read: the page does not say what they look like. What is told in another form is as if it were not
 * told, an outcome that nobody knows.
 */
function asBatch(answer: unknown): unknown {
  if (!isJsonObject(answer) || !Array.isArray(answer['results'])) return answer;
  const results = answer['results'].flatMap((told: unknown) => {
    const head = batchResultHead.safeParse(told);
    if (!head.success) return [];
    const { error, result, ...rest } = head.data;
    const words = wordsOf(error);
    return [
      { ...rest, ...(words === undefined ? {} : { error: cut(words) }), ...(isJsonObject(result) ? { result } : {}) },
    ];
  });
  const successes = results.filter(({ success }) => success).length;
  return { ...answer, success_count: successes, error_count: results.length - successes, results };
}

/** What must be readable of a batch's result: of which session it is, and what became of it. */
const batchResultHead = z.looseObject({
  id: z.string(),
  success: z.boolean(),
  status_code: z.number(),
  error: z.unknown().optional(),
  result: z.unknown().optional(),
});

/** An answer with nothing in its lists but what is looked at: to check each field of each session took as long as to read them. */
function withoutFields(answer: unknown): unknown {
  if (!isJsonObject(answer) || !Array.isArray(answer['Items'])) return answer;
  return {
    ...answer,
    Items: answer['Items'].map((item) => (isJsonObject(item) && 'id' in item ? { id: item['id'] } : item)),
  };
}

/**
 * Whether a path leads into a field of a session, its id aside. What stands there is the server's own business: a record of
 * headquarters' may hold null, or another type, and is kept as it is (contract.md, "From headquarters expect less").
 */
function isWithinSession(name: OperationName, path: readonly PropertyKey[]): boolean {
  const { response } = operations[name];
  const field =
    response === session || response === sessionFields
      ? path[0]
      : path[0] === 'Items'
        ? path[2]
        : path[0] === 'results' && path[2] === 'result'
          ? path[3]
          : undefined;
  return field !== undefined && field !== 'id';
}

function reasonFor(kind: ErrorKind, detail: string | undefined, told: unknown, faults: readonly Fault[]): Reason {
  if (detail === undefined) return because(`failed_${kind}`);
  const all = allOf(faults);
  return faults.length > 0 && textOf(all) === detail ? all : reasonOf({ message: cut(detail), because: told });
}

const listedFault = z.object({ path: z.string(), message: z.string(), because: z.unknown() });

/** The error of an answer: by its own code where it is one of ours, else by its status. */
function toError(response: Response, answer: unknown): ContractError {
  const problem = isJsonObject(answer) ? answer : {};
  const code = own(problem, 'code');
  const kind = typeof code === 'string' && isErrorKind(code) ? code : kindOf(response);
  const words = wordsOf(answer);
  // "Forbidden" says no more than 403 does, for which there are words of ours.
  const detail = words?.toLowerCase() === response.statusText.toLowerCase() ? undefined : words;
  const listed = z.array(listedFault).safeParse(own(problem, 'errors'));
  const faults = (listed.data ?? []).map((fault) => ({
    path: fault.path,
    message: fault.message,
    because: reasonOf(fault),
  }));
  return new ContractError(kind, reasonFor(kind, detail, own(problem, 'because'), faults), {
    faults,
    retryAfterS: readRetryAfter(response.headers),
    answeredStatus: response.status,
  });
}

/** What a server says of an error, in its words: a problem's detail, or what others have instead; undefined where it says nothing. */
function wordsOf(error: unknown): string | undefined {
  const member = (of: unknown, name: string): unknown => (isJsonObject(of) ? own(of, name) : undefined);
  const inner = member(error, 'error');
  const told = [error, member(error, 'detail'), member(error, 'message'), inner, member(inner, 'message')];
  return told.find((words): words is string => typeof words === 'string' && words.trim() !== '');
}

/** They are kept with the session, shown, and logged. */
function cut(words: string): string {
  return words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS).toWellFormed()}…` : words;
}

const LONGEST_WORDS = 2000;

/** What a server says of an error without the key that it was sent: some repeat the request, and an error is stored, logged and shown. */
function withoutKey(answer: unknown, key: string | undefined): unknown {
  if (answer === undefined || key === undefined || key.length < SHORTEST_SECRET) return answer;
  const escaped = JSON.stringify(key).slice(1, -1);
  return JSON.parse(JSON.stringify(answer).replaceAll(escaped, '[key]')) as unknown;
}

/** What is shorter keeps no secret, and is in many words. */
const SHORTEST_SECRET = 8;

function isErrorKind(code: string): code is ErrorKind {
  return Object.hasOwn(errorKinds, code);
}

/** By status; but a web page that says 404 is a captive portal's, or a wrong address', and proves nothing to be gone. */
function kindOf({ status, headers }: Response): ErrorKind {
  const isPage = headers.get('content-type')?.toLowerCase().startsWith('text/html') === true;
  return status === 404 && isPage ? 'unusable_answer' : kindOfStatus(status);
}
