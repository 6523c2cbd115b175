import {
  getPrimaryFieldOfPrimaryKey,
  type EventBulk,
  type RxAttachmentWriteData,
  type RxDocumentData,
  type RxJsonSchema,
  type RxStorageChangeEvent,
} from 'rxdb';
import { Subject } from 'rxjs';

import { columnReader, truthyAt, MARK, type Column, type ColumnReader, type Marks } from './columns.ts';
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

/** Documents of larger writes are read back when they are asked for. */
const MOST_KEPT_OF_WRITE = 50;

const TOMBSTONES_PER_PURGE = 1_000;

/** Pages given back to the file system with each purge; the rest is reused. */
const PAGES_PER_PURGE = 64;

/**
 * One collection's documents in one version of its schema: a table, and what is remembered of it.
 * Everything is synchronous; what writes must run in the write queue.
 */
export class CollectionTable {
  readonly name: string;
  /** The name as SQL has it. */
  readonly sql: string;
  readonly schema: RxJsonSchema<RxDocumentData<unknown>>;
  readonly primaryPath: string;
  readonly changes$ = new Subject<Changes>();
  /** The last queries, as text, and how often each was asked. */
  readonly recentQueries = new Map<string, number>();
  openInstances = 0;
  removed = false;

  readonly #statements: Statements;
  readonly #shelf: DocumentShelf;
  readonly #columns: readonly Column[];
  readonly #readers: readonly ColumnReader[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #columnNames: readonly string[];
  readonly #protects: ((document: StoredDocument) => boolean) | undefined;
  readonly #insertSql: string;
  readonly #storedColumnsSql: string;
  #marks: Marks;
  #lastSeq: number;

