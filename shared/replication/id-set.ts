/**
 * A set of ids that takes 16 to 32 bytes for each, whatever their length: what a sweep has seen of a large event. It keeps 53 bits of each
 * id's hash. Two ids that share them would count as one, which for 100,000 ids happens once in a million sweeps, and then hides one absence
 * until one of the two is gone.
 */
export class IdSet {
  #slots = new Float64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(id: string): void {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    if (insert(this.#slots, hashOf(id))) this.#size += 1;
  }

  has(id: string): boolean {
    const hash = hashOf(id);
    return this.#slots[slotOf(this.#slots, hash)] === hash;
  }

  #grow(): void {
    const slots = new Float64Array(this.#slots.length * 2);
    for (const hash of this.#slots) if (hash !== 0) insert(slots, hash);
    this.#slots = slots;
  }
}

function insert(slots: Float64Array, hash: number): boolean {
  const at = slotOf(slots, hash);
  if (slots[at] === hash) return false;
  slots[at] = hash;
  return true;
}

/** Where the hash stands, or would. */
function slotOf(slots: Float64Array, hash: number): number {
  let at = hash % slots.length;
  while (slots[at] !== 0 && slots[at] !== hash) at = (at + 1) % slots.length;
  return at;
}

/** 53 bits, never 0: cyrb53 (public domain, by bryc). */
function hashOf(text: string): number {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    h1 = Math.imul(h1 ^ unit, 2654435761);
    h2 = Math.imul(h2 ^ unit, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return 4294967296 * (2097151 & h2) + (h1 >>> 0) || 1;
}
