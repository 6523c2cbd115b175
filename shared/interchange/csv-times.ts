import { because, type Reason } from '../base/reasons.ts';
import { instantOf, localInstant, parseDuration } from './schedule-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** No cell that tells a time is longer. */
const MAX_LENGTH = 64;

/** Whether the day stands before the month where only slashes stand between them; `unsure` where no date of the file tells. */
export type DateOrder = 'day first' | 'month first' | 'unsure';

/** How dates such as `3/4/2025` are meant, told by those of the file that can be read only one way. */
export function dateOrderOf(texts: Iterable<string>): DateOrder {
  let isSeen = false;
  for (const text of texts) {
    const parts = SLASHED.exec(text.slice(0, MAX_LENGTH));
    if (parts === null) continue;
    isSeen = true;
    if (Number(parts[1]) > 12) return 'day first';
    if (Number(parts[2]) > 12) return 'month first';
  }
  return isSeen ? 'unsure' : 'day first';
}

const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d\d(?!\d))/;
const DOTTED = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d\d(?!\d|[:.]))/;
const PLAIN = /^(\d{4})-(\d{1,2})-(\d{1,2})/;
const TIME = /^(\d{1,2})(?:[:.h](\d\d))?(?::(\d\d))?\s*(am|pm|a\.m\.|p\.m\.|uhr|h)?$/i;

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
 * Instants are milliseconds since the Unix epoch; clock times are in the zone.
 */
export function csvTimesOf(cells: CsvTimeCells, order: DateOrder, zone: string): CsvTimes {
  const said = cells.startsAt || [cells.date, cells.start].filter((text) => text !== '').join(' ');
  if (said === '') return { remarks: [] };
  const date = dateIn(cells.start, order)?.date ?? dateIn(cells.date, order)?.date;
  const startMs = instantOf(cells.startsAt, zone) ?? momentOf(cells.start, date, order, zone);
  if (startMs === undefined) {
    const remark =
      cells.start === '' ? because('day_without_time') : because('unread_start', { text: said.slice(0, 80) });
    return { remarks: [remark] };
  }
  const endSaid = cells.endsAt || cells.end;
  const endMs =
    instantOf(cells.endsAt, zone) ?? endAfter(startMs, momentOf(cells.end, date, order, zone), cells.end, order);
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

/** An end that is told as a time of day alone, and is before the start, is meant for the day after. */
function endAfter(startMs: number, endMs: number | undefined, text: string, order: DateOrder): number | undefined {
  if (endMs === undefined || endMs > startMs || dateIn(text, order) !== undefined) return endMs;
  return endMs + DAY_MS;
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
  const slashed = SLASHED.exec(cut);
  const dotted = DOTTED.exec(cut);
  const plain = PLAIN.exec(cut);
  const isMonthFirst = order === 'month first';
  const [match, year, month, day] =
    slashed !== null
      ? [slashed[0], slashed[3], isMonthFirst ? slashed[1] : slashed[2], isMonthFirst ? slashed[2] : slashed[1]]
      : dotted !== null
        ? [dotted[0], dotted[3], dotted[2], dotted[1]]
        : [plain?.[0], plain?.[1], plain?.[2], plain?.[3]];
  if (match === undefined || year === undefined || month === undefined || day === undefined) return undefined;
  const date = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(date) ? { date, length: match.length } : undefined;
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
