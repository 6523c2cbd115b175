import { isLoopback } from '../../shared/base/loopback.ts';
import { because, type Reason } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import { createHttpClient, type HttpClientOptions } from '../../shared/http/client.ts';

/** Where a headquarters is, and who one is there. */
export interface UpstreamAddress {
  /** Where its Sessions API is: the part of the address before `/sessions/`. */
  url: string;
  /** The tenant's id there. */
  remoteTenantId: string;
  /** Whether plain http may be used to another machine. */
  allowHttp?: boolean;
}

/** A headquarters, and what of it is kept here. */
export interface UpstreamOptions extends UpstreamAddress {
  /** The tenant's id here. */
  tenantId: string;
  /** The events to keep in step. */
  eventIds: readonly string[];
}

/** Where the keys to upstreams are kept: never in the database. An upstream is named as `upstreamName` does. */
export interface KeyStore {
  keyOf(upstream: string): string | undefined;
  setKey(upstream: string, key: string): Promise<void>;
  deleteKey(upstream: string): Promise<void>;
}

/** An upstream that cannot be used as it is given. */
export class UpstreamError extends ContractError {
  constructor(reason: Reason) {
    super('invalid', reason);
    this.name = 'UpstreamError';
  }
}

/** How long headquarters may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;
/** The largest answer that is taken from headquarters, in bytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The upstream's name, in the store and for its key: another address or tenant is another upstream. */
export function upstreamName({ url, remoteTenantId }: UpstreamAddress): string {
  return `${baseUrlOf(url)} ${remoteTenantId}`;
}

/** Whether a request can carry the key: a header holds no signs beyond Latin-1, and no control characters. */
export function isSendable(key: string): boolean {
  return /^[\x20-\x7e\x80-\xff]*$/.test(key);
}

/** Throws `UpstreamError` for a key that no request can carry: it would look as if headquarters did not answer. */
export function refuseUnsendable(key: string): void {
  if (!isSendable(key)) throw new UpstreamError(because('key_not_sendable'));
}

/** The fourteen operations of an upstream. The key is looked up at each call, so that it can be changed. Throws `UpstreamError`. */
export function connectTo(upstream: UpstreamAddress, keys: Pick<KeyStore, 'keyOf'>): SessionsApi {
  return createHttpClient(clientOptions(upstream, keys));
}

/** How requests go to an upstream. Throws `UpstreamError`. */
export function clientOptions(upstream: UpstreamAddress, keys: Pick<KeyStore, 'keyOf'>): HttpClientOptions {
  const baseUrl = baseUrlOf(upstream.url);
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol === 'http:' && !isLoopback(hostname) && upstream.allowHttp !== true) {
    throw new UpstreamError(because('not_encrypted', { url: baseUrl }));
  }
  const name = upstreamName(upstream);
  const apiKey = (): string | undefined => keys.keyOf(name);
  return { baseUrl, apiKey, fetch, timeoutMs: ANSWER_TIMEOUT_MS, maxAnswerBytes: MAX_ANSWER_BYTES };
}

/** The address without a slash at its end; throws for what is no http address. */
function baseUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What is wrong is not repeated where it may hold a password.
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new UpstreamError(because('password_in_address'));
  }
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UpstreamError(because('not_web_address', { text: JSON.stringify(text) }));
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
