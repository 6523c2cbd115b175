import { getPrimaryFieldOfPrimaryKey, getSchemaByObjectPath, type RxDocumentData, type RxJsonSchema } from 'rxdb';

import type { SqlValue } from './statements.ts';
import { StorageError } from './storage-error.ts';
import type { SqliteCollectionOptions } from './transactional-storage.ts';
import type { StoredDocument } from './stored-document.ts';

/** What a column holds: text, a number, 0 or 1 for a boolean, or the JSON of an array of text. */
export type ColumnKind = 'text' | 'number' | 'boolean' | 'texts';

/** A path of the documents that has a column of its own. */
export interface Column {
  readonly path: string;
  readonly kind: ColumnKind;
}

/** Which columns and indexes a table has. The first three columns are the primary key, `_deleted` and `_meta.lwt`. */
export interface Layout {
  readonly columns: readonly Column[];
  /** Paths; each has a column. */
  readonly indexes: readonly (readonly string[])[];
  readonly protectedBy?: string;
}

/**
 * What a column is known to hold beyond plain values, as bits. A mark once set stays: it says "may hold".
 * - `wide`: text with a UTF-16 unit above U+D7FF, which SQLite sorts by UTF-8 bytes and JavaScript by units.
 * - `foreign`: a value that SQL would treat unlike JavaScript: of another type than the schema's, under an array, or text
 *   with half a surrogate pair. The column is then of no use for queries.
 * - `null` and `missing`: an explicit null, and no value at all. SQL's NULL stands for both; Mango tells them apart.
 */
export const MARK = { wide: 1, foreign: 2, null: 4, missing: 8 } as const;

/** The marks of a table's columns, by their position. */
export type Marks = number[];

const WIDE_UNIT = /[\uD800-\uFFFF]/;

/**
 * The layout that a schema, as RxDB fills it out, and the collection's options ask for.
 * Left out are the index on `['_meta.lwt', key]`, which serves RxDB's own reading of changes where ours goes by `seq`, and
 * costs a write for each document; that on `['_deleted', key]`, where the primary key's own does; and indexes on paths
 * that the schema does not type.
 * Errors: `invalid` for an option that names a path of no such type.
 */
export function layoutFor(schema: RxJsonSchema<RxDocumentData<unknown>>, options: SqliteCollectionOptions): Layout {
  const primaryPath = getPrimaryFieldOfPrimaryKey(schema.primaryKey) as string;
  const columns = new Map<string, Column>();
  for (const path of [primaryPath, '_deleted', '_meta.lwt'])
    columns.set(path, { path, kind: FIXED_KIND[path] ?? 'text' });
  const indexes = (schema.indexes ?? [])
    .map((index) => [index].flat())
    .filter(
      (index) =>
        !(
          index.length <= 2 &&
          index.at(-1) === primaryPath &&
          ['_deleted', '_meta.lwt', primaryPath].includes(index[0]!)
        ),
    )
    .filter((index) => index.every((path) => columns.has(path) || kindAt(schema, path) !== undefined));
  for (const path of indexes.flat()) {
    const kind = kindAt(schema, path);
    if (kind !== undefined && !columns.has(path)) columns.set(path, { path, kind });
  }
  for (const path of options.columns ?? []) {
    const kind = kindAt(schema, path);
    if (kind === undefined) {
      throw new StorageError(
        'invalid',
        `No column for "${path}": the schema does not type it as text, number, boolean or array of text`,
      );
    }
    if (!columns.has(path)) columns.set(path, { path, kind });
  }
  const { protectedBy } = options;
  return { columns: [...columns.values()], indexes, ...(protectedBy === undefined ? {} : { protectedBy }) };
}

const FIXED_KIND: Readonly<Record<string, ColumnKind>> = { _deleted: 'boolean', '_meta.lwt': 'number' };

function kindAt(schema: RxJsonSchema<RxDocumentData<unknown>>, path: string): ColumnKind | undefined {
  const at: { type?: string | readonly string[]; items?: unknown } | undefined = getSchemaByObjectPath(schema, path);
  const types = [at?.type ?? []].flat().filter((type) => type !== 'null');
  if (types.length !== 1) return undefined;
  switch (types[0]) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return (at?.items as { type?: unknown } | undefined)?.type === 'string' ? 'texts' : undefined;
    default:
      return undefined;
  }
}

/** Reads a column's value out of documents, and notes in `marks`, at its position, what is special about it. */
export type ColumnReader = (document: StoredDocument, marks: Marks) => SqlValue;

/** A reader for the column at this position. */
export function columnReader(column: Column, position: number): ColumnReader {
  const read = pathReader(column.path);
  const encode = ENCODERS[column.kind];
  return (document, marks) => {
    const value = read(document);
    if (value === undefined || value === null) {
      marks[position]! |= value === null ? MARK.null : MARK.missing;
      return null;
    }
    const encoded = encode(value);
    if (encoded === undefined) {
      marks[position]! |= MARK.foreign;
      return null;
    }
    if (typeof encoded === 'string' && WIDE_UNIT.test(encoded)) {
      marks[position]! |= encoded.isWellFormed() ? MARK.wide : MARK.foreign;
    }
    return encoded;
  };
}

/** Tells whether a document has a truthy value at the path; what lies below an array or a scalar counts as such. */
export function truthyAt(path: string): (document: StoredDocument) => boolean {
  const read = pathReader(path);
  return (document) => Boolean(read(document));
}

/** Undefined stands for a value that the column cannot hold. */
const ENCODERS: Readonly<Record<ColumnKind, (value: unknown) => string | number | undefined>> = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  // JSON has no other numbers.
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : undefined),
  texts: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item.isWellFormed())
      ? JSON.stringify(value)
      : undefined,
};

/** Stands for "below an array or a scalar", where Mango and plain reading of a path differ. */
const ELSEWHERE = Symbol('elsewhere');

export function pathReader(path: string): (document: StoredDocument) => unknown {
  const names = path.split('.');
  const [first, second] = names as [string, string | undefined];
  if (second === undefined) return (document) => document[first];
  return (document) => {
    let value: unknown = document;
    for (const name of names) {
      if (value === undefined || value === null) return undefined;
      if (typeof value !== 'object' || Array.isArray(value)) return ELSEWHERE;
      value = (value as Record<string, unknown>)[name];
    }
    return value;
  };
}
