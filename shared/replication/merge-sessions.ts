import { own, type JsonObject } from '../base/json.ts';
import type { KeptConflict } from '../store/sync-state.ts';
import { covers, placePointer, toPlaces, valueAt, withValueAt } from './conflict-place.ts';
import { conflictAt, mergeFields, type MergedSession } from './merge-fields.ts';
import { policyOf } from './merge-policy.ts';
import { resolveConflict } from './resolve-conflict.ts';
import { memberNames, sameValue } from './same-value.ts';

/** What is known of one session when headquarters' state arrives. */
export interface SessionSides {
  /** The state that mine is an edit of, as headquarters had it; undefined where none is known. */
  base: JsonObject | undefined;
  /** The session as it stands here, which shows theirs where a conflict is kept. */
  mine: JsonObject;
  /** Headquarters' state now. */
  theirs: JsonObject;
  /**
   * The conflicts of earlier merges that are still open (`findSettled` tells which an edit has settled), but for one of the session as
   * a whole.
   */
  kept?: readonly KeptConflict[];
}

/**
 * Merges a session as `mergeFields` does, goes on with the conflicts that are kept, and does not let a merge break a rule.
 *
 * A kept conflict ends when the sides agree, not when theirs goes back to the base: only a person decides. It widens where its place
 * is gone, so that mine can still be taken: `speakers/c1/job_title` to `speakers/c1` when c1 is removed there.
 *
 * Where mine and theirs are valid, the merge is, whichever side's is taken where they conflict. If need be the fields that both sides changed
 * conflict as a whole; if that is not enough, every field in which they differ.
 */
export function mergeSessions(
  { base, mine, theirs, kept = [] }: SessionSides,
  isValid: (session: JsonObject) => boolean,
): MergedSession {
  // Each as it would be without the kept conflicts: with its own value at their places.
  const sides: SessionSides = {
    base: base && kept.reduce((session, { pointer, base }) => withValueAt(session, pointer, base), base),
    mine: kept.reduce((session, { pointer, mine }) => withValueAt(session, pointer, mine), mine),
    theirs,
  };
  const merge = withConflicts(
    {
      // Of the states as they stand: a list in which mine differs only by a conflict is taken in theirs' order.
      merged: mergeFields(base, mine, theirs).merged,
      conflicts: mergeFields(sides.base, sides.mine, theirs).conflicts,
    },
    sides,
    kept.map(({ pointer }) => pointer),
  );
  if (!isValid(mine) || !isValid(theirs) || isSound(merge, isValid)) return merge;

  const differing = fieldsThatDiffer(sides.mine, theirs);
  const changedByMine = fieldsThatDiffer(sides.base ?? {}, sides.mine);
  const changedByTheirs = fieldsThatDiffer(sides.base ?? {}, theirs);
  const changedByBoth = differing.filter((field) => changedByMine.includes(field) && changedByTheirs.includes(field));
  const held = withConflicts(merge, sides, changedByBoth);
  return isSound(held, isValid) ? held : withConflicts(merge, sides, differing);
}

/** Whether the session is valid as it is shown, and where mine is taken in every conflict. */
function isSound({ merged, conflicts }: MergedSession, isValid: (session: JsonObject) => boolean): boolean {
  const mineTaken = conflicts.reduce((session, conflict) => resolveConflict(session, conflict, 'mine'), merged);
  return isValid(merged) && isValid(mineTaken);
}

/** The merge with a conflict at each of these places where the sides differ. */
function withConflicts(merge: MergedSession, sides: SessionSides, pointers: readonly string[]): MergedSession {
  return pointers.reduce((merge, pointer) => withConflict(merge, sides, pointer), merge);
}

function withConflict(merge: MergedSession, sides: SessionSides, pointer: string): MergedSession {
  const mine = valueAt(sides.mine, pointer);
  const theirs = valueAt(sides.theirs, pointer);
  if (sameValue(mine, theirs) || merge.conflicts.some((conflict) => covers(conflict.pointer, pointer))) return merge;
  const base = sides.base && valueAt(sides.base, pointer);
  return {
    merged: withValueAt(merge.merged, pointer, theirs),
    conflicts: [
      ...merge.conflicts.filter((conflict) => !covers(pointer, conflict.pointer)),
      conflictAt(pointer, base, mine, theirs),
    ],
  };
}

/** The pointers of the fields in which two sessions differ, but for those that are one side's anyway. */
function fieldsThatDiffer(a: JsonObject, b: JsonObject): string[] {
  const [left, right] = [toPlaces(a), toPlaces(b)];
  return memberNames(left, right)
    .filter(
      (field) => !['mine', 'theirs'].includes(policyOf(field).kind) && !sameValue(own(left, field), own(right, field)),
    )
    .map((field) => placePointer([field]));
}
