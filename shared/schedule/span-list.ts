import type { Span } from './scheduled-session.ts';

/** Blocks are split when they come to hold more. */
const BLOCK_SIZE = 128;

/** Something that takes time. */
export interface Taking {
  readonly id: string;
  readonly taken: Span;
}

/** Neighbours in order, with the latest of their ends: a walk passes over blocks that ended long ago. */
interface Block<Item> {
  items: Item[];
  latestEndMs: number;
}

/**
 * What takes one place, a room or a person, ordered by begin and id. To put in or take out costs a search among blocks and a move within one; to
 * find what overlaps costs what is found, one look per block passed over, and one block at either end.
 */
export class SpanList<Item extends Taking> {
  #blocks: Block<Item>[] = [];

  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  add(item: Item): void {
    const at = Math.max(0, this.#blockOf(item));
    const block = (this.#blocks[at] ??= { items: [], latestEndMs: Number.NEGATIVE_INFINITY });
    block.items.splice(placeIn(block.items, item), 0, item);
    block.latestEndMs = Math.max(block.latestEndMs, item.taken.endMs);
    if (block.items.length <= BLOCK_SIZE) return;
    const half = block.items.length >> 1;
    this.#blocks.splice(at, 1, blockOf(block.items.slice(0, half)), blockOf(block.items.slice(half)));
  }

  /** Takes out what has the item's id and begin, which must be there. */
  remove(item: Item): void {
    const at = this.#blockOf(item);
    const { items } = this.#blocks[at]!;
    items.splice(placeIn(items, item), 1);
    if (items.length === 0) this.#blocks.splice(at, 1);
    else this.#blocks[at] = blockOf(items);
  }

  /**
   * Visits what stands before the item in order and ends, with so much margin, after it begins: the nearest first, until a visit returns false.
   * The item itself need not be there, and is not visited.
   */
  walkBack(item: Taking, marginMs: number, visit: (before: Item) => boolean): void {
    const fromMs = item.taken.startMs - marginMs;
    const first = this.#blockOf(item);
    for (let at = first; at >= 0; at--) {
      const { items, latestEndMs } = this.#blocks[at]!;
      if (latestEndMs <= fromMs) continue;
      for (let index = (at === first ? placeIn(items, item) : items.length) - 1; index >= 0; index--) {
        const before = items[index]!;
        if (before.taken.endMs > fromMs && !visit(before)) return;
      }
    }
  }

  /** Visits what stands after the item in order and begins, with so much margin, before it ends: the nearest first. */
  walkOn(item: Taking, marginMs: number, visit: (after: Item) => void): void {
    const untilMs = item.taken.endMs + marginMs;
    const first = Math.max(0, this.#blockOf(item));
    for (let at = first; at < this.#blocks.length; at++) {
      const { items } = this.#blocks[at]!;
      for (let index = at === first ? placeIn(items, item) : 0; index < items.length; index++) {
        const after = items[index]!;
        if (after.taken.startMs >= untilMs) return;
        if (after.id !== item.id || after.taken.startMs !== item.taken.startMs) visit(after);
      }
    }
  }

  /** The last block whose first item is not after this one; -1 where all are. */
  #blockOf(item: Taking): number {
    let [low, high] = [0, this.#blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(item, this.#blocks[middle]!.items[0]!)) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }
}

function blockOf<Item extends Taking>(items: Item[]): Block<Item> {
  let latestEndMs = Number.NEGATIVE_INFINITY;
  for (const { taken } of items) latestEndMs = Math.max(latestEndMs, taken.endMs);
  return { items, latestEndMs };
}

/** Where the item is or would be: the first place whose item is not before it. */
function placeIn(items: readonly Taking[], item: Taking): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(items[middle]!, item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: Taking, b: Taking): boolean {
  return a.taken.startMs < b.taken.startMs || (a.taken.startMs === b.taken.startMs && a.id < b.id);
}
