import { foldText } from '../base/fold-text.ts';
import { because, type Reason } from '../base/reasons.ts';
import { instantOf, localDate, localInstant, parseDuration } from './schedule-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** No cell that tells a time is longer. */
const MAX_LENGTH = 64;

/** Whether the day stands before the month where slashes or dashes stand between them; `unsure` where no date of the file tells. */
export type DateOrder = 'day first' | 'month first' | 'unsure';

/** How dates such as `3/4/2025` are meant, told by those of the file that can be read only one way. */
export function dateOrderOf(texts: Iterable<string>): DateOrder {
  let isSeen = false;
  for (const text of texts) {
    const cut = text.slice(0, MAX_LENGTH);
    const parts = SLASHED.exec(cut.slice(weekdayLength(cut)));
    if (parts === null) continue;
    isSeen = true;
    if (Number(parts[1]) > 12) return 'day first';
    if (Number(parts[3]) > 12) return 'month first';
  }
  return isSeen ? 'unsure' : 'day first';
}

const SLASHED = /^(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d\d(?!\d))/;
const DOTTED = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d\d(?!\d|[:.]))/;
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
/** `1 Feb 2025`, `1. Februar 2025`, `01-Feb-25`, `1st February 2025`. */
const DAY_AND_NAME = /^(\d{1,2})(?:\.|st|nd|rd|th)?[\s-]*(\p{L}{3,})\.?,?[\s-]*(\d{4}|\d\d(?!\d|[:.]))/iu;
/** `February 1, 2025`. */
const NAME_AND_DAY = /^(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})/iu;
/** `Sat 1 Feb`, `Samstag, 1.2.`: what is before the date. */
const WEEKDAY = /^(\p{L}{2,})\.?,?\s+/u;
const TIME = /^(\d{1,2})(?:[:.h](\d\d))?(?::(\d\d))?\s*(am|pm|a\.m\.|p\.m\.|uhr|h)?$/i;

/** `9:00-10:00`, `9 – 10 Uhr`, `1:00 to 2:00 pm`. */
const FROM_TO = /^(.*?)\s*(?:[-–—]|\bto\b|\bbis\b)\s*(.*)$/i;

/** The months in English and German, folded; a shorter form is the beginning of one. */
const MONTHS = [
  ['january', 'januar', 'janner'],
  ['february', 'februar'],
  ['march', 'marz', 'maerz', 'mrz'],
  ['april'],
  ['may', 'mai'],
  ['june', 'juni'],
  ['july', 'juli'],
  ['august'],
  ['september'],
  ['october', 'oktober'],
  ['november'],
  ['december', 'dezember'],
];
const WEEKDAYS = [
  ['monday', 'montag'],
  ['tuesday', 'dienstag'],
  ['wednesday', 'mittwoch'],
  ['thursday', 'donnerstag'],
  ['friday', 'freitag'],
  ['saturday', 'samstag', 'sonnabend'],
  ['sunday', 'sonntag'],
];

/** When a row's session is, as far as its cells tell; with what of them is not understood. */
export interface CsvTimes {
  startMs?: number;
  endMs?: number;
  remarks: Reason[];
}

export interface CsvTimeCells {
  date: string;
  start: string;
  end: string;
  minutes: string;
  startsAt: string;
  endsAt: string;
}

/**
 * Exact times rule over clock times, an end over a length. An end without a date is the next after the start: a session may run past midnight.
 * A start may tell the end, too (`9:00 – 10:00`). Instants are milliseconds since the Unix epoch; clock times are in the zone.
 */
export function csvTimesOf(cells: CsvTimeCells, order: DateOrder, zone: string): CsvTimes {
  const said = cells.startsAt || [cells.date, cells.start].filter((text) => text !== '').join(' ');
  if (said === '') return { remarks: [] };
  const { start, end = '' } = fromTo(cells.start, order, zone);
  const date = dateIn(start, order)?.date ?? dateIn(cells.date, order)?.date;
  const startMs = instantOf(cells.startsAt, zone) ?? momentOf(start, date, order, zone);
  if (startMs === undefined) {
    const remark =
      cells.start === '' ? because('day_without_time') : because('unread_start', { text: said.slice(0, 80) });
    return { remarks: [remark] };
  }
  const endSaid = cells.endsAt || cells.end || end;
  const endMs = instantOf(cells.endsAt, zone) ?? endAfter(startMs, cells.end || end, order, zone);
  if (endMs !== undefined) {
    if (endMs >= startMs) return { startMs, endMs, remarks: [] };
    return { startMs, remarks: [because('ends_before', { text: endSaid.slice(0, 80) })] };
  }
  const lengthMs = cells.minutes === '' ? undefined : parseDuration(cells.minutes);
  if (lengthMs !== undefined && lengthMs <= 366 * DAY_MS) return { startMs, endMs: startMs + lengthMs, remarks: [] };
  const unread = endSaid || cells.minutes;
  if (unread === '') return { startMs, remarks: [] };
  return { startMs, remarks: [because('unread_end', { text: unread.slice(0, 80) })] };
}

