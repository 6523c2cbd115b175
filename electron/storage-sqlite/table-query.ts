import { getQueryMatcher, getSortComparator, type FilledMangoQuery, type RxDocumentData } from 'rxdb';

import type { CollectionTable } from './collection-table.ts';
import { pathReader } from './columns.ts';
import { selectorToSql, sortToSql, type SqlCondition } from './query-to-sql.ts';
import type { SqlValue } from './statements.ts';
import type { StoredDocument } from './stored-document.ts';
import { seqIndex } from './table-layout.ts';
import type { SeqRange, StorageQuery } from './transactional-storage.ts';

type Filled = FilledMangoQuery<unknown>;

/** So many queries are remembered as asked before. */
const RECENT_QUERIES = 64;

/** Documents up to this size are read as many at once as a query finds. */
const LARGE_BYTES = 16 * 1024;

/** Documents that may not all be wanted, and may be large, are read so many at once. */
const SEQS_PER_READ = 50;

/**
 * The documents of a Mango query. SQL narrows them down by what it can decide, and sorts, skips and limits where that is all
 * there is to it; RxDB's own matcher and comparator do the rest, so that both mean the same.
 */
export function queryTable<Doc>(table: CollectionTable, query: StorageQuery<Doc>): RxDocumentData<Doc>[] {
  const documents: RxDocumentData<Doc>[] = [];
  scanTable(table, query, (document) => documents.push(document) > 0);
  return documents;
}

/** Hands over the documents of a query one by one, until `visit` returns false; large ones are not read before their turn. */
export function scanTable<Doc>(
  table: CollectionTable,
  query: StorageQuery<Doc>,
  visit: (document: RxDocumentData<Doc>) => boolean,
): void {
  const filled = fill(table, query);
  const condition = conditionOf(table, filled);
  const order = sortToSql(filled.sort, (path) => table.queryColumn(path));
  const { skip, limit } = filled;
  const end = limit === undefined ? Infinity : skip + limit;
  const give = visit as unknown as Visit;
  if (order === undefined) {
    const matches = residueOf(table, filled, condition);
    const found: StoredDocument[] = [];
    read(table, `WHERE ${condition.sql}`, condition.params, (document) => {
      if (matches(document)) found.push(document);
      return true;
    });
    found.sort(getSortComparator(table.schema, filled)).slice(skip, end).every(give);
  } else if (condition.exact) {
    const clause = `WHERE ${condition.sql} ORDER BY ${order} LIMIT ? OFFSET ?`;
    read(table, clause, [...condition.params, limit ?? -1, skip], give);
  } else {
    const matches = residueOf(table, filled, condition);
    let at = 0;
    const visitMatch: Visit = (document) => !matches(document) || ((at++ < skip || give(document)) && at < end);
    const clause = `WHERE ${condition.sql} ORDER BY ${order}`;
    if (limit === undefined) read(table, clause, condition.params, visitMatch);
    else if (end > 0) readUntil(table, clause, condition.params, visitMatch);
  }
}

/**
 * Hands over the documents whose last writes have numbers in the range, tombstones too, in the order of these, until `visit` returns false.
 */
export function scanChanges<Doc>(
  table: CollectionTable,
  { after, upTo }: SeqRange,
  selector: StorageQuery<Doc>['selector'],
  visit: (document: RxDocumentData<Doc>, seq: number) => boolean,
): void {
  const filled: Filled = { selector, sort: [], skip: 0 };
  const condition = conditionOf(table, filled);
  const matches = residueOf(table, filled, condition);
  // By another index, all that matches would be sorted first, to find the few that are new.
  const select = table.statements.rows<[number, string]>(
    `SELECT seq, json FROM ${table.sql} INDEXED BY ${seqIndex(table.name)}
     WHERE seq > ? AND seq <= ? AND ${condition.sql} ORDER BY seq`,
  );
  for (const [seq, json] of select.iterate(after, upTo ?? Number.MAX_SAFE_INTEGER, ...condition.params)) {
    const document = table.parse(seq, json);
    if (matches(document) && !visit(document as unknown as RxDocumentData<Doc>, seq)) break;
  }
}

/** Hands over the text at a path of each document of a selector, in no order; undefined where there is none. */
export function scanText<Doc>(
  table: CollectionTable,
  selector: StorageQuery<Doc>['selector'],
  path: string,
  visit: (text: string | undefined) => void,
): void {
  const condition = conditionOf(table, fill(table, { selector }));
  const column = table.queryColumn(path);
  if (condition.exact && column?.kind === 'text') {
    const texts = table.statements.values<string | null>(
      `SELECT ${column.sql} FROM ${table.sql} WHERE ${condition.sql}`,
    );
    for (const text of texts.iterate(...condition.params)) visit(text ?? undefined);
    return;
  }
  const read = pathReader(path);
  scanTable<StoredDocument>(table, { selector }, (document) => {
    const text = read(document);
    visit(typeof text === 'string' ? text : undefined);
    return true;
  });
}

/** Returns false if no more is wanted. */
type Visit = (document: StoredDocument) => boolean;

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
function read(table: CollectionTable, clause: string, params: readonly SqlValue[], visit: Visit): void {
  const { statements, sql } = table;
  const timesAsked = countAsked(table.recentQueries, `${clause}\n${JSON.stringify(params)}`);
  if (timesAsked === 1) {
    const values = statements.values<string | number>(`SELECT ${JSON_OR_SEQ} FROM ${sql} ${clause}`).all(...params);
    values.every((value) =>
      visit(typeof value === 'string' ? (JSON.parse(value) as StoredDocument) : one(table, value)),
    );
  } else if (timesAsked === 2) {
    const rows = statements
      .rows<[number, string | number]>(`SELECT seq, ${JSON_OR_SEQ} FROM ${sql} ${clause}`)
      .all(...params);
    rows.every(([seq, value]) => visit(typeof value === 'string' ? table.parseAndKeep(seq, value) : one(table, seq)));
  } else {
    const seqs = statements.values<number>(`SELECT seq FROM ${sql} ${clause}`).all(...params);
    for (let at = 0; at < seqs.length; at += SEQS_PER_READ) {
      if (!table.findBySeq(seqs.slice(at, at + SEQS_PER_READ)).every(visit)) break;
    }
  }
}

/** A document's JSON; of a large one the number. Its length is known without reading it. */
const JSON_OR_SEQ = `iif(octet_length(json) <= ${LARGE_BYTES}, json, seq)`;

function one(table: CollectionTable, seq: number): StoredDocument {
  return table.findBySeq([seq])[0]!;
}

// Where few may match of many, nothing is read ahead.
function readUntil(table: CollectionTable, clause: string, params: readonly SqlValue[], visit: Visit): void {
  const select = table.statements.rows<[number, string]>(`SELECT seq, json FROM ${table.sql} ${clause}`);
  for (const row of select.iterate(...params)) if (!visit(table.parse(...row))) break;
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
