import type { Fault } from '../base/json.ts';

/**
 * Every way in which an operation can fail, once: its HTTP status and the title that RFC 9457 asks for.
 * `unreachable` and `unusable_answer` are a client's own: no answer came, or none that the contract allows.
 */
export const errorKinds = {
  invalid: { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  forbidden: { status: 403, title: 'This key may not do that' },
  locked: { status: 403, title: 'The session is locked' },
  not_found: { status: 404, title: 'Not found' },
  missing_reference: { status: 409, title: 'The session refers to something that does not exist' },
  unsettled: { status: 409, title: 'Changes wait to be settled with headquarters' },
  in_use: { status: 409, title: 'Other records refer to the session' },
  expired: { status: 410, title: 'Changes since then may have been missed' },
  precondition_failed: { status: 412, title: 'The session has changed meanwhile' },
  rate_limited: { status: 429, title: 'Too many requests' },
  quota_exceeded: { status: 429, title: 'The tenant has as many sessions as it may have' },
  internal: { status: 500, title: 'The server failed' },
  storage_damaged: { status: 500, title: 'The data file is damaged' },
  storage_full: { status: 507, title: 'There is no room to save' },
  unreachable: { status: 503, title: 'The server cannot be reached' },
  unusable_answer: { status: 502, title: 'The server answered with something else than the Sessions API' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorKind = keyof typeof errorKinds;

/** What a server means that answers with this status and says no more. */
export function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 400:
      return 'invalid';
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 409:
      return 'missing_reference';
    case 410:
      return 'expired';
    case 412:
      return 'precondition_failed';
    case 429:
      return 'rate_limited';
    default:
      return status >= 500 ? 'internal' : 'unusable_answer';
  }
}

/** A failed operation: a kind to branch on, the facts in the user's words, and every fault found. */
export class ContractError extends Error {
  readonly kind: ErrorKind;
  readonly faults: readonly Fault[];
  /** How long to wait before another try, in seconds; only with `rate_limited` and `unreachable`. */
  readonly retryAfterS: number | undefined;

  constructor(
    kind: ErrorKind,
    detail: string,
    more: { faults?: readonly Fault[]; retryAfterS?: number | undefined; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = 'ContractError';
    this.kind = kind;
    this.faults = more.faults ?? [];
    this.retryAfterS = more.retryAfterS;
  }

  /** An error that lists its faults, all at once. */
  static ofFaults(kind: ErrorKind, faults: readonly Fault[]): ContractError {
    const shown = bounded(faults);
    return new ContractError(kind, describeFaults(shown), { faults: shown });
  }

  get status(): number {
    return errorKinds[this.kind].status;
  }
}

/** An answer lists so many faults and counts the rest: a hostile body can have half a million. */
const MAX_FAULTS = 100;
const MAX_PATH_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 300;

/** A refusal of a request for its faults, listed all at once. */
export function invalid(faults: readonly Fault[]): ContractError {
  return ContractError.ofFaults('invalid', faults);
}

/** Bounds how many faults an answer lists, and how much of a hostile member name it repeats. */
function bounded(faults: readonly Fault[]): Fault[] {
  const shown = faults
    .slice(0, MAX_FAULTS)
    .map(({ path, message }) => ({ path: cut(path, MAX_PATH_LENGTH), message: cut(message, MAX_MESSAGE_LENGTH) }));
  const rest = faults.length - shown.length;
  return rest === 0 ? shown : [...shown, { path: '', message: `${rest} more faults are not listed` }];
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;
}

/** Faults as one sentence: `/name must not be blank; /type_id is required`. */
function describeFaults(faults: readonly Fault[]): string {
  return faults.map((fault) => (fault.path === '' ? fault.message : `${fault.path} ${fault.message}`)).join('; ');
}

/** An error as it stands in an answer (RFC 9457, `application/problem+json`). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorKind;
  errors?: Fault[];
}

export function toProblem(error: ContractError): Problem {
  const { status, title } = errorKinds[error.kind];
  const problem: Problem = { type: 'about:blank', title, status, detail: error.message, code: error.kind };
  return error.faults.length === 0 ? problem : { ...problem, errors: [...error.faults] };
}
