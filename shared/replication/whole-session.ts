import { own, type JsonObject } from '../base/json.ts';

/**
 * Whether an answer of headquarters' is a whole session, and not its id and what changed: what is missing in a whole one is not there any more. It
 * is told by the fields that every session has (page).
 */
export function isWholeSession(answer: JsonObject): boolean {
  const isThere = (field: string): boolean => own(answer, field) !== undefined;
  return typeof own(answer, 'event_id') === 'string' && isThere('name') && isThere('type_id');
}
