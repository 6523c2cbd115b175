import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import type { Session } from '../contract/session.ts';

/** The ETag of a session: its version, quoted. */
export function etagOf(session: { sys_version?: number | undefined }): string {
  return `"${session.sys_version ?? 0}"`;
}

/**
 * Refuses a conditional request whose `If-Match` does not name the session as it is (412). `*` matches any; a weak tag
 * never matches, and neither does what is no tag at all (RFC 9110, 13.1.1).
 */
export function requireMatch(ifMatch: string | undefined, session: Session): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes(etagOf(session))) return;
  throw new ContractError('precondition_failed', because('newer_version', { version: session.sys_version ?? 0 }));
}
