import { columnReader, truthyAt, type Column, type ColumnKind, type Layout, type Marks } from './columns.ts';
import type { SqlValue, Statements } from './statements.ts';
import type { StoredDocument } from './stored-document.ts';

/** What the catalog says of a table. */
export interface TableRecord {
  readonly tableName: string;
  readonly layout: Layout;
  readonly marks: Marks;
  readonly purgedSeq: number;
}

/** The name of the table of a collection in one version of its schema. */
export function tableNameOf(collection: string, version: number): string {
  return `${collection}-v${version}`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The SQL name of a path's column. Paths begin with `$.`, so that none is called like a column of ours. */
export function columnName(path: string, primaryPath: string): string {
  if (path === primaryPath) return 'id';
  if (path === '_deleted') return 'deleted';
  return path === '_meta.lwt' ? 'lwt' : quoted(`$.${path}`);
}

/** The SQL name of the index of `seq`: SQLite counts a table's own, and the primary key comes first. */
export function seqIndex(tableName: string): string {
  return quoted(`sqlite_autoindex_${tableName}_2`);
}

/** The table's record, if it exists with at least this layout. */
export function existingTable(statements: Statements, tableName: string, wanted: Layout): TableRecord | undefined {
  const record = readRecord(statements, tableName);
  return record !== undefined && covers(record.layout, wanted) ? record : undefined;
}

/**
 * Makes the table, or gives an existing one the columns and indexes that it lacks, filled from its documents.
 * It keeps those that are no longer asked for: old versions are opened without a collection's options while they are migrated.
 */
export function prepareTable(
  statements: Statements,
  table: { name: string; collection: string; version: number },
  wanted: Layout,
): void {
  const known = readRecord(statements, table.name);
  const layout = known === undefined ? wanted : union(known.layout, wanted);
  const primaryPath = layout.columns[0]!.path;
  const marks: Marks = layout.columns.map((_, at) => known?.marks[at] ?? 0);
  if (known === undefined) {
    createTable(statements, table.name, layout);
  } else {
    const added = layout.columns.slice(known.layout.columns.length);
    for (const column of added) {
      statements.rows(`ALTER TABLE ${quoted(table.name)} ADD COLUMN ${columnDefinition(column, primaryPath)}`).run();
    }
    fillColumns(statements, table.name, layout, added, marks);
  }
  createIndexes(statements, table.name, layout);
  statements
    .rows(
      `INSERT INTO collections (table_name, collection, version, layout, marks, purged_seq) VALUES (?, ?, ?, ?, ?, 0)
       ON CONFLICT (table_name) DO UPDATE SET layout = excluded.layout, marks = excluded.marks`,
    )
    .run(table.name, table.collection, table.version, JSON.stringify(layout), marksToJson(layout.columns, marks));
}

export function saveMarks(statements: Statements, tableName: string, columns: readonly Column[], marks: Marks): void {
  statements.rows('UPDATE collections SET marks = ? WHERE table_name = ?').run(marksToJson(columns, marks), tableName);
}

function readRecord(statements: Statements, tableName: string): TableRecord | undefined {
  const row = statements
    .rows<[string | null, string, number]>('SELECT layout, marks, purged_seq FROM collections WHERE table_name = ?')
    .get(tableName);
  if (row === undefined || row[0] === null) return undefined;
  const layout = JSON.parse(row[0]) as Layout;
  const marks = JSON.parse(row[1]) as Record<string, number>;
  return { tableName, layout, marks: layout.columns.map(({ path }) => marks[path] ?? 0), purgedSeq: row[2] };
}

function marksToJson(columns: readonly Column[], marks: Marks): string {
  return JSON.stringify(Object.fromEntries(columns.map(({ path }, at) => [path, marks[at]])));
}

function covers(layout: Layout, wanted: Layout): boolean {
  const both = union(layout, wanted);
  return (
    both.columns.length === layout.columns.length &&
    both.indexes.length === layout.indexes.length &&
    both.protectedBy === layout.protectedBy
  );
}

function union(layout: Layout, wanted: Layout): Layout {
  const paths = new Set(layout.columns.map(({ path }) => path));
  const indexes = new Set(layout.indexes.map(String));
  const protectedBy = wanted.protectedBy ?? layout.protectedBy;
  return {
    columns: [...layout.columns, ...wanted.columns.filter(({ path }) => !paths.has(path))],
    indexes: [...layout.indexes, ...wanted.indexes.filter((index) => !indexes.has(String(index)))],
    ...(protectedBy === undefined ? {} : { protectedBy }),
  };
}

// SQLite converts what it stores by a column's declared type. Only values of that very type are ever put into it.
const DECLARED_TYPE: Readonly<Record<ColumnKind, string>> = {
  text: 'TEXT',
  number: 'REAL',
  boolean: 'INTEGER',
  texts: 'TEXT',
};

function columnDefinition(column: Column, primaryPath: string): string {
  return `${columnName(column.path, primaryPath)} ${DECLARED_TYPE[column.kind]}`;
}

function createTable(statements: Statements, name: string, layout: Layout): void {
  const primaryPath = layout.columns[0]!.path;
  const [id, ...others] = layout.columns.map((column) => columnDefinition(column, primaryPath));
  // A rowid table: without rowid, writing was measured at 42% of the speed. The JSON stands last, so that what is left of it
  // is read without it.
  statements
    .rows(
      `CREATE TABLE ${quoted(name)} (
        ${id} NOT NULL PRIMARY KEY,
        ${others.join(',\n')},
        rev  TEXT NOT NULL,              -- _rev of the document
        seq  INTEGER NOT NULL UNIQUE,    -- of the last write; grows with each, and is never used again
        kept INTEGER NOT NULL,           -- 1: not to be purged (layout, protectedBy)
        json TEXT NOT NULL               -- the document
      )`,
    )
    .run();
  statements
    .rows(`CREATE INDEX ${quoted(`${name}(purge)`)} ON ${quoted(name)} (lwt) WHERE deleted = 1 AND kept = 0`)
    .run();
}

function createIndexes(statements: Statements, name: string, layout: Layout): void {
  const primaryPath = layout.columns[0]!.path;
  for (const index of layout.indexes) {
    const columns = index.map((path) => columnName(path, primaryPath)).join(', ');
    statements
      .rows(`CREATE INDEX IF NOT EXISTS ${quoted(`${name}(${index.join()})`)} ON ${quoted(name)} (${columns})`)
      .run();
  }
}

function fillColumns(
  statements: Statements,
  name: string,
  layout: Layout,
  added: readonly Column[],
  marks: Marks,
): void {
  const primaryPath = layout.columns[0]!.path;
  const first = layout.columns.length - added.length;
  const readers = added.map((column, at) => columnReader(column, first + at));
  const sets = [...added.map(({ path }) => `${columnName(path, primaryPath)} = ?`), 'kept = ?'].join(', ');
  const protects = layout.protectedBy === undefined ? () => false : truthyAt(layout.protectedBy);
  const page = statements.rows<[number, string]>(
    `SELECT rowid, json FROM ${quoted(name)} WHERE rowid > ? ORDER BY rowid LIMIT 1000`,
  );
  const update = statements.rows(`UPDATE ${quoted(name)} SET ${sets} WHERE rowid = ?`);
  for (let rows = page.all(Number.MIN_SAFE_INTEGER); rows.length > 0; rows = page.all(rows.at(-1)![0])) {
    for (const [rowid, json] of rows) {
      const document = JSON.parse(json) as StoredDocument;
      const values: SqlValue[] = readers.map((read) => read(document, marks));
      update.run(...values, protects(document) ? 1 : 0, rowid);
    }
  }
}
