import { idOf, someNumbers, TENANT } from './documents.ts';
import { openBenchEngine, syncOnce } from './engines.ts';
import { comparisonOf, type Measure } from './measure.ts';
import { startProcess } from './process.ts';
import { newFolder } from './stores.ts';

const EDITS = 1_000;

const ROUNDS = 3;

export const offlineEdits: Measure = {
  name: 'offline-edits',
  title: `${EDITS.toLocaleString('en')} sessions edited offline, and one sync with a headquarters that offers the contract alone: its requests, the listing with them`,
  rival: 'one request for each edit',
  unit: 'requests',
  sizes: [1_000, 25_000],
  async run(sessions) {
    const headquarters = await startProcess(new URL('headquarters-server.ts', import.meta.url), String(sessions));
    const client = await openBenchEngine(newFolder(), { url: String(headquarters.ready), intervalMs: 0 });
    const api = client.service.as({ id: 'bench', role: 'editor' });
    const requests = async (): Promise<number> => (await headquarters.ask('requests')) as number;
    await syncOnce(client);
    const sent: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ids = someNumbers(sessions, EDITS, round).map(idOf);
      await Promise.all(
        ids.map(async (id) => {
          const value = `Round ${round} of all`;
          await api.patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value }] });
        }),
      );
      const before = await requests();
      await syncOnce(client);
      sent.push((await requests()) - before);
    }
    await client.close();
    await headquarters.end();
    return [
      {
        what: 'sync of the edits',
        comparison: comparisonOf(
          sent,
          sent.map(() => EDITS),
        ),
        goal: { timesLess: 10 },
      },
    ];
  },
};
