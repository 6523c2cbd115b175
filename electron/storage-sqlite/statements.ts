import type Database from 'better-sqlite3';

/** What a statement takes and gives. */
export type SqlValue = string | number | Buffer | null;

/** How rows are given: as arrays of values, or as the first value alone. */
type Shape = 'rows' | 'values';

/**
 * The prepared statements of a connection, by their text; the least recently used one is dropped beyond the bound.
 * Rows are arrays, because objects cost their member names again for each row.
 */
export class Statements {
  readonly #db: Database.Database;
  readonly #capacity: number;
  readonly #prepared = new Map<string, Database.Statement<SqlValue[]>>();

  constructor(db: Database.Database, capacity = 256) {
    this.#db = db;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#prepared.size;
  }

  /** A statement whose rows are arrays; also for those without rows. */
  rows<Row extends SqlValue[]>(sql: string): Database.Statement<SqlValue[], Row> {
    return this.#prepare(sql, 'rows') as Database.Statement<SqlValue[], Row>;
  }

  /** A statement whose rows are their first column. */
  values<Value extends SqlValue>(sql: string): Database.Statement<SqlValue[], Value> {
    return this.#prepare(sql, 'values') as Database.Statement<SqlValue[], Value>;
  }

  /** Runs a pragma to its end; gives its first value. */
  pragma(source: string): unknown {
    return this.#db.pragma(source, { simple: true });
  }

  #prepare(sql: string, shape: Shape): Database.Statement<SqlValue[]> {
    const key = shape === 'rows' ? sql : `values:${sql}`;
    let statement = this.#prepared.get(key);
    if (statement === undefined) {
      statement = this.#db.prepare<SqlValue[]>(sql);
      if (statement.reader) statement = shape === 'rows' ? statement.raw(true) : statement.pluck(true);
      const oldest = this.#prepared.keys().next();
      if (this.#prepared.size >= this.#capacity && !oldest.done) this.#prepared.delete(oldest.value);
    } else {
      this.#prepared.delete(key);
    }
    this.#prepared.set(key, statement);
    return statement;
  }
}
