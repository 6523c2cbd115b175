import type { StoredDocument } from './stored-document.ts';

interface Entry {
  readonly shelf: DocumentShelf;
  readonly id: string;
  readonly seq: number;
  readonly document: StoredDocument;
  readonly sizeBytes: number;
}

/**
 * Parsed documents, by their key and by the sequence number of their last write, which stands for one revision of one document
 * as `_rev` does and is shorter to read. Bounded over all tables; the least recently used go first.
 * It only ever holds committed states: while a transaction is open it takes nothing in.
 */
export class DocumentCache {
  readonly #maxDocuments: number;
  readonly #maxBytes: number;
  readonly #entries = new Set<Entry>();
  #sizeBytes = 0;
  /** Set while a transaction is open, whose reads may see what will be rolled back. */
  paused = false;

  constructor(maxDocuments: number, maxBytes: number) {
    this.#maxDocuments = maxDocuments;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The part that belongs to one table. */
  shelf(): DocumentShelf {
    return new DocumentShelf(this);
  }

  add(entry: Entry): void {
    this.#entries.add(entry);
    this.#sizeBytes += entry.sizeBytes;
    for (const oldest of this.#entries) {
      if (this.#entries.size <= this.#maxDocuments && this.#sizeBytes <= this.#maxBytes) break;
      oldest.shelf.drop(oldest.id);
    }
  }

  touch(entry: Entry): void {
    this.#entries.delete(entry);
    this.#entries.add(entry);
  }

  remove(entry: Entry): void {
    if (this.#entries.delete(entry)) this.#sizeBytes -= entry.sizeBytes;
  }
}

/** One table's documents in the cache. */
export class DocumentShelf {
  readonly #cache: DocumentCache;
  readonly #byId = new Map<string, Entry>();
  readonly #bySeq = new Map<number, Entry>();

  constructor(cache: DocumentCache) {
    this.#cache = cache;
  }

  get size(): number {
    return this.#byId.size;
  }

  byId(id: string): StoredDocument | undefined {
    return this.#used(this.#byId.get(id));
  }

  bySeq(seq: number): StoredDocument | undefined {
    return this.#used(this.#bySeq.get(seq));
  }

  /** Keeps the document's current state; `sizeBytes` is that of its JSON. */
  put(id: string, seq: number, document: StoredDocument, sizeBytes: number): void {
    if (this.#cache.paused) return;
    this.drop(id);
    const entry = { shelf: this, id, seq, document, sizeBytes };
    this.#byId.set(id, entry);
    this.#bySeq.set(seq, entry);
    this.#cache.add(entry);
  }

  /** Forgets the document: it is being written, or gone. */
  drop(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#bySeq.delete(entry.seq);
    this.#cache.remove(entry);
  }

  clear(): void {
    for (const id of this.#byId.keys()) this.drop(id);
  }

  #used(entry: Entry | undefined): StoredDocument | undefined {
    if (entry === undefined) return undefined;
    this.#cache.touch(entry);
    return entry.document;
  }
}
