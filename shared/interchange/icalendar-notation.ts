import { Temporal } from 'temporal-polyfill';

/** A line of a calendar before it is folded, such as `VERSION:2.0`. */
export type ContentLine = string;

/** RFC 5545, 3.1: without the line break, and of a continued line with the space that begins it. */
const MAX_LINE_OCTETS = 75;

/**
 * The calendar as the text of a file: lines folded to 75 octets, between characters, and each ended by CRLF.
 *
 * This notation (RFC 5545: lines 3.1, texts 3.3.11, times 3.3.5) is our own because no library whose licence we may ship writes what
 * we need: ts-ics 2.4.6 and ics 3.12.0 fold by characters instead of octets and leave categories as they are, and ics has no VTIMEZONE;
 * ical-generator 11.1.2 escapes URIs, which are no texts, and takes the VTIMEZONE as finished text. All three leave the calendar's name
 * unescaped.
 */
export function calendarText(calendar: readonly ContentLine[]): string {
  return calendar.map((line) => `${fold(line)}\r\n`).join('');
}

/** A component, such as a VEVENT, of its properties and of the components within it. */
export function component(name: string, content: readonly ContentLine[]): ContentLine[] {
  return [`BEGIN:${name}`, ...content, `END:${name}`];
}

/** A property whose value is a text, or a list of texts. Other values stand as they are and need no function. */
export function textProperty(name: string, ...texts: readonly string[]): ContentLine {
  return `${name}:${texts.map(escapeText).join(',')}`;
}

/** The time as its zone's clocks show it, in whole seconds: `20260328T100000`. */
export function localTime(time: Temporal.PlainDateTime): string {
  return time.toString({ smallestUnit: 'second' }).replaceAll(/[:-]/g, '');
}

/** The instant in whole seconds: `20260328T090000Z`. */
export function utcTime(instantMs: number): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(instantMs));
  return `${localTime(instant.toZonedDateTimeISO('UTC').toPlainDateTime())}Z`;
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\;,]/g, String.raw`\$&`).replaceAll(/\r\n?|\n/g, String.raw`\n`);
}

function fold(line: ContentLine): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = octetsOf(character);
    if (octets + size > MAX_LINE_OCTETS) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** How many octets the character has in UTF-8. */
function octetsOf(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x8_00) return 2;
  return codePoint < 0x1_00_00 ? 3 : 4;
}
