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
  const byReason = new Map<string, (BusyStretch & { column: number })[]>();
  for (const { roomId, ...stretch } of stretches) {
    const column = columnOf.get(roomId);
    if (column === undefined) continue;
    const reason = JSON.stringify([stretch.rule, stretch.startMs, stretch.endMs, stretch.sessionIds]);
    byReason.set(reason, [...(byReason.get(reason) ?? []), { ...stretch, column }]);
  }
  const bands: ForbiddenBand[] = [];
  for (const same of byReason.values()) {
    let last: ForbiddenBand | undefined;
    for (const stretch of same.sort((a, b) => a.column - b.column)) {
      if (last !== undefined && last.column + last.columns === stretch.column) {
        last = { ...last, columns: last.columns + 1 };
        bands[bands.length - 1] = last;
      } else {
        last = { ...stretch, columns: 1 };
        bands.push(last);
      }
    }
  }
  return bands;
}
