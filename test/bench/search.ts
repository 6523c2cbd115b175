import type Database from 'better-sqlite3';

import { foldText } from '../../shared/base/fold-text.ts';
import type { SessionSearch } from '../../shared/contract/search.ts';
import { seededRandom } from '../support/random.ts';
import {
  dayOf,
  DAYS,
  LARGE_EVENT,
  LARGE_EVENT_SESSIONS,
  SESSION_TRACKS,
  SESSION_TYPES,
  TENANT,
  WORDS,
} from './documents.ts';
import { compare, perOperationUs, type Measure } from './measure.ts';
import { copyOf, filledFile, openOurs, openRaw } from './stores.ts';

/** Searches in a round, all different. */
const SEARCHES = 20;

/** The most that one answer holds. */
const PAGE = 500;

export const search: Measure = {
  name: 'search',
  title: `Search by name, type, track and dates in one event of up to ${LARGE_EVENT_SESSIONS} sessions, through the service`,
  rival: 'better-sqlite3, the fastest of three statements, and JSON.parse',
  unit: 'ms',
  note: 'In a small event the SQL takes 0.2 ms; to check the search and to make SQL of it takes 0.1 ms.',
  async run(sessions) {
    const path = await filledFile(sessions);
    const rawPath = copyOf(path);
    const sql = await fastestStatement(rawPath);
    const raw = openRaw(rawPath);
    const ours = await openOurs(path);
    const askRaw = rawSearch(raw, sql);
    const found: Record<'ours' | 'rival', number[]> = { ours: [], rival: [] };

    // A query that is asked for the first time leaves nothing in the document cache, and each round has questions of its own.
    const comparison = await compare(
      async (round) => {
        found.ours = [];
        const asked = questions(round);
        return await perOperationUs(SEARCHES, async () => {
          for (const question of asked) {
            const { Items } = await ours.api.searchSessions({ tenantId: TENANT, body: toBody(question) });
            found.ours.push(Items.length);
          }
        });
      },
      async (round) => {
        found.rival = [];
        const asked = questions(round);
        return await perOperationUs(SEARCHES, () => {
          for (const question of asked) found.rival.push(askRaw(question).length);
        });
      },
      { rounds: 9, warmUps: 3 },
    );
    raw.close();
    await ours.close();
    if (String(found.ours) !== String(found.rival)) throw new Error('Both did not find as many');
    return [{ what: 'search', comparison, goal: { timeAtMost: 1.5 } }];
  },
};

interface Question {
  name: string;
  typeIds: string[];
  trackIds: string[];
  from: ReturnType<typeof dayOf>;
  to: ReturnType<typeof dayOf>;
}

function toBody({ name, typeIds, trackIds, from, to }: Question): SessionSearch {
  const dates = [from.dates[0], to.dates[1]];
  return {
    event_id: LARGE_EVENT,
    name,
    type_id: typeIds,
    track_ids: trackIds,
    start_date: dates,
    end_date: dates,
  };
}

/** What is asked in a round: of 25,000 sessions, some fifty are found. */
function questions(round: number): Question[] {
  const random = seededRandom(round + 1);
  return Array.from({ length: SEARCHES }, () => {
    const day = random.below(DAYS - 2);
    return {
      name: random.pick(WORDS).slice(0, 5),
      typeIds: [random.pick(SESSION_TYPES.slice(0, 2)), random.pick(SESSION_TYPES.slice(2))],
      trackIds: SESSION_TRACKS.slice(random.below(4) * 5).slice(0, 5),
      from: dayOf(day),
      to: dayOf(day + 2),
    };
  });
}

/** The search by hand, once for each index that can serve it, and once as SQLite chooses. */
const STATEMENTS: readonly string[] = [
  '',
  'INDEXED BY "sessions-v0(_deleted,tenant_id,event_id,start_ms,key)"',
  'INDEXED BY "sessions-v0(_deleted,tenant_id,event_id,key)"',
].map(
  (index) =>
    `SELECT json FROM "sessions-v0" ${index}
     WHERE deleted = 0 AND "$.tenant_id" = :tenant AND "$.event_id" = :event
       AND "$.start_ms" BETWEEN :from AND :to AND "$.end_ms" BETWEEN :from AND :to
       AND instr("$.name_folded", :name) > 0
       AND "$.session.type_id" IN (SELECT value FROM json_each(:types))
       AND EXISTS (
         SELECT 1 FROM json_each("$.session.track_ids") AS t WHERE t.value IN (SELECT value FROM json_each(:tracks)))
     ORDER BY id LIMIT ${PAGE}`,
);

function rawSearch(db: Database.Database, sql: string): (question: Question) => unknown[] {
  const select = db.prepare<[Record<string, string | number>], string>(sql).pluck();
  return ({ name, typeIds, trackIds, from, to }) =>
    select
      .all({
        tenant: TENANT,
        event: LARGE_EVENT,
        from: from.ms[0],
        to: to.ms[1],
        name: foldText(name),
        types: JSON.stringify(typeIds),
        tracks: JSON.stringify(trackIds),
      })
      .map((json): unknown => JSON.parse(json));
}

async function fastestStatement(path: string): Promise<string> {
  const raw = openRaw(path);
  const timesUs = new Map<string, number>();
  for (const sql of [...STATEMENTS, ...STATEMENTS]) {
    const ask = rawSearch(raw, sql);
    timesUs.set(sql, await perOperationUs(SEARCHES, () => questions(0).forEach(ask)));
  }
  raw.close();
  const [[fastest] = ['']] = [...timesUs].sort(([, a], [, b]) => a - b);
  return fastest;
}
