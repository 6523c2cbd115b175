import type { ColumnKind } from './columns.ts';
import type { SqlValue } from './statements.ts';

/** A column as far as queries care: its name in SQL, and what it may hold (`columns.ts`, `MARK`). */
export interface QueryColumn {
  readonly sql: string;
  readonly kind: ColumnKind;
  readonly wide: boolean;
  readonly holdsNull: boolean;
  readonly holdsMissing: boolean;
}

/** The column of a path, if it has one that queries may rely on. */
export type ColumnLookup = (path: string) => QueryColumn | undefined;

/** A condition that every matching document meets; if `exact`, no other does. */
export interface SqlCondition {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  readonly exact: boolean;
}

/** Says nothing: what SQL cannot decide is left to RxDB's own matcher. */
const UNDECIDED: SqlCondition = { sql: '1', params: [], exact: false };
const ALWAYS: SqlCondition = { sql: '1', params: [], exact: true };
const NEVER: SqlCondition = { sql: '0', params: [], exact: true };

/** SQLite refuses expressions deeper than 1,000; far longer selectors than people write stay below this. */
const MAX_CONDITIONS = 300;

/** Values of `$in` that JSON cannot carry exactly become parameters, up to so many. */
const MAX_PARAMETERS_OF_IN = 50;

/**
 * A Mango selector as SQL over the columns, with the meaning that mingo, RxDB's matcher, gives it: a condition on a column
 * holds for a value of the schema's type, and null equals what is missing. Whatever is not certain to mean the same is left undecided.
 */
export function selectorToSql(selector: unknown, columnOf: ColumnLookup): SqlCondition {
  return new Translation(columnOf).selector(selector);
}

/** `ORDER BY` terms that sort as RxDB's comparator does, or undefined where SQL cannot. */
export function sortToSql(sort: readonly object[], columnOf: ColumnLookup): string | undefined {
  const terms: string[] = [];
  for (const part of sort) {
    const [[path, direction] = []] = Object.entries(part) as [string, string][];
    const column = path === undefined ? undefined : columnOf(path);
    if (column === undefined || column.kind === 'texts' || column.wide) return undefined;
    // Mango sorts what is missing before null; in SQL they are equal.
    if (column.holdsNull && column.holdsMissing) return undefined;
    terms.push(`${column.sql} ${direction === 'asc' ? 'ASC' : 'DESC'}`);
  }
  return terms.join(', ');
}

class Translation {
  readonly #columnOf: ColumnLookup;
  #left = MAX_CONDITIONS;

  constructor(columnOf: ColumnLookup) {
    this.#columnOf = columnOf;
  }

