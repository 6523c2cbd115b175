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

    const lastOfAll = [Math.min(sessions, LARGE_EVENT_SESSIONS) - 1];
    const whole = pages * PAGE;

    // Before each round the file is opened anew, by both, so that neither has a document in memory; the empty page behind the
    // last session is listed first, so that neither has statements to prepare.
    const cold = await compare(
      async () => {
        const ours = await openOurs(path);
        const list = listOurs(ours);
        await list(lastOfAll, 0);
        const timeUs = await perOperationUs(pages, async () => await list(lastsBefore, whole));
        await ours.close();
        return timeUs;
      },
      async () => {
        const raw = openRaw(rawPath);
        const list = listRaw(raw);
        list(lastOfAll, 0);
        const timeUs = await perOperationUs(pages, () => list(lastsBefore, whole));
        raw.close();
        return timeUs;
      },
    );

    const ours = await openOurs(path);
    const raw = openRaw(rawPath);
    const [oursAgain, rawAgain] = [listOurs(ours), listRaw(raw)];
    const cached = await compare(
      async () => await perOperationUs(pages, async () => await oursAgain(lastsBefore, whole)),
      async () => await perOperationUs(pages, () => rawAgain(lastsBefore, whole)),
    );
    raw.close();
    await ours.close();
    return [
      { what: 'cold', comparison: cold, goal: { timeAtMost: 1.2 } },
      { what: 'cached', comparison: cached, goal: { timeAtMost: 0.5 } },
    ];
  },
};

function listOurs({ api, store }: Ours): (lastsBefore: readonly number[], expected: number) => Promise<void> {
  const keys = createPageKeys(store.secret);
  return async (lastsBefore, expected) => {
    let count = 0;
    for (const last of lastsBefore) {
      const exclusiveStartKey = keys.make(['event', TENANT, LARGE_EVENT], idOf(last));
      count += (await api.listSessionsByEvent({ tenantId: TENANT, event_id: LARGE_EVENT, exclusiveStartKey })).Count;
    }
    requireCount(count, expected);
  };
}

function listRaw(db: Database.Database): (lastsBefore: readonly number[], expected: number) => void {
  const select = db
    .prepare<[string, string, string], string>(
      `SELECT json FROM "sessions-v0"
       WHERE deleted = 0 AND "$.tenant_id" = ? AND "$.event_id" = ? AND id > ? ORDER BY id LIMIT ${PAGE}`,
    )
    .pluck();
  return (lastsBefore, expected) => {
    let count = 0;
    for (const last of lastsBefore) {
      const rows = select.all(TENANT, LARGE_EVENT, recordKey(TENANT, idOf(last)));
      count += rows.map((json): unknown => JSON.parse(json)).length;
    }
    requireCount(count, expected);
  };
}

function requireCount(count: number, expected: number): void {
  if (count !== expected) throw new Error(`Pages held ${count} sessions, not ${expected}`);
}
