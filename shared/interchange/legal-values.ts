import { isCalendarDate } from '../base/date-time.ts';
import { importedSessionId, OWN_ID_PREFIX } from '../base/ids.ts';
import type { JsonValue } from '../base/json.ts';
import { isStrictDateTime } from './schedule-time.ts';

// What the schemas of the c3voc allow: pieces of schedule.xml.xsd and schedule.schema.json that a writer needs before it
// writes. A URI is held against RFC 3986 to the letter, for validators do.

const PCT = '%[\\da-fA-F]{2}';
const UNRESERVED = "[\\w.~!$&'()*+,;=-]";
const PCHAR = `(?:${UNRESERVED}|[:@]|${PCT})`;
const URI = new RegExp(
  `^[a-zA-Z][a-zA-Z\\d+.-]*:(?://(?:(?:${UNRESERVED}|:|${PCT})*@)?(?:${UNRESERVED}|${PCT})*(?::\\d*)?(?:/${PCHAR}*)*|/?${PCHAR}+(?:/${PCHAR}*)*)` +
    `(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?$`,
);

/** Whether the text is an absolute URI in plain ASCII. */
function isUri(text: string): boolean {
  return URI.test(text);
}

/** Whether the text is a URI of the web that needs no rewriting. */
export function isWebUri(text: string): boolean {
  return /^https?:\/\//.test(text) && isUri(text);
}

/**
 * The text as a URI: itself, else with what a URI must not hold percent-encoded, relative ones taken from the base;
 * undefined where it is none at all.
 */
export function toUri(text: string, base: string | undefined): string | undefined {
  if (isUri(text)) return text;
  const href = URL.canParse(text, base) ? new URL(text, base).href : text;
  const [beforeFragment = '', ...fragment] = href.split('#');
  const encoded = [beforeFragment, ...(fragment.length === 0 ? [] : [fragment.join('%23')])]
    .join('#')
    .toWellFormed()
    .replaceAll(/%(?![\da-fA-F]{2})|[^\w.~!$&'()*+,;=:@/?#%-]/gu, encodeURIComponent);
  return isUri(encoded) ? encoded : undefined;
}

/** Whether the text is a date, or a date with a time and an offset. */
export function isDateOrDateTime(text: string): boolean {
  return isCalendarDate(text) || isStrictDateTime(text);
}

export function isHexColor(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && /^#[\da-fA-F]{6}$/.test(value);
}

/** Texts of a form of which no two may be alike. */
export class UniqueTexts {
  readonly #form: RegExp;
  readonly #taken = new Set<string>();

  constructor(form: RegExp) {
    this.#form = form;
  }

  /** The text, if it may stand in the file. */
  take(text: string | undefined): string | undefined {
    if (text === undefined || !this.#form.test(text) || this.#taken.has(text)) return undefined;
    this.#taken.add(text);
    return text;
  }
}

/** Positive numbers of which no two may be alike. Numbers of their own go before those made up. */
export class UniqueNumbers {
  readonly #free = new Set<number>();
  readonly #taken = new Set<number>();

  constructor(own: readonly (JsonValue | undefined)[]) {
    for (const value of own) {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) continue;
      this.#free.add(value);
      this.#taken.add(value);
    }
  }

  /** The thing's own number, else one that its guid makes. */
  take(own: JsonValue | undefined, guid: string): number {
    if (typeof own === 'number' && this.#free.delete(own)) return own;
    // Seven hex digits of a hash: a number that every consumer can hold in 32 bits.
    let number = Number.parseInt(importedSessionId('number', guid).slice(OWN_ID_PREFIX.length).slice(0, 7), 16) + 1;
    while (this.#taken.has(number)) number += 1;
    this.#taken.add(number);
    return number;
  }
}
