import { because, textOf, type Reason } from './reasons.ts';

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [member: string]: JsonValue };

/** A JSON object of unknown members. */
export type JsonObject = Record<string, unknown>;

/** What is wrong with one place of a value: `path` is a JSON Pointer (RFC 6901), `message` is the reason in English. */
export interface Fault {
  path: string;
  message: string;
  because: Reason;
}

/** A fault, for a reason. */
export function faultAt(path: string, reason: Reason): Fault {
  return { path, message: textOf(reason), because: reason };
}

/** Nesting beyond this is refused: nothing in a session needs it, and recursion over it could exhaust the stack. */
export const MAX_JSON_DEPTH = 64;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list from outside: what else stands in it is passed over, and what is no list has none. */
export function objectsOf(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** One token of a JSON Pointer, escaped (RFC 6901). */
function pointerToken(token: string | number): string {
  return String(token).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A JSON Pointer of these tokens. */
export function toPointer(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${pointerToken(token)}`).join('');
}

/**
 * Whether two JSON values are equal: members in any order, a member that is undefined as one that is absent.
 */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => jsonEqual(item, b[at]));
  }
  const left = a as JsonObject;
  const right = b as JsonObject;
  for (const name of Object.keys(left)) if (!jsonEqual(left[name], own(right, name))) return false;
  for (const name of Object.keys(right)) if (right[name] !== undefined && own(left, name) === undefined) return false;
  return true;
}

/** The member of that name, never one that is inherited. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * The first thing about a value from outside that no JSON of ours may hold, at any depth: nesting too deep, numbers that
 * are not finite, text that is not well-formed Unicode (half a surrogate pair cannot be stored as UTF-8 and come
 * back), members named `__proto__`, and what is no JSON at all. Undefined where there is none.
 */
export function findJsonFault(value: unknown): Fault | undefined {
  // Nearly all values hold none: then no path has to be made.
  return isPlain(value, 0) ? undefined : locateFault(value, '', 0);
}

function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return true;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth >= MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  for (const name of Object.keys(value)) {
    if (name === '__proto__' || !name.isWellFormed()) return false;
    const member = (value as JsonObject)[name];
    if (member !== undefined && !isPlain(member, depth + 1)) return false;
  }
  return true;
}

function locateFault(value: unknown, path: string, depth: number): Fault | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : faultAt(path, because('half_pair'));
    case 'number':
      return Number.isFinite(value) ? undefined : faultAt(path, because('not_finite'));
    case 'boolean':
      return undefined;
    case 'object':
      break;
    default:
      return faultAt(path, because('not_json'));
  }
  if (value === null) return undefined;
  if (depth >= MAX_JSON_DEPTH) return faultAt('', because('too_deep', { levels: MAX_JSON_DEPTH }));
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}/${pointerToken(name)}`;
    if (name === '__proto__') return faultAt(at, because('forbidden_name'));
    if (!name.isWellFormed()) return faultAt(path, because('name_not_unicode'));
    if (member === undefined && !Array.isArray(value)) continue;
    const fault = locateFault(member, at, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The size of a value as JSON in UTF-8, in bytes. */
export function jsonSizeBytes(value: unknown): number {
  let sizeBytes = 0;
  let rest = JSON.stringify(value);
  // Counted by encoding it into the same few bytes again: a third of the time that looking through it takes.
  while (rest !== '') {
    const { read, written } = encoder.encodeInto(rest, scratch);
    sizeBytes += written;
    rest = rest.slice(read);
  }
  return sizeBytes;
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(16 * 1024);
