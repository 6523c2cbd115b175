import type { Span } from './scheduled-session.ts';

/** Something to be drawn on a day's axis in the columns of its rooms. */
export interface Placed extends Span {
  readonly id: string;
  readonly roomIds: readonly string[];
}

/** Where to draw it: `columns` rooms from the `column`th on, in the `lane`th of `lanes` strips side by side. */
export interface Block extends Span {
  readonly id: string;
  readonly column: number;
  readonly columns: number;
  readonly lane: number;
  readonly lanes: number;
}

/** One of several things side by side. */
export interface Lane {
  readonly lane: number;
  /** How many lanes the things that touch on each other share, directly or through others. */
  readonly lanes: number;
}

/**
 * Lays things that overlap side by side, by their index. What overlaps nothing has one lane to itself; a group that hangs together shares as many
 * lanes as run at once at its fullest, no more. Which lane one gets depends only on begins, ends and ids, never on the order given.
 *
 * @param leastMs what is shorter takes up this much room, so that something without a length can be seen
 */
export function packLanes(items: readonly (Span & { readonly id: string })[], leastMs = 0): Lane[] {
  const order = items.map((_, index) => index).sort((a, b) => inOrder(items[a]!, items[b]!));
  const found = items.map(() => ({ lane: 0, lanes: 1 }));
  let group: { lane: number; lanes: number }[] = [];
  let laneEnds: number[] = [];
  let groupEndMs = Number.NEGATIVE_INFINITY;
  const closeGroup = (): void => {
    for (const one of group) one.lanes = laneEnds.length;
  };
  for (const index of order) {
    const { startMs } = items[index]!;
    const endMs = Math.max(items[index]!.endMs, startMs + leastMs);
    if (startMs >= groupEndMs) {
      closeGroup();
      [group, laneEnds] = [[], []];
    }
    const free = laneEnds.findIndex((laneEndMs) => laneEndMs <= startMs);
    const lane = free === -1 ? laneEnds.length : free;
    laneEnds[lane] = endMs;
    groupEndMs = Math.max(groupEndMs, endMs);
    found[index]!.lane = lane;
    group.push(found[index]!);
  }
  closeGroup();
  return found;
}

/**
 * The blocks of a board whose columns are these rooms. A session in several rooms is one block over each run of neighbouring rooms in which nothing
 * stands beside it; elsewhere it has a block in each room. Rooms that are not shown are passed over.
 */
export function layOutBlocks(placed: readonly Placed[], rooms: readonly string[], leastMs = 0): Block[] {
  const byRoom = new Map<string, Placed[]>(rooms.map((room) => [room, []]));
  for (const one of placed) for (const room of new Set(one.roomIds)) byRoom.get(room)?.push(one);
  const blocks: Block[] = [];
  /** Blocks that end at the column before this one and may go on. */
  let open = new Map<string, number>();
  rooms.forEach((room, column) => {
    const inRoom = byRoom.get(room)!;
    const lanes = packLanes(inRoom, leastMs);
    const goesOn = new Map<string, number>();
    inRoom.forEach(({ id, startMs, endMs }, index) => {
      const { lane, lanes: count } = lanes[index]!;
      const before = count === 1 ? open.get(id) : undefined;
      const at = before ?? blocks.length;
      if (before === undefined) blocks.push({ id, startMs, endMs, column, columns: 1, lane, lanes: count });
      else blocks[before] = { ...blocks[before]!, columns: blocks[before]!.columns + 1 };
      if (count === 1) goesOn.set(id, at);
    });
    open = goesOn;
  });
  return blocks;
}

function inOrder(a: Span & { id: string }, b: Span & { id: string }): number {
  return a.startMs - b.startMs || b.endMs - a.endMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
