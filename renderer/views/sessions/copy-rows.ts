import type { useSessionTable } from '../../stores/session-table.ts';
import { i18n } from '../../i18n/i18n.ts';

/** Rows as a spreadsheet takes them in: a line of headings, then a line for each session, in the columns that are shown. */
export function copyRows(table: ReturnType<typeof useSessionTable>, ids: readonly string[]): string {
  const { columns } = table.layout;
  const rows = new Map(table.allRows().map((row) => [row.id, row]));
  const lines = ids.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [columns.map((column) => cell(table.columns.text(column, row)))];
  });
  const heads = columns.map((column) => cell(i18n.global.t(`sessions.columns.${column}`)));
  return [heads, ...lines].map((line) => line.join('\t')).join('\n');
}

/**
 * A text that begins like a formula would be computed by the spreadsheet that it is pasted into: an apostrophe keeps it a text. Tabs and line breaks
 * would begin other cells.
 */
function cell(text: string): string {
  const plain = text.replace(/[\t\r\n]+/g, ' ');
  return /^[=+\-@]/.test(plain) && !/^-?[\d.,]+$/.test(plain) ? `'${plain}` : plain;
}
