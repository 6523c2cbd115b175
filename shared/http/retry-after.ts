/**
 * How long a server asks to wait, in seconds, by its `Retry-After` (RFC 9110): seconds, or a date, which is by the clock that the server's `Date`
 * shows, if it does. Undefined where it asks for nothing, or in no form that is known.
 */
export function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  const untilMs = Date.parse(text);
  if (Number.isNaN(untilMs) || !HTTP_DATE.test(text)) return undefined;
  const saidMs = Date.parse(headers.get('date') ?? '');
  const nowMs = Number.isNaN(saidMs) ? Date.now() : saidMs;
  return Math.max(0, (untilMs - nowMs) / 1000);
}

/** `Date.parse` takes much else for a date, such as `-5`. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;
