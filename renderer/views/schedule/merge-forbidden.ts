import type { BusyStretch } from '../../../shared/schedule/busy-places.ts';

/** A stretch of time in some neighbouring rooms. */
export interface ForbiddenBand extends BusyStretch {
  readonly column: number;
  readonly columns: number;
}

/** Stretches that are the same in neighbouring rooms, as one: a speaker who is elsewhere is so in every room. */
export function mergeForbidden(
  stretches: readonly (BusyStretch & { readonly roomId: string })[],
  rooms: readonly string[],
): ForbiddenBand[] {
  const columnOf = new Map(rooms.map((id, column) => [id, column]));
  const byReason = new Map<string, { stretch: BusyStretch; columns: number[] }>();
  for (const { roomId, ...stretch } of stretches) {
    const column = columnOf.get(roomId);
    if (column === undefined) continue;
    const reason = JSON.stringify([stretch.rule, stretch.startMs, stretch.endMs, stretch.sessionIds]);
    const same = byReason.get(reason) ?? { stretch, columns: [] };
    same.columns.push(column);
    byReason.set(reason, same);
  }
  return [...byReason.values()].flatMap(({ stretch, columns }) =>
    runsOf(columns).map((run): ForbiddenBand => ({ ...stretch, ...run })),
  );
}

/** Columns as runs of neighbours, from the first on. */
export function runsOf(columns: readonly number[]): { column: number; columns: number }[] {
  const runs: { column: number; columns: number }[] = [];
  for (const column of [...new Set(columns)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.column + last.columns === column) last.columns += 1;
    else runs.push({ column, columns: 1 });
  }
  return runs;
}
