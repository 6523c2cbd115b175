/** What is kept under a key: a text, or null where nothing is. */
export type Kept = string | null;

/** A write that was asked for: what shall stand under each of its keys. */
export interface Write {
  readonly keys: readonly string[];
  readonly value: Kept;
  /** Whether it may be done in parts. Else it is done whole or not at all. */
  readonly inParts: boolean;
}

/**
 * What a process acknowledged, and what it was asked and had not answered when it was killed. Of one key at most one write is under way at a
 * time.
 */
export class AckLedger {
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Set<Write>();

  /** The keys under which something is kept and nothing is under way. */
  free(): string[] {
    return [...this.#kept].flatMap(([key, value]) => (value === null || this.isBusy(key) ? [] : [key]));
  }

  isBusy(key: string): boolean {
    return [...this.#underWay].some(({ keys }) => keys.includes(key));
  }

  /** Notes what is there without a write of ours. */
  note(key: string, value: Kept): void {
    this.#kept.set(key, value);
  }

  /** Asks for a write, and notes that it was acknowledged. What fails stays under way until `settle`. */
  async run(write: Write, ask: () => Promise<unknown>): Promise<void> {
    this.#underWay.add(write);
    await ask();
    this.#underWay.delete(write);
    for (const key of write.keys) this.#kept.set(key, write.value);
  }

  /** Compares with what is there after a kill, and goes on from there. Answers what is wrong: nothing, where all that was acknowledged is there. */
  settle(there: ReadonlyMap<string, string>): string[] {
    const wrong: string[] = [];
    for (const { keys, value, inParts } of this.#underWay) {
      const done = keys.filter((key) => (there.get(key) ?? null) === value);
      const isWhole = done.length === 0 || done.length === keys.length;
      if (!isWhole && !inParts) wrong.push(`of a change of ${keys.length} sessions, ${done.length} are there`);
      for (const key of done) this.#kept.set(key, value);
    }
    this.#underWay.clear();
    for (const [key, value] of this.#kept) {
      const found = there.get(key) ?? null;
      if (found !== value) wrong.push(`${key} is ${quoted(found)}, acknowledged was ${quoted(value)}`);
    }
    for (const key of there.keys()) if (!this.#kept.has(key)) wrong.push(`${key} was never asked for`);
    return wrong;
  }
}

function quoted(value: Kept): string {
  return value === null ? 'gone' : JSON.stringify(value.slice(0, 40));
}
