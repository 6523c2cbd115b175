import { because, type Reason } from '../base/reasons.ts';

/**
 * Why no answer came, from what `fetch` throws: Node names the reason by a code, somewhere along the causes
 * (https://nodejs.org/api/errors.html#nodejs-error-codes, and OpenSSL's for certificates).
 */
export function describeNetworkFailure(error: unknown): Reason {
  if (error instanceof Error && error.name === 'TimeoutError') return because('network_slow');
  const code = codeOf(error);
  if (code === undefined) return because('network_none');
  if (CERTIFICATE.test(code)) return because('network_certificate', { code });
  if (TLS.test(code)) return because('network_tls', { code });
  return reasons.get(code) ?? because('network_none_code', { code });
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH/;
const TLS = /^(EPROTO|ERR_SSL_)/;

const reasons: ReadonlyMap<string, Reason> = new Map([
  ['ECONNREFUSED', because('network_refused')],
  ['ENOTFOUND', because('network_no_name')],
  ['EAI_AGAIN', because('network_no_name_now')],
  ['ENETUNREACH', because('network_no_way')],
  ['EHOSTUNREACH', because('network_no_way')],
  ['ECONNRESET', because('network_broke_off')],
  ['UND_ERR_SOCKET', because('network_broke_off')],
  ['UND_ERR_CONNECT_TIMEOUT', because('network_refused')],
  ['ETIMEDOUT', because('network_refused')],
]);

/** The first code along the causes. */
function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
    // One for each address that was tried.
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
  }
  return undefined;
}
