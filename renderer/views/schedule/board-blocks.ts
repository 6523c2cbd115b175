import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { layOutBlocks } from '../../../shared/schedule/lanes.ts';
import type { DayPiece } from '../../../shared/schedule/schedule-days.ts';
import type { BoardArea, BoardGeometry, Rect } from './board-geometry.ts';

/** A session, or the part of it in some rooms and one day, as it stands on the board. */
export interface BoardBlock extends BoardArea, Rect {
  /** Names the block for as long as the session stands in so many places, wherever they are: its element stays the same when it moves. */
  readonly key: string;
  readonly session: SessionSummary;
  readonly beginsEarlier: boolean;
  readonly endsLater: boolean;
}

/** The blocks of one day, by begin: what a reader meets first comes first. Each stands where `geometry` puts it. */
export function boardBlocks(
  pieces: readonly DayPiece<SessionSummary>[],
  rooms: readonly string[],
  geometry: BoardGeometry,
): BoardBlock[] {
  const pieceOf = new Map(pieces.map((piece) => [piece.session.id, piece]));
  const placed = pieces.map(({ session, startMs, endMs }) => ({
    id: session.id,
    roomIds: session.room_ids ?? [],
    startMs,
    endMs,
  }));
  const count = new Map<string, number>();
  return layOutBlocks(placed, rooms, geometry.leastMs)
    .map((block) => {
      const { session, beginsEarlier, endsLater } = pieceOf.get(block.id)!;
      const nth = count.get(block.id) ?? 0;
      count.set(block.id, nth + 1);
      return { ...block, ...geometry.rectOf(block), key: `${block.id} ${nth}`, session, beginsEarlier, endsLater };
    })
    .sort((a, b) => a.startMs - b.startMs || a.column - b.column || a.lane - b.lane);
}

/** The rooms to draw, in order: those of the catalog that are not hidden, and those that the day's sessions name and no catalog knows. */
export function shownRooms(
  known: readonly { readonly id: string }[],
  hidden: ReadonlySet<string>,
  pieces: readonly DayPiece<SessionSummary>[],
): string[] {
  const ids = new Set(known.map(({ id }) => id));
  for (const { session } of pieces) for (const id of session.room_ids ?? []) ids.add(id);
  return [...ids].filter((id) => !hidden.has(id));
}
