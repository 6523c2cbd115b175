/** Chance that a seed decides: the same seed makes the same numbers, on every machine. */
export class SeededRandom {
  #state: number;

  /** @param seed any number; its lower 32 bits count */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 up to, not including, 1: mulberry32 (public domain, by Tommy Ettinger). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** Whether something of that probability, 0 to 1, happens. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items, of which there must be one. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.integer(0, items.length - 1)] as Item;
  }

  /** The items in another order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = this.integer(0, at);
      [shuffled[at], shuffled[other]] = [shuffled[other] as Item, shuffled[at] as Item];
    }
    return shuffled;
  }
}
