import type { StoredDocument } from './stored-document.ts';

interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly document: StoredDocument;
  readonly sizeBytes: number;
  /** The generation in which it was last used. */
  generation: number;
}

/**
 * Parsed documents, by their key and by the sequence number of their last write, which stands for one revision of one document
 * as `_rev` does and is shorter to read. Bounded over all tables.
 *
 * It keeps two generations: what was used since the last change of generations, and what was used in the one before. When the
 * young one fills half of the bounds, the old one goes. That is nearly least-recently-used, for the price of a number per use.
 *
 * It only ever holds committed states: until the end of its transaction, a document being written stays out.
 */
export class DocumentCache {
  readonly #maxYoungDocuments: number;
  readonly #maxYoungBytes: number;
  readonly #shelves = new Set<DocumentShelf>();
  #generation = 0;
  #youngDocuments = 0;
  #youngBytes = 0;

  constructor(maxDocuments: number, maxBytes: number) {
    this.#maxYoungDocuments = Math.floor(maxDocuments / 2);
    this.#maxYoungBytes = Math.floor(maxBytes / 2);
  }

  /** The part that belongs to one table. */
  shelf(): DocumentShelf {
    const shelf = new DocumentShelf(this);
    this.#shelves.add(shelf);
    return shelf;
  }

  remove(shelf: DocumentShelf): void {
    this.#shelves.delete(shelf);
  }

  /** Whether a document of this size may be kept now. */
  takes(sizeBytes: number): boolean {
    return this.#maxYoungDocuments > 0 && sizeBytes <= this.#maxYoungBytes;
  }

  /** Says that the transaction has ended, either way: what was written in it may come in again. */
  endTransaction(): void {
    for (const shelf of this.#shelves) shelf.endTransaction();
  }

  /** Notes that the entry is in use. */
  use(entry: Entry): void {
    if (entry.generation === this.#generation) return;
    if (
      this.#youngDocuments + 1 > this.#maxYoungDocuments ||
      this.#youngBytes + entry.sizeBytes > this.#maxYoungBytes
    ) {
      // The entry itself may be of the old generation; it stays.
      entry.generation = this.#generation + 1;
      for (const shelf of this.#shelves) shelf.dropOlderThan(this.#generation);
      this.#generation++;
      this.#youngDocuments = 0;
      this.#youngBytes = 0;
    }
    entry.generation = this.#generation;
    this.#youngDocuments++;
    this.#youngBytes += entry.sizeBytes;
  }
}

/** One table's documents in the cache. */
export class DocumentShelf {
  readonly #cache: DocumentCache;
  readonly #byId = new Map<string, Entry>();
  readonly #bySeq = new Map<number, Entry>();
  /** Written in the transaction that is open: what is read of them may be rolled back. */
  readonly #uncommitted = new Set<string>();

  constructor(cache: DocumentCache) {
    this.#cache = cache;
  }

  byId(id: string): StoredDocument | undefined {
    return this.#used(this.#byId.get(id));
  }

  bySeq(seq: number): StoredDocument | undefined {
    return this.#used(this.#bySeq.get(seq));
  }

  /** Keeps the document's current state, unless it is being written; `sizeBytes` is that of its JSON. */
  put(id: string, seq: number, document: StoredDocument, sizeBytes: number): void {
    if (this.#uncommitted.has(id) || !this.#cache.takes(sizeBytes)) return;
    this.drop(id);
    const entry: Entry = { id, seq, document, sizeBytes, generation: -1 };
    this.#cache.use(entry);
    this.#byId.set(id, entry);
    this.#bySeq.set(seq, entry);
  }

  /** Forgets the document until the transaction that writes it has ended. */
  dropUntilEnd(id: string): void {
    this.drop(id);
    this.#uncommitted.add(id);
  }

  endTransaction(): void {
    if (this.#uncommitted.size > 0) this.#uncommitted.clear();
  }

  /** Forgets the document. */
  drop(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#bySeq.delete(entry.seq);
  }

  dropOlderThan(generation: number): void {
    for (const { id, generation: used } of this.#byId.values()) if (used < generation) this.drop(id);
  }

  /** Forgets everything, for good. */
  close(): void {
    this.#byId.clear();
    this.#bySeq.clear();
    this.#cache.remove(this);
  }

  clear(): void {
    this.#byId.clear();
    this.#bySeq.clear();
  }

  #used(entry: Entry | undefined): StoredDocument | undefined {
    if (entry === undefined) return undefined;
    this.#cache.use(entry);
    return entry.document;
  }
}
