import type Database from 'better-sqlite3';

import { createPageKeys } from '../../shared/service/page-key.ts';
import { recordKey } from '../../shared/store/records.ts';
import { idOf, LARGE_EVENT, LARGE_EVENT_SESSIONS, someNumbers, TENANT } from './documents.ts';
import { compare, perOperationUs, type Measure } from './measure.ts';
import { copyOf, filledFile, openOurs, openRaw, type Ours } from './stores.ts';

const PAGE = 500;

/** Pages in a round, each after another session. */
const PAGES = 10;

export const eventPage: Measure = {
  name: 'event-page',
  title: `A page of ${PAGE} sessions of an event, through the service`,
  rival: 'better-sqlite3, select and JSON.parse',
  unit: 'ms',
  async run(sessions) {
    const path = await filledFile(sessions);
    const raw = openRaw(copyOf(path));
    const ours = await openOurs(path);
    const list = { ours: listOurs(ours), raw: listRaw(raw) };

    // A query that is asked for the first time leaves nothing in the document cache: other pages are cold pages.
    const coldPages = (round: number): number[] =>
      someNumbers(Math.min(sessions, LARGE_EVENT_SESSIONS) - PAGE, PAGES, round);
    const cold = await compare(
      async (round) => await perOperationUs(PAGES, async () => await list.ours(coldPages(round))),
      async (round) => await perOperationUs(PAGES, () => list.raw(coldPages(round))),
    );
    const samePages = coldPages(0);
    const cached = await compare(
      async () => await perOperationUs(PAGES, async () => await list.ours(samePages)),
      async () => await perOperationUs(PAGES, () => list.raw(samePages)),
    );
    raw.close();
    await ours.close();
    return [
      { what: 'cold', comparison: cold, goal: { timeAtMost: 1.2 } },
      { what: 'cached', comparison: cached, goal: { timeAtMost: 0.5 } },
    ];
  },
};

type List = (sessionsBefore: readonly number[]) => unknown;

function listOurs({ api, store }: Ours): List {
  const keys = createPageKeys(store.secret);
  return async (sessionsBefore) => {
    for (const before of sessionsBefore) {
      const exclusiveStartKey = keys.make(['event', TENANT, LARGE_EVENT], idOf(before));
      const { Count } = await api.listSessionsByEvent({ tenantId: TENANT, event_id: LARGE_EVENT, exclusiveStartKey });
      requireWhole(Count);
    }
  };
}

function listRaw(db: Database.Database): List {
  const select = db
    .prepare<[string, string, string], string>(
      `SELECT json FROM "sessions-v0"
       WHERE deleted = 0 AND "$.tenant_id" = ? AND "$.event_id" = ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
    )
    .pluck();
  return (sessionsBefore) => {
    for (const before of sessionsBefore) {
      const rows = select.all(TENANT, LARGE_EVENT, recordKey(TENANT, idOf(before)));
      requireWhole(rows.map((json): unknown => JSON.parse(json)).length);
    }
  };
}

function requireWhole(count: number): void {
  if (count !== PAGE) throw new Error(`A page held ${count} sessions`);
}
