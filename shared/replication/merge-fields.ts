import type { JsonObject } from '../base/json.ts';
import type { KeptConflict } from '../store/sync-state.ts';
import { fromParts, fromPlaces, partsOf, placePointer, toPlaces } from './conflict-place.ts';
import { hasParts, policyOf, policyWithoutBase, type MergePolicy, type PartedPolicy } from './merge-policy.ts';
import { isMissing, sameValue } from './same-value.ts';

/** A place that was changed on both sides. A member is absent where that side has nothing there; null is what it says. */
export interface Conflict extends KeptConflict {
  theirs?: unknown;
}

export interface MergedSession {
  /** Shows theirs wherever there is a conflict. */
  merged: JsonObject;
  /** No conflict's place holds another's. */
  conflicts: Conflict[];
}

/**
 * Merges two edits of one session, field by field, against their common base.
 * A field changed on one side keeps that change, as a whole; changed to equal values, that value; else its policy tells
 * (merge-policy.ts): lists merge by their elements, objects by their members, and what is left is a conflict,
 * where `theirs` stands until a person decides (sync.md, promise 3). Null and missing are equal, and of two equal values theirs stands.
 *
 * Merged lists have the survivors in the base's order, then the additions sorted by key (sync.md has it so). An order that one side changed is
 * kept where the other side leaves the list as it is; with members added or removed on the other side nobody can say where they would stand in it.
 *
 * Laws, checked in test/property/merge-fields.test.ts, but for `id` and what only the server sets:
 * 1. merge(b, x, b) = x and merge(b, b, x) = x
 * 2. merge(b, x, x) = x
 * 3. merge(b, x, y) and merge(b, y, x) have the same conflicts, with sides swapped, and are equal everywhere else
 * 4. no value is in it that none of the three has, and no field is lost that neither side removed
 *
 * @param base undefined where none is known: then every field that differs is a conflict
 */
export function mergeFields(base: JsonObject | undefined, mine: JsonObject, theirs: JsonObject): MergedSession {
  const policy: PartedPolicy = { kind: 'members', of: base === undefined ? policyWithoutBase : policyOf };
  const { value, conflicts } = mergeParts(policy, placesOf(base ?? {}), placesOf(mine), placesOf(theirs), []);
  return { merged: fromPlaces(value as JsonObject), conflicts };
}

/** A conflict of these values; undefined is what is missing. */
export function conflictAt(pointer: string, base: unknown, mine: unknown, theirs: unknown): Conflict {
  return {
    pointer,
    ...(base === undefined ? {} : { base }),
    ...(mine === undefined ? {} : { mine }),
    ...(theirs === undefined ? {} : { theirs }),
  };
}

type Parts = ReadonlyMap<string, unknown>;

/** A merged value, undefined where nothing is left, and the conflicts in it. */
interface Merged {
  value: unknown;
  conflicts: Conflict[];
}

function mergeValue(policy: MergePolicy, base: unknown, mine: unknown, theirs: unknown, path: string[]): Merged {
  if (policy.kind === 'theirs' || sameValue(mine, theirs)) return { value: theirs, conflicts: [] };
  if (policy.kind === 'mine') return { value: mine, conflicts: [] };
  if (policy.kind !== 'equal') {
    if (sameValue(mine, base)) return { value: theirs, conflicts: [] };
    if (sameValue(theirs, base)) return { value: mine, conflicts: [] };
  }
  // An object that is gone on one side and changed on the other is one question, not one for each member.
  const gone = policy.kind === 'members' && (isMissing(mine) || isMissing(theirs));
  if (hasParts(policy) && !gone) {
    const before = partsOf(policy, base);
    const left = partsOf(policy, mine);
    const right = partsOf(policy, theirs);
    if (before && left && right) return mergeParts(policy, before, left, right, path);
  }
  return { value: theirs, conflicts: [conflictAt(placePointer(path), base, mine, theirs)] };
}

function mergeParts(policy: PartedPolicy, base: Parts, mine: Parts, theirs: Parts, path: string[]): Merged {
  const added = [...new Set([...mine.keys(), ...theirs.keys()])].filter((name) => !base.has(name)).sort();
  const conflicts: Conflict[] = [];
  const parts = new Map<string, unknown>();
  for (const name of [...base.keys(), ...added]) {
    const merged = mergeValue(policy.of(name), base.get(name), mine.get(name), theirs.get(name), [...path, name]);
    parts.set(name, merged.value);
    conflicts.push(...merged.conflicts);
  }
  return { value: fromParts(policy, parts), conflicts };
}

function placesOf(session: JsonObject): Parts {
  return new Map(Object.entries(toPlaces(session)));
}
