import {
  getPrimaryFieldOfPrimaryKey,
  type EventBulk,
  type RxAttachmentWriteData,
  type RxDocumentData,
  type RxJsonSchema,
  type RxStorageChangeEvent,
} from 'rxdb';
import { Subject } from 'rxjs';

import { columnReader, isTruthyAt, MARK, type Column, type ColumnReader, type Marks } from './columns.ts';
import type { DocumentShelf } from './document-cache.ts';
import type { QueryColumn } from './query-to-sql.ts';
import type { SqlValue, Statements } from './statements.ts';
import type { StoredDocument } from './stored-document.ts';
import { columnName, quoted, saveMarks, type TableRecord } from './table-layout.ts';
import type { WriteScope } from './write-queue.ts';

/** Goes on after the write with this number. Stands for all instances: numbers are the table's. */
export interface SeqCheckpoint {
  seq: number;
}

export type Changes = EventBulk<RxStorageChangeEvent<StoredDocument>, SeqCheckpoint>;

/** Keys in one lookup: bounds what a statement holds at a time. */
const KEYS_PER_LOOKUP = 1_000;

const TOMBSTONES_PER_PURGE = 1_000;

/** Pages given back to the file system with each purge; the rest is reused. */
const PAGES_PER_PURGE = 64;

/**
 * One collection's documents in one version of its schema: a table, and what is remembered of it.
 * Everything is synchronous; what writes must run in the write queue.
 */
export class CollectionTable {
  readonly name: string;
  readonly schema: RxJsonSchema<RxDocumentData<unknown>>;
  readonly primaryPath: string;
  readonly changes$ = new Subject<Changes>();
  /** The last queries, as text: one that is asked again finds its documents in the cache. */
  readonly recentQueries = new Set<string>();
  openInstances = 0;
  removed = false;

  readonly #statements: Statements;
  readonly #shelf: DocumentShelf;
  readonly #columns: readonly Column[];
  readonly #readers: readonly ColumnReader[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #protectedBy: string | undefined;
  #marks: Marks;
  #lastSeq: number;
  #insertSql: string | undefined;

  constructor(
    record: TableRecord,
    schema: RxJsonSchema<RxDocumentData<unknown>>,
    statements: Statements,
    shelf: DocumentShelf,
  ) {
    this.name = record.tableName;
    this.schema = schema;
    this.primaryPath = getPrimaryFieldOfPrimaryKey(schema.primaryKey);
    this.#statements = statements;
    this.#shelf = shelf;
    this.#columns = record.layout.columns;
    this.#readers = this.#columns.map((column, at) => columnReader(column, at));
    this.#positions = new Map(this.#columns.map(({ path }, at) => [path, at]));
    this.#protectedBy = record.layout.protectedBy;
    this.#marks = record.marks;
    const newest = statements.values<number | null>(`SELECT max(seq) FROM ${this.sql}`).get() ?? 0;
    this.#lastSeq = Math.max(newest, record.purgedSeq);
  }

  get sql(): string {
    return quoted(this.name);
  }

