/**
 * Why no answer came, in the user's words, from what `fetch` throws: Node names the reason by a code, somewhere along the causes
 * (https://nodejs.org/api/errors.html#nodejs-error-codes, and OpenSSL's for certificates).
 */
export function describeNetworkFailure(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it takes too long to answer';
  const code = codeOf(error);
  if (code === undefined) return 'there is no connection';
  if (CERTIFICATE.test(code)) return `its certificate cannot be trusted (${code})`;
  if (TLS.test(code)) return `it does not answer by https (${code})`;
  return reasons.get(code) ?? `there is no connection (${code})`;
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH/;
const TLS = /^(EPROTO|ERR_SSL_)/;

const reasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nobody answers at that address'],
  ['ENOTFOUND', 'no server of that name is known'],
  ['EAI_AGAIN', 'no server of that name is known just now'],
  ['ENETUNREACH', 'there is no way to it from this network'],
  ['EHOSTUNREACH', 'there is no way to it from this network'],
  ['ECONNRESET', 'the connection broke off'],
  ['UND_ERR_SOCKET', 'the connection broke off'],
  ['UND_ERR_CONNECT_TIMEOUT', 'nobody answers at that address'],
  ['ETIMEDOUT', 'nobody answers at that address'],
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
