import { isJsonObject, jsonSizeBytes, own, toPointer, type JsonObject } from '../base/json.ts';
import type { JsonPatch } from '../contract/patch.ts';
import { isServerOwned } from '../contract/session.ts';
import type { RemoteVersion } from '../store/sync-state.ts';
import { isMissing, memberNames, sameValue } from './same-value.ts';

/**
 * The smallest JSON Patch (RFC 6902) that takes headquarters from `base` to `mine` in every field that a client may write; empty where
 * none of them differs.
 *
 * Lists go whole, for a position means nothing in a list that may have changed. An object goes member by member, or whole where the
 * base has none or that is shorter. Values are added, not replaced: that works as well where the member is missing. Null and missing
 * are equal, so a null of mine takes away what the base has, and nothing is done to a null of the base.
 *
 * Laws, checked in test/property/to-patch.test.ts:
 * 1. applied to `base` it gives `mine`, but for `id` and what only the server sets
 * 2. it is empty exactly where nothing of ours differs
 * 3. it is never larger than one that takes each changed field as a whole
 */
export function toPatch(base: JsonObject, mine: JsonObject): JsonPatch {
  const fields = memberNames(base, mine).filter((field) => field !== 'id' && !isServerOwned(field));
  return changesOfMembers([], fields, base, mine);
}

/**
 * The patch, to be done only to the session as it was at that version; an empty one stays empty. The version is a pair, and each of its
 * members that is known is tested: a server may lack `sys_version`, and one that was restored from a backup counts to the same
 * `sys_version` twice, at another time. Where neither is known, nothing guards the patch.
 */
export function withVersionTest(patch: JsonPatch, version: RemoteVersion): JsonPatch {
  if (patch.length === 0) return patch;
  const tests = (['sys_version', 'sys_last_modified_at'] as const)
    .filter((field) => !isMissing(version[field]))
    .map((field) => ({ op: 'test' as const, path: toPointer([field]), value: version[field] }));
  return [...tests, ...patch];
}

function changesOfMembers(path: string[], names: string[], base: JsonObject, mine: JsonObject): JsonPatch {
  return names.flatMap((name) => changesOf([...path, name], own(base, name), own(mine, name)));
}

function changesOf(path: string[], base: unknown, mine: unknown): JsonPatch {
  if (sameValue(base, mine)) return [];
  if (isMissing(mine)) return [{ op: 'remove', path: toPointer(path) }];
  const whole: JsonPatch = [{ op: 'add', path: toPointer(path), value: mine }];
  if (!isJsonObject(base) || !isJsonObject(mine)) return whole;
  const names = memberNames(base, mine);
  const refused = names.some((name) => refusedInPointers.has(name) && !sameValue(own(base, name), own(mine, name)));
  if (refused) return whole;
  const byMember = changesOfMembers(path, names, base, mine);
  return jsonSizeBytes(byMember) <= jsonSizeBytes(whole) ? byMember : whole;
}

/** Servers that guard their objects' prototypes refuse a pointer that leads through one of these. */
const refusedInPointers: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
