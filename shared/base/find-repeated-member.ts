import { MAX_JSON_DEPTH } from './json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * The first name that stands twice in one object of a JSON text, which must be valid; undefined where there is none.
 * `JSON.parse` keeps the last of two members without a word, other readers keep the first (RFC 8259, 4): what was sent would not be what is
 * stored. Objects nested deeper than is ever taken are not looked into.
 */
export function findRepeatedMember(text: string): string | undefined {
  /** The names met so far in each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
        open.push(open.length < MAX_JSON_DEPTH ? new Set() : undefined);
        break;
      case 0x5b: // [
        open.push(undefined);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (names !== undefined && isName(text, end)) {
          const name = JSON.parse(text.slice(at, end)) as string;
          if (names.has(name)) return name;
          names.add(name);
        }
        at = end;
        continue;
      }
    }
    at += 1;
  }
  return undefined;
}

/** Where the text goes on after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let unit = text.charCodeAt(at); unit !== QUOTE; unit = text.charCodeAt(at)) at += unit === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Whether the string that ended here is a member's name: a colon follows, space aside. */
function isName(text: string, end: number): boolean {
  let at = end;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === COLON) return true;
    if (unit > 0x20 || Number.isNaN(unit)) return false;
    at += 1;
  }
}
