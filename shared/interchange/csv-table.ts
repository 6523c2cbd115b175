import Papa from 'papaparse';

import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import { MAX_FILE_BYTES } from './read-schedule.ts';

/** Rows of a spreadsheet under the numbers that the person sees in it. */
export interface CsvTable {
  headers: string[];
  /** Those that are not empty. */
  rows: { number: number; cells: string[] }[];
}

/** Nobody plans so much; without a bound, a file of 32 MiB could keep the machine busy for minutes. */
const MAX_ROWS = 20_000;
const MAX_COLUMNS = 1_000;

/** What our own export puts an apostrophe in front of, so that no spreadsheet takes it for a formula (write-csv.ts). */
const ESCAPED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/**
 * The cells of a CSV file, whatever separates them: commas, semicolons, tabs. Throws `invalid`, in the user's words, where there is no table:
 * too large, empty, nothing but headers.
 */
export function readCsvTable(bytes: Uint8Array): CsvTable {
  const { data } = Papa.parse<string[]>(decode(bytes), {
    delimitersToGuess: [',', ';', '\t', '|'],
    preview: MAX_ROWS + 2,
  });
  const rows = data
    .map((cells, at) => ({ number: at + 1, cells: cells.slice(0, MAX_COLUMNS).map(unescape) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const [first, ...others] = rows;
  if (first === undefined) throw new ContractError('invalid', because('file_empty'));
  if (others.length === 0) throw new ContractError('invalid', because('csv_no_rows'));
  if (others.length > MAX_ROWS) throw new ContractError('invalid', because('file_rows', { most: MAX_ROWS }));
  return { headers: first.cells, rows: others };
}

function unescape(cell: string): string {
  return (ESCAPED.test(cell) ? cell.slice(1) : cell).trim();
}

/** Spreadsheets save text as UTF-8, as UTF-16 with its mark, or, on older systems, in the letters of Windows. */
function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new ContractError('invalid', because('csv_too_large', { most: MAX_FILE_BYTES / 1024 / 1024 }));
  }
  if (bytes.includes(0) && !isUtf16(bytes)) {
    throw new ContractError('invalid', because('csv_no_text'));
  }
  if (isUtf16(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Every byte is a letter there: what is wrong is seen in the preview.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}
