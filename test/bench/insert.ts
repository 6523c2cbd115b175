import type Database from 'better-sqlite3';

import type { SessionRecord } from '../../shared/store/records.ts';
import { recordsFrom } from './documents.ts';
import { collectGarbage, comparisonOf, perOperationUs, type Comparison, type Measure } from './measure.ts';
import { BATCH, copyOf, newPath, openOurs, openRaw } from './stores.ts';

/** Stores are filled until so many sessions were inserted on each side. */
const LEAST_INSERTED = 10_000;

/** Sessions in one round. */
const PART = 1_000;

export const insert: Measure = {
  name: 'insert',
  title: `Bulk insert through RxDB and our storage, in batches of ${BATCH}, every commit synced`,
  rival: 'better-sqlite3, same columns and indexes, same batches',
  unit: '/s',
  note: 'In a small store the first batches count, in which the longer way through RxDB has not been compiled yet.',
  async run(sessions) {
    const comparison = await compareInserts(sessions, async (emptyFile) => {
      const raw = openRaw(copyOf(emptyFile));
      return { insert: rawInsert(raw), close: () => raw.close() };
    });
    return [{ what: 'insert', comparison, goal: { rateAtLeast: 0.85 } }];
  },
};

/** A store, empty when it is opened, that takes batches of documents. */
export interface InsertRival {
  readonly insert: (batch: SessionRecord[]) => unknown;
  readonly close: () => unknown;
}

/** Fills a store of ours and one of the rival's, from empty to so many sessions, in turns. */
export async function compareInserts(
  sessions: number,
  openRival: (emptyFile: string) => Promise<InsertRival>,
): Promise<Comparison> {
  const times: Times = { ours: [], rival: [] };
  await fillBoth(5 * PART, openRival, { ours: [], rival: [] });
  for (let inserted = 0; inserted < LEAST_INSERTED; inserted += sessions) await fillBoth(sessions, openRival, times);
  return comparisonOf(times.ours, times.rival);
}

interface Times {
  ours: number[];
  rival: number[];
}

async function fillBoth(
  sessions: number,
  openRival: (emptyFile: string) => Promise<InsertRival>,
  times: Times,
): Promise<void> {
  const path = newPath('.sqlite');
  await (await openOurs(path)).close();
  const rival = await openRival(path);
  const { store, close } = await openOurs(path);
  const inserts: Record<keyof Times, InsertRival['insert']> = {
    ours: async (batch) => {
      const { error } = await store.collections.sessions.bulkInsert(batch);
      if (error.length > 0) throw new Error(`${error.length} sessions were not inserted`);
    },
    rival: rival.insert,
  };
  for (let first = 0; first < sessions; first += PART) {
    const sides = ['ours', 'rival'] as const;
    for (const side of (first / PART) % 2 === 0 ? sides : sides.toReversed()) {
      // Each side gets documents of its own, as a program would that has just read them from a file.
      const batches = Array.from({ length: PART / BATCH }, (_, at) => recordsFrom(first + at * BATCH, BATCH));
      collectGarbage();
      const timeUs = await perOperationUs(PART, async () => {
        for (const batch of batches) await inserts[side](batch);
      });
      times[side].push(timeUs);
    }
  }
  await rival.close();
  await close();
}

/** Inserts records in one transaction, by a statement written for their table. */
function rawInsert(db: Database.Database): (records: readonly SessionRecord[]) => void {
  let seq = 0;
  const lwt = Date.now();
  const values: Readonly<Record<string, ColumnReader>> = {
    id: (record) => record.key,
    deleted: () => 0,
    lwt: () => lwt,
    rev: () => '1-bench',
    seq: () => ++seq,
    kept: () => 0,
    json: (record) => JSON.stringify({ ...record, _deleted: false, _attachments: {}, _meta: { lwt }, _rev: '1-bench' }),
  };
  const columns = db.prepare<[], string>(`SELECT name FROM pragma_table_info('sessions-v0')`).pluck().all();
  const readers = columns.map((column) => values[column] ?? readerOfPath(column));
  const names = columns.map((column) => `"${column}"`).join(', ');
  const statement = db.prepare(`INSERT INTO "sessions-v0" (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
  return db.transaction((records: readonly SessionRecord[]) => {
    for (const record of records) statement.run(readers.map((read) => read(record)));
  });
}

type ColumnReader = (record: SessionRecord) => unknown;

/** Reads what a column called `$.path` holds. */
function readerOfPath(column: string): ColumnReader {
  const [root, first, second, ...deeper] = column.split('.');
  if (root !== '$' || first === undefined || deeper.length > 0) throw new Error(`Not the column of a path: ${column}`);
  const read: ColumnReader =
    second === undefined ? (record) => member(record, first) : (record) => member(member(record, first), second);
  return (record) => {
    const value = read(record);
    if (typeof value === 'boolean') return Number(value);
    return typeof value === 'object' ? JSON.stringify(value) : (value ?? null);
  };
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}
