import Papa from 'papaparse';

import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import { guessCsvMapping } from './csv-headers.ts';
import { MAX_FILE_BYTES } from './read-schedule.ts';

/** Rows of a spreadsheet under the numbers that the person sees in it. */
export interface CsvTable {
  headers: string[];
  /** Those that are not empty; `isOpen`: with a quote that is never closed, so that all that follows stands in it. */
  rows: { number: number; cells: string[]; isOpen?: true }[];
}

/** Nobody plans so much; without a bound, a file of 32 MiB could keep the machine busy for minutes. */
const MAX_ROWS = 50_000;
const MAX_COLUMNS = 1_000;

/** What our own export puts an apostrophe in front of, so that no spreadsheet takes it for a formula (write-csv.ts). */
const ESCAPED = /^'+[=+\-@\t\r\n＝＋－＠]/;

const DELIMITERS = [',', ';', '\t', '|'];

/** How much of a file tells what separates its cells. */
const GUESSED_LENGTH = 100_000;
const GUESSED_ROWS = 20;

/** Above the headers people write a title, and leave a row empty; no more than so many. */
const MAX_ROWS_ABOVE = 10;

/** What Excel is told its separator by, and writes itself. */
const SEPARATOR_LINE = /^"?sep=([,;|\t])"?(?:\r\n|\r|\n)/i;

/**
 * The cells of a CSV file, whatever separates them: commas, semicolons, tabs. Throws `invalid`, in the user's words, where there is no table:
 * too large, empty, nothing but headers.
 */
export function readCsvTable(bytes: Uint8Array): CsvTable {
  const text = decode(bytes).replace(/^\ufeff/, '');
  const [separatorLine, separator] = SEPARATOR_LINE.exec(text) ?? ['', undefined];
  const { data, errors } = Papa.parse<string[]>(text.slice(separatorLine.length), {
    delimiter: separator ?? guessDelimiter(text),
    preview: MAX_ROWS + 2,
  });
  const open = new Set(errors.filter(({ code }) => code === 'MissingQuotes').map(({ row }) => row));
  const above = separatorLine === '' ? 1 : 2;
  const rows = data
    .map((cells, at) => ({
      number: at + above,
      cells: cells.slice(0, MAX_COLUMNS).map(unescape),
      ...(open.has(at) ? { isOpen: true as const } : {}),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const [first, ...others] = rows.slice(headersAt(rows));
  if (first === undefined) throw new ContractError('invalid', because('file_empty'));
  if (others.length === 0) throw new ContractError('invalid', because('csv_no_rows'));
  if (others.length > MAX_ROWS) throw new ContractError('invalid', because('file_rows', { most: MAX_ROWS }));
  return { headers: first.cells, rows: others };
}

/** Papa's own guess counts the empty line at the end as a row, and so misses a small table of two columns. */
function guessDelimiter(text: string): string {
  const { meta } = Papa.parse<string[]>(text.slice(0, GUESSED_LENGTH), {
    delimitersToGuess: DELIMITERS,
    preview: GUESSED_ROWS,
    skipEmptyLines: 'greedy',
  });
  return meta.delimiter;
}

/** The row of the headers: the first, unless it says nothing, and one soon after it names at least two things that we know. */
function headersAt(rows: CsvTable['rows']): number {
  const known = (at: number): number => Object.keys(guessCsvMapping(rows[at]?.cells ?? [])).length;
  if (known(0) > 0) return 0;
  const at = rows.slice(0, MAX_ROWS_ABOVE + 1).findIndex((_, place) => known(place) >= 2);
  return Math.max(0, at);
}

function unescape(cell: string): string {
  return (ESCAPED.test(cell) ? cell.slice(1) : cell).trim();
}

/** Spreadsheets save text as UTF-8, as UTF-16, or, on older systems, in the letters of Windows. */
function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new ContractError('invalid', because('csv_too_large', { most: MAX_FILE_BYTES / 1024 / 1024 }));
  }
  const utf16 = utf16Of(bytes);
  if (utf16 !== undefined) return new TextDecoder(utf16).decode(bytes);
  if (bytes.includes(0)) throw new ContractError('invalid', because('csv_no_text'));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Every byte is a letter there: what is wrong is seen in the preview.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Which UTF-16 it is: by its mark; without one, by every other byte being 0, as it is in what is mostly Latin letters. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const begin = bytes.subarray(0, 1_000);
  const zerosAt = (parity: 0 | 1): number => begin.filter((byte, at) => byte === 0 && at % 2 === parity).length;
  const [even, odd] = [zerosAt(0), zerosAt(1)];
  const most = begin.length * 0.4;
  if (odd > most && even === 0) return 'utf-16le';
  return even > most && odd === 0 ? 'utf-16be' : undefined;
}
