import { isJsonObject, MAX_JSON_DEPTH, type JsonValue } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';

/**
 * The value of a JSON text from outside, made safe to work on: half surrogate pairs become U+FFFD, and members named `__proto__`
 * are left out. Throws `invalid` where the text is no JSON (with the place) or nested more than 64 levels deep; the
 * depth is counted before anything is built, so that a million brackets cost a scan and no stack.
 */
export function parseJson(text: string): JsonValue {
  if (isTooDeep(text)) {
    throw new ContractError('invalid', because('file_levels', { most: MAX_JSON_DEPTH }));
  }
  try {
    return plain(JSON.parse(text));
  } catch (cause) {
    throw new ContractError('invalid', because('json_fault', { why: (cause as Error).message }), { cause });
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > MAX_JSON_DEPTH) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      default:
    }
  }
  return false;
}

/** Where the string that begins here ends: at its closing quote, or at the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at;
    if (unit === 0x5c) at += 1; // A backslash takes the next unit with it.
  }
  return text.length;
}

function plain(value: unknown): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  // 1e999 parses as Infinity, which JSON cannot say.
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return value as JsonValue;
  const members = Object.entries(value).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(members.map(([name, member]) => [name.toWellFormed(), plain(member)]));
}
