import type Database from 'better-sqlite3';

import { createPageKeys } from '../../shared/service/page-key.ts';
import { recordKey } from '../../shared/store/records.ts';
import { idOf, LARGE_EVENT, LARGE_EVENT_SESSIONS, TENANT } from './documents.ts';
import { compare, perOperationUs, type Measure } from './measure.ts';
import { copyOf, filledFile, openOurs, openRaw, type Ours } from './stores.ts';

const PAGE = 500;
const MOST_PAGES = 10;

export const eventPage: Measure = {
  name: 'event-page',
  title: `A page of ${PAGE} sessions of an event, through the service`,
  rival: 'better-sqlite3, select and JSON.parse',
  unit: 'ms',
  async run(sessions) {
    const path = await filledFile(sessions);
    const rawPath = copyOf(path);
    // Numbers of the last session before each page; the first page would begin without one.
    const pages = Math.min(MOST_PAGES, Math.min(sessions, LARGE_EVENT_SESSIONS) / PAGE - 1);
    const lastsBefore = Array.from({ length: pages }, (_, at) => (at + 1) * PAGE - 1);

    // Before each round the file is opened anew, by both, so that neither has a page or a document in memory.
    const cold = await compare(
      async () => {
        const ours = await openOurs(path);
        const list = listOurs(ours);
        const timeUs = await perOperationUs(pages, async () => await list(lastsBefore));
        await ours.close();
        return timeUs;
      },
      async () => {
        const raw = openRaw(rawPath);
        const list = listRaw(raw);
        const timeUs = await perOperationUs(pages, () => list(lastsBefore));
        raw.close();
        return timeUs;
      },
    );

    const ours = await openOurs(path);
    const raw = openRaw(rawPath);
    const [oursAgain, rawAgain] = [listOurs(ours), listRaw(raw)];
    const cached = await compare(
      async () => await perOperationUs(pages, async () => await oursAgain(lastsBefore)),
      async () => await perOperationUs(pages, () => rawAgain(lastsBefore)),
    );
    raw.close();
    await ours.close();
    return [
      { what: 'cold', comparison: cold, goal: { timeAtMost: 1.2 } },
      { what: 'cached', comparison: cached, goal: { timeAtMost: 0.5 } },
    ];
  },
};

function listOurs({ api, store }: Ours): (lastsBefore: readonly number[]) => Promise<void> {
  const keys = createPageKeys(store.secret);
  return async (lastsBefore) => {
    for (const last of lastsBefore) {
      const exclusiveStartKey = keys.make(['event', TENANT, LARGE_EVENT], idOf(last));
      const { Count } = await api.listSessionsByEvent({ tenantId: TENANT, event_id: LARGE_EVENT, exclusiveStartKey });
      requireWhole(Count);
    }
  };
}

function listRaw(db: Database.Database): (lastsBefore: readonly number[]) => void {
  const select = db
    .prepare<[string, string, string], string>(
      `SELECT json FROM "sessions-v0"
       WHERE deleted = 0 AND "$.tenant_id" = ? AND "$.event_id" = ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
    )
    .pluck();
  return (lastsBefore) => {
    for (const last of lastsBefore) {
      const rows = select.all(TENANT, LARGE_EVENT, recordKey(TENANT, idOf(last)));
      requireWhole(rows.map((json): unknown => JSON.parse(json)).length);
    }
  };
}

function requireWhole(count: number): void {
  if (count !== PAGE) throw new Error(`A page had ${count} sessions`);
}
