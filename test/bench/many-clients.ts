import { fieldOf, sessionOf } from './client-edits.ts';
import { idOf, recordsOfOneEvent, TENANT } from './documents.ts';
import { KEY } from './engines.ts';
import type { ManyClients, ManyClientsResult } from './many-clients-client.ts';
import { costsOf, type Costs, type Measure } from './measure.ts';
import { send } from './pouch-source.ts';
import { startProcess } from './process.ts';
import { dataFolder, filledFile } from './stores.ts';

const CLIENTS = 30;

const PROCESSES = 2;

export const manyClients: Measure = {
  name: 'many-clients',
  title: `${CLIENTS} clients of one hub, which follow its feed and patch over HTTP, each once a second; two and two edit one session`,
  rival: 'none',
  unit: 'ms',
  sizes: [25_000],
  async run(sessions, { seconds }) {
    const hub = await startProcess(
      new URL('http-server.ts', import.meta.url),
      'hub',
      dataFolder(await filledFile(sessions, recordsOfOneEvent)),
    );
    const url = String(hub.ready);
    const numbers = Array.from({ length: CLIENTS }, (_, client) => client);
    const results = await Promise.all(
      Array.from({ length: PROCESSES }, async (_, at) => {
        const process = await startProcess(new URL('many-clients-client.ts', import.meta.url));
        const clients = numbers.filter((client) => client % PROCESSES === at);
        const order: ManyClients = { url, clients, ofClients: CLIENTS, seconds };
        const result = (await process.ask(order)) as ManyClientsResult;
        await process.end();
        return result;
      }),
    );
    const edits = results.flatMap((result) => result.edits);
    const errors = results.flatMap((result) => result.errors);
    const lost = await countLost(url, edits);
    await hub.end();
    const delaysUs = results.flatMap((result) => result.delaysUs).toSorted((a, b) => a - b);
    const count = edits.reduce((sum, edit) => sum + edit.count, 0);
    const unheard = count * (CLIENTS - 1) - delaysUs.length;
    if (errors.length > 0) process.stderr.write(`${errors.slice(0, 5).join('\n')}\n`);
    return [
      { what: 'an edit until the others have it (median)', cost: spread(delaysUs, 0.5) },
      { what: 'p95 of that', cost: spread(delaysUs, 0.95), atMost: 1_000_000 },
      { what: 'edits made', unit: 'edits', cost: costsOf([count]) },
      { what: 'errors', unit: 'edits', cost: costsOf([errors.length]), atMost: 0 },
      { what: 'edits that the hub lost', unit: 'edits', cost: costsOf([lost]), atMost: 0 },
      { what: 'edits that were not heard, or not by themselves', unit: 'edits', cost: costsOf([unheard]) },
    ];
  },
};

/** The edits that are not at the hub: each has raised the version of its session by one, and the last of each client stands. */
async function countLost(url: string, edits: ManyClientsResult['edits']): Promise<number> {
  let lost = 0;
  for (const [number, clients] of Map.groupBy(edits, ({ client }) => sessionOf(client))) {
    const address = `${url}/sessions/${TENANT}/${encodeURIComponent(idOf(number))}`;
    const headers = { authorization: `Bearer ${KEY}` };
    const session = (await send(address, 'GET', undefined, headers)) as Record<string, unknown>;
    const made = clients.reduce((sum, { count }) => sum + count, 0);
    lost += made - (Number(session['sys_version']) - 1);
    lost += clients.filter(({ client, last }) => session[fieldOf(client)] !== last).length;
  }
  return lost;
}

/** The value below which this share of them lies, with the least and the most of all. */
function spread(sorted: readonly number[], share: number): Costs {
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return { median: sorted[at] ?? Infinity, least: sorted[0] ?? Infinity, most: sorted.at(-1) ?? Infinity };
}