  selector(selector: unknown): SqlCondition {
    if (!isPlainObject(selector)) return UNDECIDED;
    return and(Object.entries(selector).map(([name, value]) => this.#member(name, value)));
  }

  #member(name: string, value: unknown): SqlCondition {
    if (!name.startsWith('$')) {
      const column = this.#columnOf(name);
      return column === undefined ? UNDECIDED : this.#field(column, value);
    }
    if (!Array.isArray(value) || value.length === 0) return UNDECIDED;
    const parts = value.map((part) => this.selector(part));
    switch (name) {
      case '$and':
        return and(parts);
      case '$or':
        return or(parts);
      case '$nor':
        return not(or(parts));
      default:
        return UNDECIDED;
    }
  }

  #field(column: QueryColumn, matcher: unknown): SqlCondition {
    if (--this.#left < 0) return UNDECIDED;
    if (matcher === null || typeof matcher !== 'object') return equals(column, matcher);
    if (matcher instanceof RegExp) return containsText(column, matcher, undefined);
    if (!isPlainObject(matcher)) return UNDECIDED;
    const operators = Object.entries(matcher);
    // Without an operator, and so for {}, an equal object is meant.
    if (operators.length === 0 || !operators.every(([name]) => name.startsWith('$'))) return UNDECIDED;
    return and(
      operators
        .filter(([name]) => name !== '$options' || !('$regex' in matcher))
        .map(([name, value]) => {
          if (name === '$regex') return containsText(column, value, matcher['$options']);
          if (name === '$not') return not(this.#field(column, value));
          return operatorToSql(column, name, value);
        }),
    );
  }
}

function operatorToSql(column: QueryColumn, operator: string, value: unknown): SqlCondition {
  switch (operator) {
    case '$eq':
      return equals(column, value);
    case '$ne':
      return not(equals(column, value));
    case '$in':
      return isIn(column, value);
    case '$nin':
      return not(isIn(column, value));
    case '$gt':
      return compares(column, '>', value);
    case '$gte':
      return compares(column, '>=', value);
    case '$lt':
      return compares(column, '<', value);
    case '$lte':
      return compares(column, '<=', value);
    case '$exists':
      return exists(column, Boolean(value));
    case '$elemMatch':
      return hasElement(column, value);
    default:
      return UNDECIDED;
  }
}

function equals(column: QueryColumn, value: unknown): SqlCondition {
  if (value === null || value === undefined) return exact(`${column.sql} IS NULL`);
  if (typeof value === 'object' || !isScalar(value)) return UNDECIDED;
  return anyOf(column, [value]);
}

function isIn(column: QueryColumn, values: unknown): SqlCondition {
  if (!Array.isArray(values) || values.some((value) => value instanceof RegExp)) return UNDECIDED;
  const among = anyOf(column, values);
  return values.includes(null) ? or([among, exact(`${column.sql} IS NULL`)]) : among;
}

// Of the values, those of another type than the column's, objects and arrays among them, equal nothing that it holds.
function anyOf(column: QueryColumn, values: readonly unknown[]): SqlCondition {
  if (column.kind === 'text' || column.kind === 'texts') {
    const texts = values.filter((value) => typeof value === 'string').filter((text) => text.isWellFormed());
    if (column.kind === 'text') return oneOrMany(column.sql, texts, () => true);
    const inner = oneOrMany('value', texts, () => true);
    return inner === NEVER
      ? NEVER
      : exact(`EXISTS (SELECT 1 FROM json_each(${column.sql}) WHERE ${inner.sql})`, ...inner.params);
  }
  if (column.kind === 'boolean') {
    const bits = values.filter((value) => typeof value === 'boolean').map(Number);
    return oneOrMany(column.sql, bits, () => true);
  }
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.some(Number.isNaN)) return UNDECIDED;
  // SQLite reads other numbers' decimal form, in JSON, as an integer of 64 bits or with its own rounding.
  return oneOrMany(column.sql, numbers, Number.isSafeInteger);
}

// One JSON parameter for any number of values keeps the text of the statement the same.
function oneOrMany<Value extends string | number>(
  sql: string,
  values: readonly Value[],
  fitsJson: (value: Value) => boolean,
): SqlCondition {
  if (values.length === 0) return NEVER;
  if (values.length === 1) return exact(`${sql} = ?`, values[0]!);
  if (values.every(fitsJson)) return exact(`${sql} IN (SELECT value FROM json_each(?))`, JSON.stringify(values));
  if (values.length > MAX_PARAMETERS_OF_IN) return UNDECIDED;
  return exact(`${sql} IN (${values.map(() => '?').join(', ')})`, ...values);
}

function compares(column: QueryColumn, operator: string, value: unknown): SqlCondition {
  if (!isScalar(value) || column.kind === 'texts' || Number.isNaN(value)) return UNDECIDED;
  switch (column.kind) {
    case 'text':
      if (typeof value !== 'string') return NEVER;
      // UTF-8 and UTF-16 order two texts alike unless, where they first differ, both have a unit above U+D7FF. Half of a surrogate
      // pair is above it, too, as is U+FFFD, which SQLite gets instead.
      if (column.wide && /[\uD800-\uFFFF]/.test(value)) return UNDECIDED;
      return exact(`${column.sql} ${operator} ?`, value);
    case 'number':
      return typeof value === 'number' ? exact(`${column.sql} ${operator} ?`, value) : NEVER;
    case 'boolean':
      return typeof value === 'boolean' ? exact(`${column.sql} ${operator} ?`, Number(value)) : NEVER;
    default:
      return UNDECIDED;
  }
}

function exists(column: QueryColumn, wanted: boolean): SqlCondition {
  if (!column.holdsNull) return exact(`${column.sql} IS ${wanted ? 'NOT ' : ''}NULL`);
  if (!column.holdsMissing) return wanted ? ALWAYS : NEVER;
  return UNDECIDED;
}

function hasElement(column: QueryColumn, criteria: unknown): SqlCondition {
  if (column.kind !== 'texts' || !isPlainObject(criteria)) return UNDECIDED;
  const operators = Object.entries(criteria);
  const [[operator, value] = []] = operators;
  if (operators.length !== 1) return UNDECIDED;
  if (operator === '$eq' && typeof value === 'string') return anyOf(column, [value]);
  if (operator === '$in' && Array.isArray(value) && !value.some((item) => item instanceof RegExp))
    return anyOf(column, value);
  return UNDECIDED;
}

function containsText(column: QueryColumn, pattern: unknown, options: unknown): SqlCondition {
  if (column.kind === 'texts' || (options !== undefined && options !== '')) return UNDECIDED;
  let source = pattern;
  if (pattern instanceof RegExp) {
    if (pattern.flags !== '') return UNDECIDED;
    ({ source } = pattern);
  }
  const text = typeof source === 'string' ? literalText(source) : undefined;
  if (text === undefined || !text.isWellFormed()) return UNDECIDED;
  return column.kind === 'text' ? exact(`instr(${column.sql}, ?) > 0`, text) : NEVER;
}

const CONTROL_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: '\v', f: '\f' };

/** The text that a regular expression without flags stands for, if it is nothing but text, escaped by hand or by `RegExp.escape`. */
function literalText(source: string): string | undefined {
  const piece = /\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([nrtvf])|\\([^A-Za-z0-9_])|([^\\^$.*+?()[\]{}|])|[^]/gu;
  let text = '';
  for (const [, byte, unit, control, escaped, plain] of source.matchAll(piece)) {
    const hex = byte ?? unit;
    const next =
      hex === undefined
        ? control === undefined
          ? (escaped ?? plain)
          : CONTROL_ESCAPES[control]
        : String.fromCharCode(Number.parseInt(hex, 16));
    if (next === undefined) return undefined;
    text += next;
  }
  return text;
}

function exact(sql: string, ...params: SqlValue[]): SqlCondition {
  return { sql, params, exact: true };
}

function and(parts: readonly SqlCondition[]): SqlCondition {
  const telling = parts.filter(({ sql }) => sql !== '1');
  return {
    sql: telling.length === 0 ? '1' : telling.map(({ sql }) => `(${sql})`).join(' AND '),
    params: telling.flatMap(({ params }) => params),
    exact: parts.every((part) => part.exact),
  };
}

function or(parts: readonly SqlCondition[]): SqlCondition {
  const open = parts.filter(({ sql }) => sql === '1');
  if (open.length > 0) return open.some((part) => part.exact) ? ALWAYS : UNDECIDED;
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(' OR '),
    params: parts.flatMap(({ params }) => params),
    exact: parts.every((part) => part.exact),
  };
}

// What is only known to hold for all matches says nothing about the rest.
function not(part: SqlCondition): SqlCondition {
  return part.exact ? { ...part, sql: `(${part.sql}) IS NOT TRUE` } : UNDECIDED;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
