/** What is printed, before it is laid out on pages: a table in groups, under a title. All texts are in words, and cut to a length that fits. */
export interface Sheet {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  /** `door`: in type to be read from a few steps away, as large as fits on one page. */
  readonly form: 'list' | 'door';
  readonly isLandscape: boolean;
  readonly columns: readonly SheetColumn[];
  readonly groups: readonly SheetGroup[];
}

export interface SheetColumn {
  /** Empty where what stands below it says it. */
  readonly title: string;
  /** Its share of the width, in percent; where it is not said, the form of the sheet says it. */
  readonly width?: number;
}

/** Rows under one heading, which stands again where they go on on another page. */
export interface SheetGroup {
  readonly id: string;
  readonly heading: string;
  /** In a row of its own above the others; `column`: in the first column, and its rows stay together; `none`: it is not shown. */
  readonly place: 'row' | 'column' | 'none';
  readonly rows: readonly SheetRow[];
}

export interface SheetRow {
  readonly id: string;
  /** One for each column; in a group whose heading stands in the first column, for each but that. */
  readonly cells: readonly SheetCell[];
}

export interface SheetCell {
  readonly lines: readonly SheetLine[];
  /** Whether it holds times, whose digits stand below each other. */
  readonly isTime?: true;
}

export interface SheetLine {
  readonly text: string;
  /** `aside` stands behind the line before it. */
  readonly tone: 'plain' | 'strong' | 'faint' | 'aside';
}

/** A hostile text may have any length: what is longer does not fit on a page, and is not read there either. */
const MAX_LENGTH = 280;

export function cut(text: string, length = MAX_LENGTH): string {
  return text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;
}

/** A cell of the texts that are not empty. */
export function cellOf(...lines: readonly SheetLine[]): SheetCell {
  return { lines: lines.filter(({ text }) => text !== '').map(({ text, tone }) => ({ text: cut(text), tone })) };
}

export function timeCell(text: string, tone: SheetLine['tone'] = 'strong'): SheetCell {
  return { lines: text === '' ? [] : [{ text, tone }], isTime: true };
}
