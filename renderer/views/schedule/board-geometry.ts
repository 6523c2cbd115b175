import type { DayAxis } from '../../../shared/schedule/day-axis.ts';
import type { Span } from '../../../shared/schedule/scheduled-session.ts';

/** How large the board is drawn. */
export interface BoardScale {
  /** Whether time runs across and the rooms stand below each other. */
  readonly isTurned: boolean;
  readonly pxPerMinute: number;
  /** A room's width or, turned, its height. */
  readonly roomPx: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A place between the rooms and the hours. `minute` counts on the axis. */
export interface BoardPlace {
  readonly column: number;
  readonly minute: number;
}

/** What is to be drawn, in rooms and time. */
export interface BoardArea extends Span {
  readonly column: number;
  readonly columns: number;
  readonly lane: number;
  readonly lanes: number;
}

/** No block is drawn shorter: it could be neither read nor grabbed. */
const LEAST_BLOCK_PX = 18;

/** Between blocks, so that two that touch are seen as two. */
const GAP_PX = 2;

/**
 * Where things stand on the board, in pixels from its corner, and back. All positions along the time axis are minutes of real time, so that a
 * day on which the clocks are changed is as long as it lasts.
 */
export class BoardGeometry {
  readonly axis: DayAxis;
  readonly rooms: number;
  readonly scale: BoardScale;

  constructor(axis: DayAxis, rooms: number, scale: BoardScale) {
    this.axis = axis;
    this.rooms = rooms;
    this.scale = scale;
  }

  get width(): number {
    return this.scale.isTurned ? this.#timePx : this.#roomsPx;
  }

  get height(): number {
    return this.scale.isTurned ? this.#roomsPx : this.#timePx;
  }

  /** How long the shortest block is taken to be when blocks are laid side by side, in milliseconds. */
  get leastMs(): number {
    return (LEAST_BLOCK_PX / this.scale.pxPerMinute) * 60_000;
  }

  /** Where an instant is, along the time axis. */
  pxOf(instantMs: number): number {
    return this.axis.minuteOf(instantMs) * this.scale.pxPerMinute;
  }

  rectOf({ startMs, endMs, column, columns, lane, lanes }: BoardArea): Rect {
    const { roomPx } = this.scale;
    const along = this.pxOf(startMs);
    const length = Math.max(LEAST_BLOCK_PX, this.pxOf(endMs) - along) - GAP_PX;
    const lanePx = (roomPx - GAP_PX) / lanes;
    const across = column * roomPx + GAP_PX + lane * lanePx;
    const breadth = columns > 1 ? columns * roomPx - 2 * GAP_PX : lanePx - GAP_PX;
    return this.scale.isTurned
      ? { x: along, y: across, width: length, height: breadth }
      : { x: across, y: along, width: breadth, height: length };
  }

  /** The place at a point; one beside the board is taken for the nearest on it. */
  placeAt(x: number, y: number): BoardPlace {
    const [across, along] = this.scale.isTurned ? [y, x] : [x, y];
    return {
      column: Math.min(Math.max(Math.floor(across / this.scale.roomPx), 0), Math.max(0, this.rooms - 1)),
      minute: Math.min(Math.max(along / this.scale.pxPerMinute, 0), this.axis.minutes),
    };
  }

  get #timePx(): number {
    return this.axis.minutes * this.scale.pxPerMinute;
  }

  get #roomsPx(): number {
    return this.rooms * this.scale.roomPx;
  }
}

/** Whether two rectangles have anything in common. */
export function intersects(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
