import { z } from 'zod/mini';

import { columnIds, factsOf, type ColumnId } from './column-table.ts';
import { groupings } from './row-groups.ts';

const columnId = z.enum(columnIds);

/** How the table is laid out, as it is remembered. */
export const tableLayout = z.object({
  /** The columns that are shown, in order. */
  columns: z.array(columnId),
  /** Of columns that were made wider or narrower, in pixels. */
  widths: z.partialRecord(columnId, z.number()),
  /** What is sorted by: first by the first, then by the next. */
  sort: z.array(z.object({ column: columnId, isDescending: z.boolean() })),
  group: z.nullable(z.enum(groupings)),
});

export type TableLayout = z.infer<typeof tableLayout>;

export const usualLayout: TableLayout = {
  columns: columnIds.filter((id) => factsOf(id).isUsual === true),
  widths: {},
  sort: [{ column: 'start', isDescending: false }],
  group: null,
};

const MIN_WIDTH_PX = 48;
const MAX_WIDTH_PX = 900;

export function widthOf({ widths }: TableLayout, id: ColumnId): number {
  return widths[id] ?? factsOf(id).widthPx;
}

export function withWidth(layout: TableLayout, id: ColumnId, widthPx: number): TableLayout {
  const width = Math.round(Math.min(MAX_WIDTH_PX, Math.max(MIN_WIDTH_PX, widthPx)));
  return { ...layout, widths: { ...layout.widths, [id]: width } };
}

/** A column that is shown is taken out, another is put last. The last one stays: a table of no columns shows nothing. */
export function withToggled(layout: TableLayout, id: ColumnId): TableLayout {
  if (!layout.columns.includes(id)) return { ...layout, columns: [...layout.columns, id] };
  const columns = layout.columns.filter((other) => other !== id);
  return columns.length === 0 ? layout : { ...layout, columns };
}

export function withMoved(layout: TableLayout, from: number, to: number): TableLayout {
  const columns = [...layout.columns];
  const [moved] = columns.splice(from, 1);
  if (moved === undefined) return layout;
  columns.splice(Math.max(0, Math.min(to, columns.length)), 0, moved);
  return { ...layout, columns };
}

/**
 * Sorts by a column: first up, then down, then not at all.
 * @param isFurther whether what was sorted by before stays, and comes first
 */
export function withSort(layout: TableLayout, column: ColumnId, isFurther: boolean): TableLayout {
  const known = layout.sort.find((entry) => entry.column === column);
  const next =
    known === undefined
      ? [{ column, isDescending: false }]
      : known.isDescending
        ? []
        : [{ column, isDescending: true }];
  if (!isFurther) return { ...layout, sort: next };
  const at = layout.sort.findIndex((entry) => entry.column === column);
  return { ...layout, sort: at === -1 ? [...layout.sort, ...next] : layout.sort.toSpliced(at, 1, ...next) };
}