  constructor(
    record: TableRecord,
    schema: RxJsonSchema<RxDocumentData<unknown>>,
    statements: Statements,
    shelf: DocumentShelf,
  ) {
    this.name = record.tableName;
    this.sql = quoted(this.name);
    this.schema = schema;
    this.primaryPath = getPrimaryFieldOfPrimaryKey(schema.primaryKey);
    this.#statements = statements;
    this.#shelf = shelf;
    this.#columns = record.layout.columns;
    this.#readers = this.#columns.map((column, at) => columnReader(column, at));
    this.#positions = new Map(this.#columns.map(({ path }, at) => [path, at]));
    this.#columnNames = this.#columns.map(({ path }) => columnName(path, this.primaryPath));
    const { protectedBy } = record.layout;
    this.#protects = protectedBy === undefined ? undefined : truthyAt(protectedBy);
    const names = [...this.#columnNames, ...OWN_COLUMNS];
    this.#insertSql = `INSERT INTO ${this.sql} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
      ON CONFLICT (id) DO NOTHING`;
    this.#storedColumnsSql = `SELECT ${this.#columnNames.join(', ')} FROM ${this.sql} WHERE id = ?`;
    this.#marks = record.marks;
    const newest = statements.values<number | null>(`SELECT max(seq) FROM ${this.sql}`).get() ?? 0;
    this.#lastSeq = Math.max(newest, record.purgedSeq);
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
      sql: this.#columnNames[at]!,
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
    return row === undefined ? undefined : this.parseAndKeep(...row);
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
    if (keys.length === 0) return documents;
    const statement = this.#statements.rows<[number, string]>(
      `SELECT t.seq, t.json FROM json_each(?) AS k CROSS JOIN ${this.sql} AS t ON t.${column} = k.value`,
    );
    for (let at = 0; at < keys.length; at += KEYS_PER_LOOKUP) {
      const some = JSON.stringify(keys.slice(at, at + KEYS_PER_LOOKUP));
      for (const row of statement.all(some)) documents.push(this.parseAndKeep(...row));
    }
    return documents;
  }

  /** The document of a row, from the cache if it is there. */
  parse(seq: number, json: string): StoredDocument {
    return this.#shelf.bySeq(seq) ?? (JSON.parse(json) as StoredDocument);
  }

  /** The document of a row; it is in the cache then. */
  parseAndKeep(seq: number, json: string): StoredDocument {
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

  /**
   * Writes new documents, and new states of existing ones, which the caller knows to be such. Gives the keys of the new ones that
   * are taken, and were not written.
   */
  write(inserted: readonly StoredDocument[], updated: readonly StoredDocument[], scope: WriteScope): string[] {
    const marks = this.#marks;
    this.#marks = [...marks];
    scope.onRollback(() => (this.#marks = marks));
    const written: Written[] = [];
    const taken: string[] = [];
    if (inserted.length > 0) {
      const statement = this.#statements.rows(this.#insertSql);
      for (const document of inserted) {
        const inserting = this.#insert(statement, document);
        if (inserting === undefined) taken.push(document[this.primaryPath] as string);
        else written.push(inserting);
      }
    }
    for (const document of updated) written.push(this.#update(document));
    if (this.#marks.some((mark, at) => mark !== marks[at]))
      saveMarks(this.#statements, this.name, this.#columns, this.#marks);
    // A first sync would push out what is in use.
    const keep = written.length <= MOST_KEPT_OF_WRITE;
    scope.onCommit(() => {
      for (const { document, seq, sizeBytes } of written) {
        const id = document[this.primaryPath] as string;
        // A work earlier in the same commit may have put an older state there.
        if (keep) this.#shelf.put(id, seq, document, sizeBytes);
        else this.#shelf.drop(id);
      }
    });
    return taken;
  }

  #insert(statement: Statement, document: StoredDocument): Written | undefined {
    this.#shelf.dropUntilEnd(document[this.primaryPath] as string);
    const values: SqlValue[] = [];
    for (const read of this.#readers) values.push(read(document, this.#marks));
    const written = this.#addOwnValues(document, values);
    return statement.run(...values).changes === 0 ? undefined : written;
  }

  #update(document: StoredDocument): Written {
    const id = document[this.primaryPath] as string;
    this.#shelf.dropUntilEnd(id);
    const stored = this.#statements.rows(this.#storedColumnsSql).get(id);
    const sets: string[] = [];
    const values: SqlValue[] = [];
    // SQLite rewrites the indexes of every column that is set, changed or not.
    for (const [at, read] of this.#readers.entries()) {
      const value = read(document, this.#marks);
      if (value === stored?.[at]) continue;
      sets.push(`${this.#columnNames[at]} = ?`);
      values.push(value);
    }
    sets.push(...OWN_COLUMNS.map((name) => `${name} = ?`));
    const written = this.#addOwnValues(document, values);
    values.push(id);
    this.#statements.rows(`UPDATE ${this.sql} SET ${sets.join(', ')} WHERE id = ?`).run(...values);
    return written;
  }

  #addOwnValues(document: StoredDocument, values: SqlValue[]): Written {
    const seq = ++this.#lastSeq;
    const json = JSON.stringify(document);
    values.push(document._rev, seq, this.#protects?.(document) === true ? 1 : 0, json);
    return { document, seq, sizeBytes: json.length };
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

  /** What is committed: the number of the last write, and that up to which tombstones may be gone. */
  seqBounds(): { lastSeq: number; purgedSeq: number } {
    const purgedSeq =
      this.#statements.values<number>('SELECT purged_seq FROM collections WHERE table_name = ?').get(this.name) ?? 0;
    const newest = this.#statements.values<number | null>(`SELECT max(seq) FROM ${this.sql}`).get() ?? 0;
    return { lastSeq: Math.max(newest, purgedSeq), purgedSeq };
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
    this.#shelf.close();
    this.changes$.complete();
  }
}

type Statement = ReturnType<Statements['rows']>;

interface Written {
  document: StoredDocument;
  seq: number;
  sizeBytes: number;
}

const OWN_COLUMNS = ['rev', 'seq', 'kept', 'json'] as const;
