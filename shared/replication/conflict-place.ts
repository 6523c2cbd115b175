import { isJsonObject, own, toPointer, type JsonObject } from '../base/json.ts';
import { fieldsTogether, hasParts, policyOf, type MergePolicy, type PartedPolicy } from './merge-policy.ts';
import { isMissing } from './same-value.ts';

/**
 * A place is what can be in conflict: a field, a member of an object field, an element of a list or a member of one. Its pointer
 * names elements by their key, not by position, and has no leading slash: `name`, `speakers/c1`, `speakers/c1/job_title`.
 * Fields that merge as one value are one place, which the first of them names, and its value is an object of them.
 */
export function placePointer(tokens: readonly string[]): string {
  const pointer = toPointer(tokens);
  // Without its slash the pointer of a field whose name is empty would be '', which stands for the whole session.
  return pointer === '/' ? pointer : pointer.slice(1);
}

/** Whether a place is another one, or holds it. */
export function covers(pointer: string, other: string): boolean {
  return other === pointer || other.startsWith(`${pointer}/`);
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(session: JsonObject, pointer: string): unknown {
  let policy: MergePolicy = sessionPolicy;
  let value: unknown = toPlaces(session);
  for (const token of tokensOf(pointer)) {
    if (!hasParts(policy)) return undefined;
    value = partsOf(policy, value)?.get(token);
    policy = policy.of(token);
  }
  return value;
}

/** The session with that value at a place, or with nothing there where it is undefined. An element that is new comes last. */
export function withValueAt(session: JsonObject, pointer: string, value: unknown): JsonObject {
  return fromPlaces(put(sessionPolicy, toPlaces(session), tokensOf(pointer), value) as JsonObject);
}

/** A session as an object of its places: the fields that merge as one value are an object in the first one's stead. */
export function toPlaces(session: JsonObject): JsonObject {
  const places = new Map(Object.entries(session));
  for (const fields of fieldsTogether) {
    for (const field of fields) places.delete(field);
    places.set(fields[0], onlyMembers(session, fields));
  }
  return Object.fromEntries(places);
}

/** The session of such places. */
export function fromPlaces(places: JsonObject): JsonObject {
  const fields = new Map(Object.entries(places));
  for (const together of fieldsTogether) {
    const values = fields.get(together[0]);
    fields.delete(together[0]);
    if (isJsonObject(values)) for (const entry of Object.entries(onlyMembers(values, together))) fields.set(...entry);
  }
  return Object.fromEntries(fields);
}

/**
 * The parts that a value merges by: an object's members, a list's elements by their keys; none where it is missing. Undefined where
 * the value is not of that kind, or repeats a key: then it can only be taken as a whole.
 */
export function partsOf(policy: PartedPolicy, value: unknown): Map<string, unknown> | undefined {
  if (isMissing(value)) return new Map();
  if (policy.kind === 'elements') return elementsByKey(value, policy.key);
  return isJsonObject(value) ? new Map(Object.entries(value)) : undefined;
}

/** The value of such parts; those that are undefined are left out. */
export function fromParts(policy: PartedPolicy, parts: ReadonlyMap<string, unknown>): unknown {
  const present = [...parts].filter(([, part]) => part !== undefined);
  return policy.kind === 'elements' ? present.map(([, element]) => element) : Object.fromEntries(present);
}

const sessionPolicy: PartedPolicy = { kind: 'members', of: policyOf };

function tokensOf(pointer: string): string[] {
  if (pointer === '/') return [''];
  return pointer.split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function put(policy: MergePolicy, value: unknown, [token, ...rest]: readonly string[], next: unknown): unknown {
  if (token === undefined) return next;
  const parts = hasParts(policy) ? partsOf(policy, value) : undefined;
  // A place within a value that has no parts is nowhere; the value is somebody's, and stays.
  if (!hasParts(policy) || parts === undefined) return value;
  const part = put(policy.of(token), parts.get(token), rest, next);
  if (part === undefined && !parts.has(token)) return value;
  return fromParts(policy, parts.set(token, part));
}

function elementsByKey(list: unknown, key: string | undefined): Map<string, unknown> | undefined {
  if (!Array.isArray(list)) return undefined;
  const elements = new Map<string, unknown>();
  for (const element of list as unknown[]) {
    const id = key === undefined ? element : isJsonObject(element) ? own(element, key) : undefined;
    if (typeof id !== 'string' || elements.has(id)) return undefined;
    elements.set(id, element);
  }
  return elements;
}

function onlyMembers(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}
