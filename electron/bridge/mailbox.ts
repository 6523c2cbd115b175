/** Collects what happened between two looks, each thing once. */
export class Mailbox<Item> {
  #items = new Set<Item>();
  #wake: (() => void) | undefined;

  add(item: Item): void {
    this.#items.add(item);
    this.#wake?.();
  }

  /** Everything since the last look, at once where there is something; waits otherwise. An aborted signal ends it with nothing. */
  async take(signal: AbortSignal | undefined): Promise<Item[]> {
    if (this.#items.size === 0 && signal?.aborted !== true) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal?.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      this.#wake = undefined;
    }
    const items = [...this.#items];
    this.#items = new Set();
    return signal?.aborted === true ? [] : items;
  }
}
