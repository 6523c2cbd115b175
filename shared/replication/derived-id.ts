import { OWN_ID_PREFIX } from '../base/ids.ts';

const UUID_V5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5/;

/** Whether the id is derived from a schedule file or an abstract: another laptop may have made the same session. */
export function isDerivedId(id: string): boolean {
  return id.startsWith(OWN_ID_PREFIX) && UUID_V5.test(id.slice(OWN_ID_PREFIX.length));
}
