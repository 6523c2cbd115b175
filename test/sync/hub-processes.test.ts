import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { CatalogKind } from '../../shared/catalog/catalog.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { SessionFields } from '../../shared/contract/session.ts';
import { createHttpClient } from '../../shared/http/client.ts';
import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { startBuiltHub, type HubProcess } from '../support/hub-process.ts';
import { seededRandom } from '../support/random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROUNDS = Number(process.env['SYNC_ROUNDS'] ?? 20);
const SEED = Number(process.env['SYNC_SEED'] ?? 1);

const talk = { event_id: 'e1', type_id: 'talk' };
const names = ['ann', 'ben', 'cem'] as const;
const fields = { ann: 'code', ben: 'location', cem: 'description' } as const;

/** A laptop's hub, started again whenever it was killed. */
interface Laptop {
  name: (typeof names)[number];
  start(): Promise<void>;
  hub: HubProcess;
  api: SessionsApi;
}

test(
  `three hubs, killed at random while they sync over a bad network, and headquarters end alike (seed ${SEED})`,
  { timeout: 20_000 + ROUNDS * 10_000 },
  async () => {
    const { next: random } = seededRandom(SEED);
    const folder = temporaryFolder();
    const headquarters = await startBuiltHub(
      '--data',
      join(folder, 'hq'),
      '--tenant',
      'main',
      '--api-key',
      'k=admin',
      '--log-level',
      'error',
    );
    await putCatalog(headquarters.url, 'main');
    const hq = clientOf(headquarters.url);
    const shared = await hq.createSession({ tenantId: 'main', body: { ...talk, name: 'Shared' } });
    const proxy = await startFaultProxy(headquarters.url, random);
    const laptops = await Promise.all(names.map(async (name) => await openLaptop(folder, name, proxy.url)));
    for (const laptop of laptops) await settle(laptop);

    // What each laptop was told is kept: its own sessions by name, with the note of the last edit that was acknowledged.
    const notes = new Map<string, string>();
    const lastShared = new Map<string, string>();
    proxy.faultRate = 0.3;
    for (let round = 0; round < ROUNDS; round++) {
      for (const laptop of laptops) {
        const made = await laptop.api.createSession({
          tenantId: 't1',
          body: { ...talk, name: `${laptop.name} ${round}` },
        });
        notes.set(made.id, '');
        const own = [...notes.keys()].filter((id) => id.startsWith('offstage:'));
        const edited = own[Math.floor(random() * own.length)] ?? made.id;
        const value = `${laptop.name} in round ${round}`;
        if (await owns(laptop, edited)) {
          await laptop.api.patchSession({
            tenantId: 't1',
            id: edited,
            body: [{ op: 'add', path: '/description', value }],
          });
          notes.set(edited, value);
        }
        await laptop.api.patchSession({
          tenantId: 't1',
          id: shared.id,
          body: [{ op: 'add', path: `/${fields[laptop.name]}`, value }],
        });
        lastShared.set(fields[laptop.name], value);
      }
      const victim = laptops[Math.floor(random() * laptops.length)] ?? laptops[0]!;
      for (const laptop of laptops) void sync(laptop).catch(() => 'killed');
      await new Promise((resolve) => setTimeout(resolve, random() * 400));
      victim.hub.kill('SIGKILL');
      await victim.hub.ended;
      await victim.start();
    }

    proxy.faultRate = 0;
    const end = Date.now() + 60_000;
    let statuses: SyncStatus[] = [];
    while (Date.now() < end && !(statuses.length > 0 && statuses.every(({ state }) => state === 'synced'))) {
      statuses = [];
      for (const laptop of laptops) statuses.push(await sync(laptop));
    }
    // One more round: what the last to sync brought is new to the first.
    for (const laptop of laptops) statuses.push(await sync(laptop));
    expect(new Set(statuses.map(({ state }) => state))).toEqual(new Set(['synced']));

    const atHeadquarters = await contents(hq, 'main');
    expect(atHeadquarters.map(({ name }) => name).toSorted()).toEqual(
      [
        'Shared',
        ...names.flatMap((name) => Array.from({ length: ROUNDS }, (_, round) => `${name} ${round}`)),
      ].toSorted(),
    );
    for (const laptop of laptops) expect(await contents(laptop.api, 't1')).toEqual(atHeadquarters);
    expect(await hq.getSession({ tenantId: 'main', id: shared.id })).toMatchObject(Object.fromEntries(lastShared));
    const byExternalId = new Map(atHeadquarters.map((session) => [session.sys_external_id ?? session.id, session]));
    for (const [id, note] of notes) expect([id, byExternalId.get(id)?.description ?? '']).toEqual([id, note]);
  },
);

async function openLaptop(folder: string, name: Laptop['name'], upstream: string): Promise<Laptop> {
  const data = join(folder, name);
  const flags = ['--data', data, '--tenant', 't1', '--api-key', 'k=admin', '--log-level', 'silent'];
  const syncFlags = [
    '--upstream',
    upstream,
    '--upstream-tenant',
    'main',
    '--upstream-key',
    'k',
    '--event',
    'e1',
    '--sync-interval',
    '0',
  ];
  const start = async (): Promise<HubProcess> => await startBuiltHub(...flags, ...syncFlags);
  const hub = await start();
  await putCatalog(hub.url, 't1');
  const laptop: Laptop = {
    name,
    hub,
    api: clientOf(hub.url),
    async start() {
      laptop.hub = await start();
      laptop.api = clientOf(laptop.hub.url);
    },
  };
  return laptop;
}

function clientOf(baseUrl: string): SessionsApi {
  return createHttpClient({ baseUrl, apiKey: () => 'k', fetch, timeoutMs: 20_000, maxAnswerBytes: 64 * 1024 * 1024 });
}

async function putCatalog(url: string, tenantId: string): Promise<void> {
  const items: [CatalogKind, object][] = [
    ['events', { id: 'e1', name: 'Event', time_zone: 'Europe/Brussels' }],
    ['session_types', { id: 'talk', name: 'Talk' }],
  ];
  for (const [kind, item] of items) {
    const response = await fetch(`${url}/-/${tenantId}/catalog/${kind}`, {
      method: 'PUT',
      headers: { authorization: 'k', 'content-type': 'application/json' },
      body: JSON.stringify([item]),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}

async function sync({ hub }: Laptop): Promise<SyncStatus> {
  const response = await fetch(`${hub.url}/-/t1/sync`, { method: 'POST', headers: { authorization: 'k' } });
  return (await response.json()) as SyncStatus;
}

async function settle(laptop: Laptop): Promise<void> {
  expect(await sync(laptop)).toMatchObject({ state: 'synced' });
}

/** Whether a session was made by this laptop: only its own are edited, so that no edit conflicts. */
async function owns({ api, name }: Laptop, id: string): Promise<boolean> {
  try {
    return (await api.getSession({ tenantId: 't1', id, fields: 'name' })).name?.startsWith(name) === true;
  } catch {
    // Another laptop's, not here yet.
    return false;
  }
}

/** An event's sessions as a client may set them, ordered by name: ids and stamps differ between servers. */
async function contents(api: SessionsApi, tenantId: string): Promise<SessionFields[]> {
  const { Items } = await api.listSessionsByEvent({ tenantId, event_id: 'e1' });
  return Items.map(
    (session) =>
      Object.fromEntries(
        Object.entries(session).filter(([name]) => !name.startsWith('sys_') || name === 'sys_external_id'),
      ) as SessionFields,
  ).toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
}