/** A cell that tells a start and an end as the two; any other is a start. */
function fromTo(text: string, order: DateOrder, zone: string): { start: string; end?: string } {
  // What follows a dash there is the offset.
  if (instantOf(text, zone) !== undefined) return { start: text };
  const begin = dateIn(text, order)?.length ?? 0;
  const [, from = '', end = ''] = FROM_TO.exec(text.slice(begin, MAX_LENGTH)) ?? [];
  const endMs = timeIn(end);
  if (endMs === undefined) return { start: text };
  // What stands behind the end alone is meant for both, unless the end were the earlier one then: `11:00 - 1:00 pm`.
  const [suffix = ''] = /[^\d\s:]+$/.exec(end) ?? [];
  const forBoth = `${from} ${suffix}`;
  const start =
    [forBoth, from].find((each) => (timeIn(each) ?? Infinity) <= endMs) ??
    [from, forBoth].find((each) => timeIn(each) !== undefined);
  return start === undefined ? { start: text } : { start: text.slice(0, begin) + start, end };
}

/** An end that is told as a time of day alone is on the day of the start or, where that is before it, on the day after. */
function endAfter(startMs: number, text: string, order: DateOrder, zone: string): number | undefined {
  const day = localDate(startMs, zone);
  const endMs = momentOf(text, day, order, zone);
  if (endMs === undefined || endMs >= startMs || dateIn(text, order) !== undefined) return endMs;
  return momentOf(text, new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10), order, zone);
}

function momentOf(text: string, fallback: string | undefined, order: DateOrder, zone: string): number | undefined {
  if (text === '' || text.length > MAX_LENGTH) return undefined;
  const written = instantOf(text, zone);
  if (written !== undefined) return written;
  const found = dateIn(text, order);
  const date = found?.date ?? fallback;
  const timeMs = timeIn(text.slice(found?.length ?? 0));
  return date === undefined || timeMs === undefined ? undefined : localInstant(date, timeMs, zone);
}

/** The date that a text begins with, as `2025-02-01`, and how long it is written there. */
function dateIn(text: string, order: DateOrder): { date: string; length: number } | undefined {
  const cut = text.slice(0, MAX_LENGTH);
  const weekday = weekdayLength(cut);
  const found = partsOfDate(cut.slice(weekday), order);
  if (found === undefined) return undefined;
  const [written, year, month, day] = found;
  const date = [year.length === 2 ? `20${year}` : year, month.padStart(2, '0'), day.padStart(2, '0')].join('-');
  return isDay(date) ? { date, length: weekday + written.length } : undefined;
}

/** The date as it is written, its year, month and day. */
function partsOfDate(text: string, order: DateOrder): [string, string, string, string] | undefined {
  const slashed = SLASHED.exec(text);
  if (slashed !== null) {
    const [written, first = '', , second = '', year = ''] = slashed;
    return order === 'month first' ? [written, year, first, second] : [written, year, second, first];
  }
  const dotted = DOTTED.exec(text);
  if (dotted !== null) return [dotted[0], dotted[3] ?? '', dotted[2] ?? '', dotted[1] ?? ''];
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) return [yearFirst[0], yearFirst[1] ?? '', yearFirst[3] ?? '', yearFirst[4] ?? ''];
  const dayFirst = DAY_AND_NAME.exec(text);
  if (dayFirst !== null) return [dayFirst[0], dayFirst[3] ?? '', monthCalled(dayFirst[2]), dayFirst[1] ?? ''];
  const nameFirst = NAME_AND_DAY.exec(text);
  return nameFirst === null
    ? undefined
    : [nameFirst[0], nameFirst[3] ?? '', monthCalled(nameFirst[1]), nameFirst[2] ?? ''];
}

/** The number of a month, `0` for none. */
function monthCalled(word = ''): string {
  return String(1 + placeOf(word, MONTHS));
}

/** How long a weekday is written before a date. */
function weekdayLength(text: string): number {
  const [written = '', word = ''] = WEEKDAY.exec(text) ?? [];
  return placeOf(word, WEEKDAYS) < 0 ? 0 : written.length;
}

/** Which one is called so; -1 for none. */
function placeOf(word: string, names: readonly (readonly string[])[]): number {
  const folded = foldText(word);
  return folded === '' ? -1 : names.findIndex((each) => each.some((name) => name.startsWith(folded)));
}

function isDay(date: string): boolean {
  const instant = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date);
}

/** A time of day in milliseconds since midnight, from `9:30`, `09.30`, `9:30 pm` or `9 Uhr`. */
function timeIn(text: string): number | undefined {
  const parts = TIME.exec(text.replace(/^[,\sT]+/, '').trim());
  if (parts === null) return undefined;
  const [, hourText, minuteText, secondText, suffix] = parts;
  // A bare number is no time of day: it might be anything.
  if (minuteText === undefined && suffix === undefined) return undefined;
  const half = suffix?.toLowerCase().charAt(0);
  const said = Number(hourText);
  const hour = half === 'p' ? (said % 12) + 12 : half === 'a' ? said % 12 : said;
  const [minute, second] = [Number(minuteText ?? 0), Number(secondText ?? 0)];
  if (hour > 24 || minute > 59 || second > 59) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000;
}
