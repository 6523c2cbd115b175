/** Whether the text that was pasted looks like rows of a spreadsheet: more than one line, or several cells in one. */
export function hasRows(text: string): boolean {
  return /[\n\t]/.test(text.trim());
}

/** The text with headings put before its first row, for rows that were copied without them. */
export function withHeadings(text: string, heading: (column: number) => string): string {
  const [first = ''] = text.split('\n', 1);
  const separator = ['\t', ';', ','].find((sign) => first.includes(sign)) ?? '\t';
  const headings = first.split(separator).map((_, at) => heading(at + 1));
  return `${headings.join(separator)}\n${text}`;
}
