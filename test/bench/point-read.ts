import { idOf, someNumbers, TENANT } from './documents.ts';
import { compare, perOperationUs, type Measure, type Side } from './measure.ts';
import { copyOf, filledFile, openOurs, openRaw } from './stores.ts';
import { recordKey } from '../../shared/store/records.ts';

const READS = 1_000;

export const pointRead: Measure = {
  name: 'point-read',
  title: 'One session by its id, through the service',
  rival: 'better-sqlite3, select and JSON.parse',
  unit: 'us',
  async run(sessions) {
    const path = await filledFile(sessions);
    const rawPath = copyOf(path);

    // Before each round the file is opened anew, by both, so that neither has a page or a document in memory.
    const coldOurs: Side = async (round) => {
      const { api, close } = await openOurs(path);
      const ids = someNumbers(sessions, READS, round).map(idOf);
      const timeUs = await perOperationUs(ids.length, async () => {
        for (const id of ids) await api.getSession({ tenantId: TENANT, id });
      });
      await close();
      return timeUs;
    };
    const coldRaw: Side = async (round) => {
      const raw = openRaw(rawPath);
      const select = raw.prepare<[string], string>(SELECT).pluck();
      const keys = keysOf(sessions, round);
      const timeUs = await perOperationUs(keys.length, () => {
        for (const key of keys) JSON.parse(select.get(key)!);
      });
      raw.close();
      return timeUs;
    };
    const cold = await compare(coldOurs, coldRaw);

    const { api, close } = await openOurs(path);
    const raw = openRaw(rawPath);
    const select = raw.prepare<[string], string>(SELECT).pluck();
    const ids = someNumbers(sessions, READS, 0).map(idOf);
    const keys = keysOf(sessions, 0);
    const cached = await compare(
      async () =>
        await perOperationUs(ids.length, async () => {
          for (const id of ids) await api.getSession({ tenantId: TENANT, id });
        }),
      async () =>
        await perOperationUs(keys.length, () => {
          for (const key of keys) JSON.parse(select.get(key)!);
        }),
    );
    raw.close();
    await close();
    return [
      { what: 'cold', comparison: cold, goal: { timeAtMost: 2 } },
      { what: 'cached', comparison: cached, goal: { timeAtMost: 1 } },
    ];
  },
};

const SELECT = 'SELECT json FROM "sessions-v0" WHERE id = ?';

function keysOf(sessions: number, seed: number): string[] {
  return someNumbers(sessions, READS, seed).map((number) => recordKey(TENANT, idOf(number)));
}
