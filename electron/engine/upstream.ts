import { isLoopback } from '../../shared/base/loopback.ts';
import { createHttpClient } from '../../shared/http/client.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';

/** A headquarters, and what of it is kept here. */
export interface UpstreamOptions {
  /** Where its Sessions API is: the part of the address before `/sessions/`. */
  url: string;
  /** The tenant's id there. */
  remoteTenantId: string;
  /** The tenant's id here. */
  tenantId: string;
  /** The events to keep in step. */
  eventIds: readonly string[];
  /** Whether plain http may be used to another machine. */
  allowHttp?: boolean;
}

/** Where the keys to upstreams are kept: never in the database. */
export interface KeyStore {
  keyOf(upstreamUrl: string): string | undefined;
}

/** An upstream that cannot be used as it is given, in the user's words. */
export class UpstreamError extends Error {}

/** How long headquarters may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;
/** The largest answer that is taken from headquarters, in bytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The upstream's name in the store: another address or tenant is another upstream. */
export function upstreamName({ url, remoteTenantId }: Pick<UpstreamOptions, 'url' | 'remoteTenantId'>): string {
  return `${baseUrlOf(url)} ${remoteTenantId}`;
}

/** The fourteen operations of an upstream. The key is looked up at each call, so that it can be changed. */
export function connect(options: UpstreamOptions, keys: KeyStore): SessionsApi {
  const baseUrl = baseUrlOf(options.url);
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol === 'http:' && !isLoopback(hostname) && options.allowHttp !== true) {
    throw new UpstreamError(`${baseUrl} is not encrypted; only https can be used to another machine.`);
  }
  return createHttpClient({
    baseUrl,
    apiKey: () => keys.keyOf(options.url),
    fetch,
    timeoutMs: ANSWER_TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
}

/** The address without a slash at its end; throws for what is no http address. */
function baseUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UpstreamError(`${JSON.stringify(text)} is not an http or https address.`);
  }
  if (url.username !== '' || url.password !== '') throw new UpstreamError('An address must not hold a password.');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