  get statements(): Statements {
    return this.#statements;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The column of a path, unless it holds what SQL would treat unlike JavaScript. */
  queryColumn(path: string): QueryColumn | undefined {
    const at = this.#positions.get(path);
    if (at === undefined) return undefined;
    const marks = this.#marks[at]!;
    if ((marks & MARK.foreign) !== 0) return undefined;
    return {
      sql: columnName(path, this.primaryPath),
      kind: this.#columns[at]!.kind,
      wide: (marks & MARK.wide) !== 0,
      holdsNull: (marks & MARK.null) !== 0,
      holdsMissing: (marks & MARK.missing) !== 0,
    };
  }

  /** The current revision of a document, or of its tombstone. */
  revisionOf(id: string): string | undefined {
    const cached = this.#shelf.byId(id);
    if (cached !== undefined) return cached._rev;
    return this.#statements.values<string>(`SELECT rev FROM ${this.sql} WHERE id = ?`).get(id);
  }

  find(id: string): StoredDocument | undefined {
    const cached = this.#shelf.byId(id);
    // Half a surrogate pair would be looked up as U+FFFD; no key has one.
    if (cached !== undefined || !id.isWellFormed()) return cached;
    const row = this.#statements.rows<[number, string]>(`SELECT seq, json FROM ${this.sql} WHERE id = ?`).get(id);
    return row === undefined ? undefined : this.parse(...row);
  }

  /** The documents found, in the order asked. */
  findAll(ids: readonly string[], withDeleted: boolean): StoredDocument[] {
    const found = new Map<string, StoredDocument>();
    const unread: string[] = [];
    for (const id of ids) {
      const cached = this.#shelf.byId(id);
      if (cached !== undefined) found.set(id, cached);
      else if (id.isWellFormed()) unread.push(id);
    }
    if (unread.length === 1) {
      const document = this.find(unread[0]!);
      if (document !== undefined) found.set(unread[0]!, document);
    } else {
      for (const document of this.#lookUp('id', unread)) found.set(document[this.primaryPath] as string, document);
    }
    const documents: StoredDocument[] = [];
    for (const id of ids) {
      const document = found.get(id);
      if (document !== undefined && (withDeleted || !document._deleted)) documents.push(document);
    }
    return documents;
  }

  /** The documents with these numbers, all of which exist, in this order. */
  findBySeq(seqs: readonly number[]): StoredDocument[] {
    const documents: StoredDocument[] = [];
    const unread: number[] = [];
    const places: number[] = [];
    seqs.forEach((seq, at) => {
      const cached = this.#shelf.bySeq(seq);
      if (cached !== undefined) {
        documents[at] = cached;
      } else {
        unread.push(seq);
        places.push(at);
      }
    });
    this.#lookUp('seq', unread).forEach((document, at) => (documents[places[at]!] = document));
    return documents;
  }

  // A cross join keeps the order of the keys.
  #lookUp(column: 'id' | 'seq', keys: readonly (string | number)[]): StoredDocument[] {
    const documents: StoredDocument[] = [];
    const statement = this.#statements.rows<[number, string]>(
      `SELECT t.seq, t.json FROM json_each(?) AS k CROSS JOIN ${this.sql} AS t ON t.${column} = k.value`,
    );
    for (let at = 0; at < keys.length; at += KEYS_PER_LOOKUP) {
      const some = JSON.stringify(keys.slice(at, at + KEYS_PER_LOOKUP));
      for (const row of statement.all(some)) documents.push(this.parse(...row));
    }
    return documents;
  }

  /** The document of a row, from the cache if it is there. */
  parse(seq: number, json: string): StoredDocument {
    const cached = this.#shelf.bySeq(seq);
    if (cached !== undefined) return cached;
    const document = JSON.parse(json) as StoredDocument;
    this.#shelf.put(document[this.primaryPath] as string, seq, document, json.length);
    return document;
  }

  /** The documents written after this number, as they are now, in the order of their last writes. */
  changedSince(seq: number, limit: number): { documents: StoredDocument[]; checkpoint: SeqCheckpoint } {
    const rows = this.#statements
      .rows<[number, string]>(`SELECT seq, json FROM ${this.sql} WHERE seq > ? ORDER BY seq LIMIT ?`)
      .all(seq, limit);
    return { documents: rows.map((row) => this.parse(...row)), checkpoint: { seq: rows.at(-1)?.[0] ?? seq } };
  }

