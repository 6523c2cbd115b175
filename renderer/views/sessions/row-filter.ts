import { searchWords } from '../../../shared/schedule/search-text.ts';
import { foldText } from '../../../shared/base/fold-text.ts';
import type { ColumnId } from './column-table.ts';
import type { SessionRow, SortKey } from './session-rows.ts';

/** What a column lets through; an empty one lets all through. */
export type ColumnFilter =
  | { readonly form: 'choice'; readonly values: readonly string[] }
  | { readonly form: 'text'; readonly text: string }
  | { readonly form: 'number'; readonly least: number | undefined; readonly most: number | undefined };

export type ColumnFilters = { readonly [Id in ColumnId]?: ColumnFilter };

/** What filters look at. */
export interface ColumnValues {
  /** What a choice compares: ids, days, `yes`; a row without any has the one value ''. */
  choicesOf(id: ColumnId, row: SessionRow): readonly string[];
  textOf(id: ColumnId, row: SessionRow): string;
  numberOf(id: ColumnId, row: SessionRow): SortKey;
  /** What the row is found by, folded. */
  searchTextOf(row: SessionRow): string;
}

export function isActive(filter: ColumnFilter): boolean {
  switch (filter.form) {
    case 'choice':
      return filter.values.length > 0;
    case 'text':
      return filter.text.trim() !== '';
    case 'number':
      return filter.least !== undefined || filter.most !== undefined;
    default:
      return filter satisfies never;
  }
}

/** The rows that every filter and every word of the search lets through, in their order. */
export function filterRows(
  rows: readonly SessionRow[],
  filters: ColumnFilters,
  typed: string,
  values: ColumnValues,
): readonly SessionRow[] {
  const tests = (Object.entries(filters) as [ColumnId, ColumnFilter][])
    .filter(([, filter]) => isActive(filter))
    .map(([id, filter]) => testOf(id, filter, values));
  const words = searchWords(typed);
  if (words.length > 0) {
    tests.push((row) => {
      const text = values.searchTextOf(row);
      for (const word of words) if (!text.includes(word)) return false;
      return true;
    });
  }
  return tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)));
}

function testOf(id: ColumnId, filter: ColumnFilter, values: ColumnValues): (row: SessionRow) => boolean {
  switch (filter.form) {
    case 'choice': {
      const wanted = new Set(filter.values);
      return (row) => {
        const held = values.choicesOf(id, row);
        return held.length === 0 ? wanted.has('') : held.some((value) => wanted.has(value));
      };
    }
    case 'text': {
      const words = searchWords(filter.text);
      return (row) => {
        const text = foldText(values.textOf(id, row));
        return words.every((word) => text.includes(word));
      };
    }
    case 'number': {
      const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = filter;
      return (row) => {
        const value = values.numberOf(id, row);
        return typeof value === 'number' && value >= least && value <= most;
      };
    }
    default:
      return filter satisfies never;
  }
}
