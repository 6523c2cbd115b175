import { faultAt, type Fault } from '../base/json.ts';
import { because, isList, reasonTexts, textOf, type Reason, type ReasonValue } from '../base/reasons.ts';

/**
 * Every way in which an operation can fail, once: its HTTP status and the title that RFC 9457 asks for.
 * `unreachable` and `unusable_answer` are a client's own: no answer came, or none that the contract allows.
 */
export const errorKinds = {
  invalid: { status: 400, title: reasonTexts.failed_invalid },
  unauthorized: { status: 401, title: reasonTexts.failed_unauthorized },
  forbidden: { status: 403, title: reasonTexts.failed_forbidden },
  locked: { status: 403, title: reasonTexts.failed_locked },
  not_found: { status: 404, title: reasonTexts.failed_not_found },
  missing_reference: { status: 409, title: reasonTexts.failed_missing_reference },
  unsettled: { status: 409, title: reasonTexts.failed_unsettled },
  in_use: { status: 409, title: reasonTexts.failed_in_use },
  expired: { status: 410, title: reasonTexts.failed_expired },
  precondition_failed: { status: 412, title: reasonTexts.failed_precondition_failed },
  rate_limited: { status: 429, title: reasonTexts.failed_rate_limited },
  quota_exceeded: { status: 429, title: reasonTexts.failed_quota_exceeded },
  internal: { status: 500, title: reasonTexts.failed_internal },
  storage_damaged: { status: 500, title: reasonTexts.failed_storage_damaged },
  storage_full: { status: 507, title: reasonTexts.failed_storage_full },
  unreachable: { status: 503, title: reasonTexts.failed_unreachable },
  unusable_answer: { status: 502, title: reasonTexts.failed_unusable_answer },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorKind = keyof typeof errorKinds;

/** What a server means that answers with this status and says no more. A refusal that the page does not have is one as 400 is (RFC 9110, 15). */
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
    // Said on the way, by a proxy, or before the request was whole: headquarters has not refused it.
    case 407:
    case 408:
      return 'unreachable';
    default:
      return status >= 500 ? 'internal' : status >= 400 ? 'invalid' : 'unusable_answer';
  }
}

/** A failed operation: a kind to branch on, the reason with its English text as the message, and every fault found. */
export class ContractError extends Error {
  readonly kind: ErrorKind;
  readonly because: Reason;
  readonly faults: readonly Fault[];
  /** How long to wait before another try, in seconds; where the server asked for it. */
  readonly retryAfterS: number | undefined;
  /** What a server elsewhere answered with, which may be a status that the page does not have. */
  readonly answeredStatus: number | undefined;

  constructor(
    kind: ErrorKind,
    reason: Reason,
    more: {
      faults?: readonly Fault[];
      retryAfterS?: number | undefined;
      answeredStatus?: number;
      cause?: unknown;
    } = {},
  ) {
    super(textOf(reason), { cause: more.cause });
    this.name = 'ContractError';
    this.kind = kind;
    this.because = reason;
    this.faults = more.faults ?? [];
    this.retryAfterS = more.retryAfterS;
    this.answeredStatus = more.answeredStatus;
  }

  /** An error that lists its faults, all at once. */
  static ofFaults(kind: ErrorKind, faults: readonly Fault[]): ContractError {
    const shown = bounded(faults);
    return new ContractError(kind, allOf(shown), { faults: shown });
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
  const shown = faults.slice(0, MAX_FAULTS).map(({ path, message, because: reason }) => ({
    path: cut(path, MAX_PATH_LENGTH),
    message: cut(message, MAX_MESSAGE_LENGTH),
    because: withShortValues(reason),
  }));
  const rest = faults.length - shown.length;
  return rest === 0 ? shown : [...shown, faultAt('', because('more_faults', { n: rest }))];
}

function withShortValues({ code, values }: Reason): Reason {
  if (values === undefined) return { code };
  const short = (value: ReasonValue): ReasonValue => {
    if (typeof value !== 'object') return typeof value === 'string' ? cut(value, MAX_MESSAGE_LENGTH) : value;
    return isList(value) ? value.slice(0, MAX_FAULTS).map(withShortValues) : withShortValues(value);
  };
  return { code, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, short(value)])) };
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;
}

/** Faults as one sentence: `/name must not be blank; /type_id is required`. */
export function allOf(faults: readonly Fault[]): Reason {
  const reasons = faults.map(({ path, message, because: why }) => {
    // A text that was cut is told as it was cut.
    const told = textOf(why) === message ? why : because('said', { text: message });
    return path === '' ? told : because('at', { path, why: told });
  });
  return because('all', { reasons });
}

/** An error as it stands in an answer (RFC 9457, `application/problem+json`); `because` is the detail as a code and values, but where `errors` say it all. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorKind;
  because?: Reason;
  errors?: Fault[];
}

export function toProblem(error: ContractError): Problem {
  const { status, title } = errorKinds[error.kind];
  const problem: Problem = { type: 'about:blank', title, status, detail: error.message, code: error.kind };
  if (error.because.code !== 'all') problem.because = error.because;
  return error.faults.length === 0 ? problem : { ...problem, errors: [...error.faults] };
}
