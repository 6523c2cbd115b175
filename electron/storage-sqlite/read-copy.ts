import { reading } from './check-copy.ts';
import { quoted } from './table-layout.ts';

/** What a database file holds, read past RxDB and without opening it as a storage: a collection means its highest schema version. */
export interface CopyReader {
  /** How many documents there are, without the deleted ones. */
  count(collection: string): number;
  /** The revisions of those documents by their ids. */
  revisions(collection: string): Map<string, string>;
  /** The documents, deleted ones too, whose indexed path has this value. */
  documents(collection: string, path: string, value: string | number): unknown[];
}

/**
 * Reads a whole and sound database that nobody writes to, or the one that this process has open; either stays as it is. Throws a `StorageError` for one
 * that cannot be read.
 */
export function readCopy<T>(path: string, work: (reader: CopyReader) => T): T {
  return reading(path, (db) => {
    const tableOf = (collection: string): string => {
      const name = db
        .prepare<[string], string>(
          'SELECT table_name FROM collections WHERE collection = ? AND layout IS NOT NULL ORDER BY version DESC LIMIT 1',
        )
        .pluck()
        .get(collection);
      if (name === undefined) throw new Error(`There is no collection ${collection}.`);
      return quoted(name);
    };
    return work({
      count: (collection) =>
        Number(
          db
            .prepare(`SELECT count(*) FROM ${tableOf(collection)} WHERE deleted = 0`)
            .pluck()
            .get(),
        ),
      revisions: (collection) =>
        new Map(
          db
            .prepare<[], [string, string]>(`SELECT id, rev FROM ${tableOf(collection)} WHERE deleted = 0`)
            .raw()
            .all(),
        ),
      documents: (collection, path, value) =>
        db
          .prepare<[string | number], string>(
            // The indexes begin with `deleted`: named, it lets them be used, and no other document is read.
            `SELECT json FROM ${tableOf(collection)} WHERE deleted IN (0, 1) AND ${quoted(`$.${path}`)} = ?`,
          )
          .pluck()
          .all(value)
          .map((json) => JSON.parse(json) as unknown),
    });
  });
}
