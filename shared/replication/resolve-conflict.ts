import type { JsonObject } from '../base/json.ts';
import type { KeptConflict } from '../store/sync-state.ts';
import { valueAt, withValueAt } from './conflict-place.ts';
import { sameValue } from './same-value.ts';

/** What a person decides about a conflict: one of the sides, or something else; `{ value: undefined }` is nothing at all. */
export type Choice = 'mine' | 'theirs' | { value: unknown };

/**
 * The session as a person wants it, where it shows theirs so far. The place of fields that merge as one value takes an object of them.
 * The conflict itself is the caller's to drop: taking theirs changes nothing that `findSettled` could see.
 */
export function resolveConflict(session: JsonObject, conflict: KeptConflict, choice: Choice): JsonObject {
  if (choice === 'theirs') return session;
  return withValueAt(session, conflict.pointer, choice === 'mine' ? conflict.mine : choice.value);
}

/** The conflicts that an edit settles: those whose place it changes (sync.md, "Merge and conflicts"). */
export function findSettled<Kept extends KeptConflict>(
  conflicts: readonly Kept[],
  before: JsonObject,
  after: JsonObject,
): Kept[] {
  return conflicts.filter(({ pointer }) => !sameValue(valueAt(before, pointer), valueAt(after, pointer)));
}
