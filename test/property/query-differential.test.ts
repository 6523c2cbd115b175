import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { BulkWriteRow, MangoQuery } from 'rxdb';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import type { SqliteStorage } from '../../electron/storage-sqlite/transactional-storage.ts';
import { seededRandom } from '../support/random.ts';
import { openInstance, prepared, state, type AnyDocument, type StoredDocument } from '../support/storage-documents.ts';
import { nextState, randomWorld } from './query-worlds.ts';

/**
 * Both storages hold the same documents and are asked the same; RxDB's memory storage is right by definition.
 * QUERY_SEED=<n> replays one world; QUERY_CASES=<n> asks that many queries instead of the default.
 */
const DEFAULT_CASES = 2_500;
const QUERIES_PER_WORLD = 40;

let folder: string;
let storage: SqliteStorage;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'query-differential-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('every query finds what the memory storage finds, in the same order', { timeout: 3_600_000 }, async () => {
  // A small cache: documents come and go while queries run.
  storage = createSqliteStorage({
    path: join(folder, 'worlds.sqlite'),
    cache: { maxDocuments: 15, maxBytes: 1_000_000 },
  });
  const replayed = process.env['QUERY_SEED'];
  const first = replayed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(replayed);
  const worlds =
    replayed === undefined ? Math.ceil(Number(process.env['QUERY_CASES'] ?? DEFAULT_CASES) / QUERIES_PER_WORLD) : 1;
  let fast = 0;
  let found = 0;
  for (let at = 0; at < worlds; at++) {
    const answers = await compareWorld(first + at);
    fast += answers.fast;
    found += answers.found;
  }
  await storage.close();
  if (replayed !== undefined) return;
  // Otherwise the translation to SQL would not have been put to the test.
  expect(fast).toBeGreaterThan(worlds * QUERIES_PER_WORLD * 0.15);
  expect(found).toBeGreaterThan(worlds * QUERIES_PER_WORLD);
});

async function compareWorld(seed: number): Promise<{ fast: number; found: number }> {
  const random = seededRandom(seed);
  const world = randomWorld(random);
  const ours = await openInstance(storage, world.schema, {
    database: 'ours',
    collection: `world${seed}`,
    options: world.options,
  });
  const memory = await openInstance(getRxStorageMemory(), world.memorySchema);
  const current = new Map<string, StoredDocument>();
  const answers = { fast: 0, found: 0 };

  const write = async (documents: StoredDocument[]): Promise<void> => {
    const rows = documents.map((document): BulkWriteRow<AnyDocument> => {
      const previous = current.get(String(document['id']));
      return previous === undefined ? { document } : { document, previous };
    });
    for (const instance of [ours, memory])
      expect((await instance.bulkWrite(structuredClone(rows), 'test')).error).toEqual([]);
    for (const document of documents) current.set(String(document['id']), document);
  };

  try {
    await write(random.some(world.ids, 0.7).map((id) => state(world.document(id))));
    const asked: MangoQuery<AnyDocument>[] = [];
    for (let at = 0; at < QUERIES_PER_WORLD; at++) {
      if (random.chance(0.2)) {
        const changed = random.some([...current.values()], 0.2).map((document) => nextState(random, world, document));
        const added = random.some(world.ids, 0.05).filter((id) => !current.has(id));
        await write([...changed, ...added.map((id) => state(world.document(id)))]);
      }
      const query = asked.length > 0 && random.chance(0.3) ? random.pick(asked) : world.query([...current.values()]);
      asked.push(query);
      const right = await answer(() => memory.query(prepared(world.memorySchema, query)));
      const given = await answer(() => ours.query(prepared(world.memorySchema, query)));
      if (!isDeepStrictEqual(given, right))
        throw new Error(JSON.stringify({ query, right: keysOf(right), given: keysOf(given) }));
      const { skip: _skip, limit: _limit, ...all } = query;
      const count = await ours.count(prepared(world.memorySchema, all)).catch(() => undefined);
      const rightCount = await memory.count(prepared(world.memorySchema, all)).catch(() => undefined);
      if (count?.count !== rightCount?.count)
        throw new Error(JSON.stringify({ count: all, right: rightCount, given: count }));
      if (count?.mode === 'fast') answers.fast++;
      if (Array.isArray(right)) answers.found += right.length;
    }
    await ours.remove();
    await memory.remove();
    return answers;
  } catch (error) {
    throw new Error(`QUERY_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The documents as JSON, or that the query is refused. */
async function answer(ask: () => Promise<{ documents: unknown[] }>): Promise<AnyDocument[] | 'refused'> {
  try {
    return JSON.parse(JSON.stringify((await ask()).documents)) as AnyDocument[];
  } catch {
    return 'refused';
  }
}

function keysOf(answered: AnyDocument[] | 'refused'): unknown {
  return answered === 'refused' ? answered : answered.map(({ id }) => id);
}
