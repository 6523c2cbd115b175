import type { MangoQuery } from 'rxdb';

import type { Random } from '../support/random.ts';
import {
  filledSchema,
  state,
  type AnyDocument,
  type AnySchema,
  type StoredDocument,
} from '../support/storage-documents.ts';

type Kind = 'text' | 'number' | 'boolean' | 'texts' | 'open';

interface Path {
  path: string;
  kind: Kind;
}

const PATHS: readonly Path[] = [
  { path: 'text', kind: 'text' },
  { path: 'label', kind: 'text' },
  { path: 'count', kind: 'number' },
  { path: 'size', kind: 'number' },
  { path: 'flag', kind: 'boolean' },
  { path: 'in.text', kind: 'text' },
  { path: 'in.count', kind: 'number' },
  { path: 'in.deep.flag', kind: 'boolean' },
  { path: 'tags', kind: 'texts' },
  { path: 'in.tags', kind: 'texts' },
  { path: 'open', kind: 'open' },
];

/**
 * Documents of one collection and queries of them.
 * A tidy world keeps what RxDB demands of indexed fields: always there, of the schema's type and range. In a wild one anything may
 * be missing, null, or of another type; there the memory storage is only right without indexes on such fields, for it keys them by
 * text in which a missing number is 0 and a short text is padded with blanks. So it gets the schema without them.
 */
export interface World {
  readonly schema: AnySchema;
  readonly memorySchema: AnySchema;
  readonly options: { columns: string[] };
  document(id: string): AnyDocument;
  ids: readonly string[];
  query(documents: readonly StoredDocument[]): MangoQuery<AnyDocument>;
}

const TIDY_TEXTS = [
  'a',
  'b',
  'B',
  'ab',
  'abc',
  'b c',
  'é',
  '5',
  '%',
  "it's",
  '"',
  '.*',
  'z\uD7FF',
  '\uE000',
  '\uFFFD',
  '😀',
  'a😀',
  '𐀀',
  'a\uE000',
];
const WILD_TEXTS = [
  ...TIDY_TEXTS,
  '',
  ' ',
  'a ',
  'a\u0000',
  'a\u0000b',
  '\u0000',
  '\t',
  '\uFFFF',
  'a\uFFFF',
  '\uD800',
  'a\uDC00',
  '\uDE00\uD83D',
  'null',
  '[]',
  '["a"]',
];
const TIDY_NUMBERS = [-1000, -2.5, -1, 0, 0.25, 0.5, 1, 2, 2.25, 3, 10, 999.75];
const WILD_NUMBERS = [
  ...TIDY_NUMBERS,
  -0,
  0.1,
  0.1 + 0.2,
  1e21,
  1e300,
  -1e300,
  5e-324,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 60,
  2 ** 63,
  -(2 ** 63),
  1 / 3,
];
const IDS = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  'g',
  'h',
  'B',
  'k1',
  'k10',
  'k2',
  'é',
  '\uD7FF',
  '\uE000',
  '😀',
  '😀a',
  '\uE000b',
  'x😀',
  'x\uE000',
  'm',
  'n',
  'o',
  'p',
];

