import { getQueryMatcher, getSortComparator, type FilledMangoQuery, type RxDocumentData } from 'rxdb';

import type { CollectionTable } from './collection-table.ts';
import { selectorToSql, sortToSql, type SqlCondition } from './query-to-sql.ts';
import type { SqlValue } from './statements.ts';
import type { StoredDocument } from './stored-document.ts';
import type { StorageQuery } from './transactional-storage.ts';

type Filled = FilledMangoQuery<unknown>;

/** So many queries are remembered as asked before. */
const RECENT_QUERIES = 64;

/**
 * The documents of a Mango query. SQL narrows them down by what it can decide, and sorts, skips and limits where that is all
 * there is to it; RxDB's own matcher and comparator do the rest, so that both mean the same.
 */
export function queryTable<Doc>(table: CollectionTable, query: StorageQuery<Doc>): RxDocumentData<Doc>[] {
  const filled = fill(table, query);
  const condition = conditionOf(table, filled);
  const order = sortToSql(filled.sort, (path) => table.queryColumn(path));
  const skip = filled.skip;
  const end = filled.limit === undefined ? undefined : skip + filled.limit;
  let documents: StoredDocument[];
  if (order === undefined) {
    documents = read(table, `WHERE ${condition.sql}`, condition.params)
      .filter(residueOf(table, filled, condition))
      .sort(getSortComparator(table.schema, filled))
      .slice(skip, end);
  } else if (condition.exact) {
    const clause = `WHERE ${condition.sql} ORDER BY ${order} LIMIT ? OFFSET ?`;
    documents = read(table, clause, [...condition.params, filled.limit ?? -1, skip]);
  } else {
    documents = readUntil(
      table,
      `WHERE ${condition.sql} ORDER BY ${order}`,
      condition.params,
      residueOf(table, filled, condition),
      end,
    ).slice(skip);
  }
  return documents as unknown as RxDocumentData<Doc>[];
}

/** How many documents the query finds; `fast` if no document had to be read for it. */
export function countTable<Doc>(
  table: CollectionTable,
  query: StorageQuery<Doc>,
): { count: number; mode: 'fast' | 'slow' } {
  const filled = fill(table, query);
  const condition = conditionOf(table, filled);
  if (!condition.exact) return { count: queryTable(table, query).length, mode: 'slow' };
  const sql = `SELECT count(*) FROM ${table.sql} WHERE ${condition.sql}`;
  const matching = table.statements.values<number>(sql).get(...condition.params) ?? 0;
  return { count: Math.min(Math.max(matching - filled.skip, 0), filled.limit ?? Infinity), mode: 'fast' };
}

function fill(table: CollectionTable, query: StorageQuery<never>): Filled {
  const sort = [...(query.sort ?? [])] as Filled['sort'];
  if (!sort.some((part) => table.primaryPath in part)) sort.push({ [table.primaryPath]: 'asc' });
  const limit = typeof query.limit === 'number' ? { limit: query.limit } : {};
  return { selector: query.selector, sort, skip: query.skip ?? 0, ...limit };
}

function conditionOf(table: CollectionTable, query: Filled): SqlCondition {
  return selectorToSql(query.selector, (path) => table.queryColumn(path));
}

function residueOf(
  table: CollectionTable,
  query: Filled,
  condition: SqlCondition,
): (document: StoredDocument) => boolean {
  if (condition.exact) return () => true;
  return getQueryMatcher(table.schema, query);
}

// What is asked a second time is likely to be asked again, as live queries are: its documents are kept, and from the third time on
// their numbers are all that is read, but for those that have changed. Not at once: the garbage collector has to move what is
// kept, which was measured to cost half as much as reading it.
function read(table: CollectionTable, clause: string, params: readonly SqlValue[]): StoredDocument[] {
  const { statements, sql } = table;
  const timesAsked = countAsked(table.recentQueries, `${clause}\n${JSON.stringify(params)}`);
  if (timesAsked === 1) {
    const texts = statements.values<string>(`SELECT json FROM ${sql} ${clause}`).all(...params);
    return texts.map((json) => JSON.parse(json) as StoredDocument);
  }
  if (timesAsked === 2) {
    const rows = statements.rows<[number, string]>(`SELECT seq, json FROM ${sql} ${clause}`).all(...params);
    return rows.map((row) => table.parseAndKeep(...row));
  }
  return table.findBySeq(statements.values<number>(`SELECT seq FROM ${sql} ${clause}`).all(...params));
}

function readUntil(
  table: CollectionTable,
  clause: string,
  params: readonly SqlValue[],
  matches: (document: StoredDocument) => boolean,
  end: number | undefined,
): StoredDocument[] {
  if (end === undefined) return read(table, clause, params).filter(matches);
  const found: StoredDocument[] = [];
  if (end === 0) return found;
  const rows = table.statements
    .rows<[number, string]>(`SELECT seq, json FROM ${table.sql} ${clause}`)
    .iterate(...params);
  for (const row of rows) {
    const document = table.parse(...row);
    if (matches(document) && found.push(document) >= end) break;
  }
  return found;
}

function countAsked(recentQueries: Map<string, number>, query: string): number {
  const times = (recentQueries.get(query) ?? 0) + 1;
  recentQueries.delete(query);
  recentQueries.set(query, times);
  for (const oldest of recentQueries.keys()) {
    if (recentQueries.size <= RECENT_QUERIES) break;
    recentQueries.delete(oldest);
  }
  return times;
}
