import type { JsonObject } from '../../../shared/base/json.ts';
import { ownFieldNames, type SessionInput } from '../../../shared/contract/session.ts';

/** What names or places one session alone: two in a room at once would clash, and two of a code. */
const leftOut: ReadonlySet<string> = new Set(
  ['code', 'start_date', 'end_date', 'room_ids'].concat(['sold_out', 'sys_external_id', 'sys_locked']),
);

/** The fields of a copy of a session: all that a person may set but its place in the schedule, its code and what other systems call it. */
export function copyOf(session: JsonObject, name: string): Omit<SessionInput, 'event_id'> {
  const fields = ownFieldNames.filter((field) => !leftOut.has(field) && (session[field] ?? undefined) !== undefined);
  const copy = Object.fromEntries(fields.map((field) => [field, session[field]]));
  return { ...copy, name } as unknown as Omit<SessionInput, 'event_id'>;
}