export function randomWorld(random: Random): World {
  const wild = random.chance(0.6);
  const texts = wild ? WILD_TEXTS : TIDY_TEXTS;
  // Few in a world, so that documents and queries often mean the same one.
  const numbers = [1, ...random.some(wild ? WILD_NUMBERS : TIDY_NUMBERS, 0.3)];
  // How often a value is not of its type, and how often text is wide, differ by world: most columns are unmarked in most worlds.
  const oddity = wild ? random.pick([0, 0, 0.02, 0.2]) : 0;
  const partOddity = wild ? random.pick([0, 0.1]) : 0;
  const kept = random.pick([isNarrow, (text: string) => text.isWellFormed(), () => true]);
  const plainTexts = ['a', ...random.some(texts.filter(kept), 0.4)];
  const ids = random.chance(0.4) ? IDS : IDS.filter(isNarrow);
  const withObjects = wild && random.chance(0.3);
  const oddParts = random.pick<(part: () => AnyDocument) => unknown>([
    (part) => [part()],
    (part) => random.pick<unknown>([[part(), part()], []]),
    () => random.pick<unknown>(['a', 3]),
    () => null,
  ]);

  const scalars = PATHS.filter(({ kind }) => kind !== 'texts' && kind !== 'open').map(({ path }) => path);
  const indexes = Array.from({ length: random.below(4) }, () => random.some(scalars, 0.3)).filter(
    (index) => index.length > 0,
  );
  const required = wild ? [] : ['text', 'label', 'count', 'size', 'flag', 'in'];
  const base = {
    version: 0,
    type: 'object',
    primaryKey: 'id',
    properties: {
      id: { type: 'string', maxLength: 20 },
      text: { type: 'string', maxLength: 20 },
      label: { type: ['string', 'null'], maxLength: 20 },
      count: NUMBER,
      size: { ...NUMBER, type: 'number' },
      flag: { type: 'boolean' },
      in: {
        type: 'object',
        properties: {
          text: { type: 'string', maxLength: 20 },
          count: NUMBER,
          deep: { type: 'object', properties: { flag: { type: 'boolean' } } },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
      tags: { type: 'array', items: { type: 'string' } },
      open: {},
    },
    required: ['id', ...required],
  };
  // The memory storage knows no index on a field of two types.
  const usable = indexes
    .map((index) => index.filter((path) => wild || path !== 'label'))
    .filter((index) => index.length > 0);
  const schema = filledSchema({ ...base, indexes: usable });

  const value = (kind: Kind): unknown => {
    switch (kind) {
      case 'text':
        return random.pick(plainTexts);
      case 'number':
        return random.pick(numbers);
      case 'boolean':
        return random.chance(0.5);
      case 'texts':
        return Array.from({ length: random.below(4) }, () => random.pick(plainTexts));
      default:
        return random.pick<unknown>([
          1,
          'a',
          null,
          true,
          [],
          ['a'],
          [1, 'b'],
          { x: 1 },
          { x: 'a' },
          [{ x: 1 }, { x: 2 }],
          { x: [1, 2] },
        ]);
    }
  };
  const odd = (): unknown =>
    random.pick<unknown>([
      'a',
      5,
      true,
      ...(withObjects ? [{}, { text: 'a' }, [], ['a'], [5], ['a', null], [['a']]] : []),
    ]);

  const put = (target: AnyDocument, name: string, kind: Kind): void => {
    if (wild) {
      if (random.chance(0.15)) return;
      if (random.chance(0.05)) {
        target[name] = null;
        return;
      }
      if (random.chance(oddity)) {
        target[name] = odd();
        return;
      }
    }
    target[name] = value(kind);
  };

  const document = (id: string): AnyDocument => {
    const made: AnyDocument = { id };
    put(made, 'text', 'text');
    put(made, 'label', 'text');
    put(made, 'count', 'number');
    put(made, 'size', 'number');
    put(made, 'flag', 'boolean');
    if (random.chance(0.8)) put(made, 'tags', 'texts');
    if (random.chance(0.5)) made['open'] = value('open');
    const inner = (): AnyDocument => {
      const part: AnyDocument = {};
      put(part, 'text', 'text');
      put(part, 'count', 'number');
      put(part, 'tags', 'texts');
      const deep: AnyDocument = {};
      put(deep, 'flag', 'boolean');
      if (!wild || random.chance(0.9)) part['deep'] = deep;
      return part;
    };
    if (!wild || random.chance(0.85)) made['in'] = inner();
    if (random.chance(partOddity)) made['in'] = oddParts(inner);
    return made;
  };

  const operand = (path: Path, documents: readonly StoredDocument[]): unknown => {
    if (wild && random.chance(0.1)) return random.pick<unknown>([null, 'a', 5, true, false, {}, [], ['a']]);
    if (documents.length > 0 && random.chance(0.5)) {
      const there = path.path
        .split('.')
        .reduce<unknown>((at, name) => (at as AnyDocument | undefined)?.[name], random.pick(documents));
      if (there !== undefined && (wild || typeof there !== 'object')) return there;
    }
    if (path.kind !== 'text' && path.kind !== 'texts') return value(path.kind);
    return random.pick(random.chance(0.3) ? texts : plainTexts);
  };

  const condition = (path: Path, documents: readonly StoredDocument[], depth: number): unknown => {
    const one = (): unknown => operand(path, documents);
    const list = (): unknown[] => Array.from({ length: random.below(5) }, one);
    const range = random.pick(['$gt', '$gte', '$lt', '$lte']);
    const choices: (() => unknown)[] = [
      () => ({ $eq: one() }),
      () => one(),
      () => ({ $ne: one() }),
      () => ({ [range]: one() }),
      () => ({ $gte: one(), $lt: one() }),
      () => ({ $gt: one(), $lte: one() }),
      () => ({ $in: list() }),
      () => ({ $nin: list() }),
      () => ({ $exists: random.chance(0.5) }),
      () => ({ $regex: literal(random.pick(random.chance(0.3) ? texts : plainTexts)) }),
      () => ({
        $regex: random.pick(['a', '^a', 'b$', '[ab]', '.', 'a|b', '\\.\\*']),
        ...(random.chance(0.3) ? { $options: 'i' } : {}),
      }),
      () => ({ $size: random.below(3) }),
      () => ({ $type: random.pick(['string', 'number', 'null', 'array', 'boolean']) }),
      () => ({ $elemMatch: { $eq: one() } }),
      () => ({ $elemMatch: { $in: list() } }),
    ];
    // Where an index covers the field, the memory storage takes {} for any value and null for false, and so not as mingo does.
    if (wild) {
      choices.push(
        () => ({}),
        () => ({ $eq: null }),
        () => ({ $ne: null }),
        () => ({ $in: [null, one()] }),
        () => ({ $nin: [null, one()] }),
      );
    }
    if (depth > 0) choices.push(() => ({ $not: condition(path, documents, 0) }));
    return random.pick(choices)();
  };

  const selector = (documents: readonly StoredDocument[], depth: number): AnyDocument => {
    const made: AnyDocument = {};
    for (const path of random.some(PATHS, depth > 1 ? 0.15 : 0.12)) made[path.path] = condition(path, documents, depth);
    if (random.chance(0.05))
      made['id'] = random.pick<unknown>([
        { $in: random.some(ids, 0.3) },
        { $gt: random.pick(ids) },
        random.pick(ids),
        { $lte: random.pick(ids) },
      ]);
    if (depth > 0 && random.chance(0.3)) {
      const parts = Array.from({ length: 1 + random.below(3) }, () => selector(documents, depth - 1));
      made[random.pick(['$and', '$or', '$or', '$nor'])] = parts;
    }
    return made;
  };

  const sortable = PATHS.filter(({ kind }) => kind !== 'open' && kind !== 'texts').map(({ path }) => path);
  return {
    schema,
    memorySchema: wild ? filledSchema({ ...base, indexes: [] }) : schema,
    options: {
      columns: random.some(
        PATHS.filter(({ kind }) => kind !== 'open').map(({ path }) => path),
        0.5,
      ),
    },
    ids,
    document,
    query(documents) {
      const made = selector(documents, 2);
      if (random.chance(0.85)) made['_deleted'] = { $eq: false };
      // RxDB's comparator is no total order over objects and arrays: what comes out would depend on what went in first.
      const by = withObjects ? [] : random.some(sortable, 0.15).filter((path) => !isNullFlag(path, made[path]));
      const sort = [...by, ...(random.chance(0.3) ? ['id'] : [])].map((path) => ({
        [path]: random.pick(['asc', 'desc']),
      }));
      return {
        selector: made,
        ...(sort.length > 0 ? { sort } : { sort: [{ id: 'asc' }] }),
        ...(random.chance(0.3) ? { skip: random.below(5) } : {}),
        ...(random.chance(0.4) ? { limit: random.below(8) } : {}),
      } as MangoQuery<AnyDocument>;
    },
  };
}

const NUMBER = { type: 'number', minimum: -1000, maximum: 1000, multipleOf: 0.01 } as const;

function isNarrow(text: string): boolean {
  return !/[\uD800-\uFFFF]/.test(text);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

// RxDB's planner takes a boolean that equals something for the same in all documents found, and does not sort by it; but null equals
// what is missing, too, and they do sort apart.
function isNullFlag(path: string, condition: unknown): boolean {
  if (!path.endsWith('flag')) return false;
  return condition === null || (typeof condition === 'object' && '$eq' in condition && condition.$eq === null);
}

/** A document's next state: changed, deleted, or brought back. */
export function nextState(random: Random, world: World, before: StoredDocument): StoredDocument {
  const revision = Number.parseInt(before._rev, 10) + 1;
  const id = String(before['id']);
  if (!before._deleted && random.chance(0.3)) return { ...state({ id }, revision), _deleted: true };
  // Often the indexed members stay: the storage then leaves their indexes alone.
  const members = before._deleted || random.chance(0.6) ? world.document(id) : { ...before, open: random.below(5) };
  return state({ ...members, _deleted: false, _rev: `${revision}-token`, _meta: { lwt: 1_000 + revision } }, revision);
}