  /** Writes new documents, and new states of existing ones; that these are such is the caller's to know. */
  write(inserted: readonly StoredDocument[], updated: readonly StoredDocument[], scope: WriteScope): void {
    const marks = this.#marks;
    this.#marks = [...marks];
    scope.onRollback(() => (this.#marks = marks));
    const written = [
      ...inserted.map((document) => this.#insert(document)),
      ...updated.map((document) => this.#update(document)),
    ];
    if (this.#marks.some((mark, at) => mark !== marks[at]))
      saveMarks(this.#statements, this.name, this.#columns, this.#marks);
    scope.onCommit(() => {
      for (const { document, seq, sizeBytes } of written) {
        this.#shelf.put(document[this.primaryPath] as string, seq, document, sizeBytes);
      }
    });
  }

  #insert(document: StoredDocument): Written {
    this.#insertSql ??= this.#makeInsertSql();
    const written = this.#written(document);
    const values = this.#readers.map((read) => read(document, this.#marks));
    this.#statements.rows(this.#insertSql).run(...values, ...written.values);
    return written;
  }

  #makeInsertSql(): string {
    const names = [...this.#columns.map(({ path }) => columnName(path, this.primaryPath)), ...OWN_COLUMNS];
    return `INSERT INTO ${this.sql} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  }

  #update(document: StoredDocument): Written {
    const id = document[this.primaryPath] as string;
    const before = this.#shelf.byId(id);
    const written = this.#written(document);
    const sets: string[] = [];
    const values: SqlValue[] = [];
    // SQLite rewrites the indexes of every column that is set, changed or not.
    const ignored = this.#columns.map(() => 0);
    this.#readers.forEach((read, at) => {
      const value = read(document, this.#marks);
      if (before !== undefined && read(before, ignored) === value) return;
      sets.push(`${columnName(this.#columns[at]!.path, this.primaryPath)} = ?`);
      values.push(value);
    });
    sets.push(...OWN_COLUMNS.map((name) => `${name} = ?`));
    this.#shelf.drop(id);
    this.#statements
      .rows(`UPDATE ${this.sql} SET ${sets.join(', ')} WHERE id = ?`)
      .run(...values, ...written.values, id);
    return written;
  }

  #written(document: StoredDocument): Written {
    const seq = ++this.#lastSeq;
    const json = JSON.stringify(document);
    const kept = this.#protectedBy !== undefined && isTruthyAt(document, this.#protectedBy) ? 1 : 0;
    return { document, seq, sizeBytes: json.length, values: [document._rev, seq, kept, json] };
  }

  /**
   * Removes tombstones last written at this time or before, up to a bound, but none that the collection protects.
   * Returns whether none are left.
   */
  purge(untilMs: number, scope: WriteScope): boolean {
    const purged = this.#statements
      .rows<[number, string]>(
        `DELETE FROM ${this.sql} WHERE rowid IN (
           SELECT rowid FROM ${this.sql} WHERE deleted = 1 AND kept = 0 AND lwt <= ? ORDER BY lwt LIMIT ${TOMBSTONES_PER_PURGE}
         ) RETURNING seq, id`,
      )
      .all(untilMs);
    if (purged.length > 0) {
      const highest = purged.reduce((most, [seq]) => Math.max(most, seq), 0);
      // Not before: a work earlier in the same commit may have the tombstone cached then.
      scope.onCommit(() => purged.forEach(([, id]) => this.#shelf.drop(id)));
      this.#statements
        .rows('UPDATE collections SET purged_seq = max(purged_seq, ?) WHERE table_name = ?')
        .run(highest, this.name);
      this.#statements.pragma(`incremental_vacuum(${PAGES_PER_PURGE})`);
    }
    return purged.length < TOMBSTONES_PER_PURGE;
  }

  putAttachment(
    documentId: string,
    attachmentId: string,
    { digest, data }: RxAttachmentWriteData,
    bytes: Buffer,
  ): void {
    this.#statements
      .rows('INSERT OR REPLACE INTO attachments VALUES (?, ?, ?, ?, ?, ?)')
      .run(this.name, documentId, attachmentId, digest, data.type, bytes);
  }

  removeAttachment(documentId: string, attachmentId: string): void {
    this.#statements
      .rows('DELETE FROM attachments WHERE table_name = ? AND document_id = ? AND attachment_id = ?')
      .run(this.name, documentId, attachmentId);
  }

  attachment(documentId: string, attachmentId: string, digest: string): Blob | undefined {
    const row = this.#statements
      .rows<[string, Buffer]>(
        'SELECT type, data FROM attachments WHERE table_name = ? AND document_id = ? AND attachment_id = ? AND digest = ?',
      )
      .get(this.name, documentId, attachmentId, digest);
    return row === undefined ? undefined : new Blob([new Uint8Array(row[1])], { type: row[0] });
  }

  purgedSeq(): number {
    return (
      this.#statements.values<number>('SELECT purged_seq FROM collections WHERE table_name = ?').get(this.name) ?? 0
    );
  }

  /** Drops the table. Its numbers are not used again if it is made anew. */
  drop(scope: WriteScope): void {
    scope.onCommit(() => {
      this.removed = true;
      this.#shelf.clear();
    });
    this.#statements.rows(`DROP TABLE ${this.sql}`).run();
    this.#statements.rows('DELETE FROM attachments WHERE table_name = ?').run(this.name);
    this.#statements
      .rows(`UPDATE collections SET layout = NULL, marks = '{}', purged_seq = ? WHERE table_name = ?`)
      .run(this.#lastSeq, this.name);
  }

  forget(): void {
    this.#shelf.clear();
    this.changes$.complete();
  }
}

interface Written {
  document: StoredDocument;
  seq: number;
  sizeBytes: number;
  values: SqlValue[];
}

const OWN_COLUMNS = ['rev', 'seq', 'kept', 'json'] as const;
