import type { Span } from '../../../shared/schedule/scheduled-session.ts';
import type { BoardBlock } from './board-blocks.ts';

/** Where the keyboard can stand on the board: on a block, or in a free stretch of a room. */
export type BoardStop =
  | ({ readonly kind: 'block'; readonly key: string; readonly column: number } & Span)
  | ({ readonly kind: 'free'; readonly column: number } & Span);

/** What a shorter stretch than this between two sessions is: no place for a session, in milliseconds. */
const LEAST_FREE_MS = 5 * 60_000;

/** The stops of one room, in the order of time: its blocks, and between them what is free of the axis. */
export function stopsIn(column: number, blocks: readonly BoardBlock[], axis: Span): BoardStop[] {
  const stops: BoardStop[] = [];
  let freeFromMs = axis.startMs;
  const leaveFree = (untilMs: number): void => {
    if (untilMs - freeFromMs >= LEAST_FREE_MS)
      stops.push({ kind: 'free', column, startMs: freeFromMs, endMs: untilMs });
  };
  for (const block of blocks) {
    if (column < block.column || column >= block.column + block.columns) continue;
    leaveFree(block.startMs);
    stops.push({ kind: 'block', key: block.key, column: block.column, startMs: block.startMs, endMs: block.endMs });
    freeFromMs = Math.max(freeFromMs, block.endMs);
  }
  leaveFree(axis.endMs);
  return stops;
}

/** The next stop of the same room in time, or the one before; the stop itself at the end. */
export function stopAlong(from: BoardStop, step: 1 | -1, stops: readonly BoardStop[]): BoardStop {
  const at = stops.findIndex((stop) => isSameStop(stop, from));
  return stops[at + step] ?? from;
}

/** The stop of a room at an instant, or the nearest to it; undefined where the room has none. */
export function stopAt(instantMs: number, stops: readonly BoardStop[]): BoardStop | undefined {
  let nearest: BoardStop | undefined;
  let nearestMs = Number.POSITIVE_INFINITY;
  for (const stop of stops) {
    const awayMs = Math.max(stop.startMs - instantMs, instantMs - stop.endMs + 1, 0);
    if (awayMs < nearestMs) [nearest, nearestMs] = [stop, awayMs];
  }
  return nearest;
}

export function isSameStop(a: BoardStop, b: BoardStop): boolean {
  if (a.kind === 'block') return b.kind === 'block' && a.key === b.key;
  return b.kind === 'free' && a.column === b.column && a.startMs === b.startMs;
}
