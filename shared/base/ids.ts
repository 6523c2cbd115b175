import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';

/** Every id that Offstage makes begins so; headquarters gets it as `sys_external_id` (sync.md, "Identity"). */
export const OWN_ID_PREFIX = 'offstage:';

/** Namespace of the ids that are derived from a file's or an abstract's own id. Never to be changed. */
const NAMESPACE = '6f0b5d0e-9a57-5c0f-8d43-2f5b9a1f4c7e';

/** Makes ids that sort by the time of their making. Passed in, so that a test can rule it. */
export type IdSource = () => string;

/** A source of uuidv7s. */
export const randomIds: IdSource = () => uuidv7();

/** The id of a session that is made here: `offstage:<uuidv7>`. */
export function newSessionId(ids: IdSource): string {
  return OWN_ID_PREFIX + ids();
}

/** The id of a session read from a schedule file: the same on every laptop that reads the file. */
export function importedSessionId(eventId: string, guid: string): string {
  return OWN_ID_PREFIX + uuidv5(JSON.stringify(['import', eventId, guid]), NAMESPACE);
}

/** The id of the one session generated from an abstract: the same on every laptop. */
export function generatedSessionId(abstractId: string): string {
  return OWN_ID_PREFIX + uuidv5(JSON.stringify(['abstract', abstractId]), NAMESPACE);
}
