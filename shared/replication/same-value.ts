import { isJsonObject, own, type JsonObject } from '../base/json.ts';

/**
 * Whether two JSON values say the same to sync: members in any order, and a member that is null as one that is missing
 * (sync.md, "Push"), at every depth. In a list null is an item like any other.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (isMissing(a) || isMissing(b)) return isMissing(a) && isMissing(b);
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => sameValue(item, b[at]));
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  return memberNames(a, b).every((name) => sameValue(own(a, name), own(b, name)));
}

/** Whether there is nothing here: null and missing are equal. */
export function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** The names that any of these objects has, each once. */
export function memberNames(...objects: readonly JsonObject[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object)))];
}
