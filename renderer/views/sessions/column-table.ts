/** How a column can be filtered. */
export type FilterForm = 'choice' | 'text' | 'number';

interface ColumnFacts {
  readonly widthPx: number;
  /** Shown where nobody has chosen. */
  readonly isUsual?: true;
  readonly isNumber?: true;
  readonly filter?: FilterForm;
}

/** Every column that the table can show, in the order of the list to choose from. */
export const columnTable = {
  sync: { widthPx: 68, isUsual: true, filter: 'choice' },
  clash: { widthPx: 80, isUsual: true, filter: 'choice' },
  name: { widthPx: 320, isUsual: true, filter: 'text' },
  code: { widthPx: 90, isUsual: true, filter: 'text' },
  day: { widthPx: 100, filter: 'choice' },
  start: { widthPx: 176, isUsual: true, filter: 'choice' },
  end: { widthPx: 90, isUsual: true },
  length: { widthPx: 90, isNumber: true, filter: 'number' },
  rooms: { widthPx: 150, isUsual: true, filter: 'choice' },
  tracks: { widthPx: 150, isUsual: true, filter: 'choice' },
  type: { widthPx: 110, isUsual: true, filter: 'choice' },
  speakers: { widthPx: 200, isUsual: true, filter: 'text' },
  registrations: { widthPx: 110, isUsual: true, isNumber: true, filter: 'number' },
  capacity: { widthPx: 90, isNumber: true, filter: 'number' },
  access: { widthPx: 110, filter: 'choice' },
  hiddenSchedule: { widthPx: 110, filter: 'choice' },
  hiddenPortal: { widthPx: 110, filter: 'choice' },
  soldOut: { widthPx: 100, filter: 'choice' },
  fees: { widthPx: 90, filter: 'choice' },
  locked: { widthPx: 90, filter: 'choice' },
  location: { widthPx: 140, filter: 'text' },
  abstract: { widthPx: 180, filter: 'text' },
  order: { widthPx: 80, isNumber: true, filter: 'number' },
  changed: { widthPx: 150 },
  id: { widthPx: 180, filter: 'text' },
} as const satisfies Record<string, ColumnFacts>;

export type ColumnId = keyof typeof columnTable;

export const columnIds = Object.keys(columnTable) as [ColumnId, ...ColumnId[]];

export function factsOf(id: ColumnId): ColumnFacts {
  return columnTable[id];
}
