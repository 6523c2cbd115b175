import { setTimeout as sleep } from 'node:timers/promises';

import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import { openBridge } from '../support/open-bridge.ts';
import { seededRandom, type Random } from '../support/random.ts';
import {
  createSession,
  EVENT,
  findDamage,
  findLostBackups,
  IMPORTED_EVENT,
  openKillWorld,
  readEvent,
  send,
  SHARED,
  unfinishedBackups,
  type KillWorld,
  type ReadSession,
  type Victim,
} from './kill-world.ts';

/** With more sessions, a round would take its time to read them instead of being killed. */
const MOST_SESSIONS = 200;
const LONGEST_MIX_MS = 600;
/** How long both have to agree once nobody is killed any more, in milliseconds. */
const HEALING_MS = 60_000;

/**
 * Kills a browser host, and at times its headquarters, at random moments while sessions are created, edited, changed in bulk and deleted, a file
 * is imported, backups are made and syncs run. After each kill everything that was acknowledged must be there, the file sound, and the app
 * open. What is done and when it is cut follow from the seed; how far the processes were by then does not.
 *
 * @param folder an empty one, for the data of both
 * @returns what is wrong, with the round; empty where nothing is
 */
export async function runKillRounds({ seed, rounds, folder }: KillOptions): Promise<string[]> {
  const random = seededRandom(seed);
  const world = await openKillWorld(folder);
  try {
    for (let round = 1; round <= rounds; round++) {
      const wrong = await runRound(world, random, round);
      if (wrong.length > 0) return wrong.map((what) => `round ${round}: ${what}`);
    }
    return await heal(world);
  } finally {
    world.close();
  }
}

export interface KillOptions {
  seed: number;
  rounds: number;
  folder: string;
}

async function runRound(world: KillWorld, random: Random, round: number): Promise<string[]> {
  const { host, headquarters } = world;
  const victims = random.chance(0.3) ? [host, headquarters] : [host];
  const wrong: string[] = [];
  const mix = { isOver: false };
  const mixing = Promise.all(
    lanesOf(world, random, round).map(async ([victim, step]) => {
      while (!mix.isOver && !victim.isDead) {
        try {
          await step();
        } catch (error) {
          if (!victim.isDead) return wrong.push(String(error));
        }
      }
      return undefined;
    }),
  );
  await sleep(random.below(LONGEST_MIX_MS));
  for (const victim of victims) {
    victim.isDead = true;
    victim.hub.kill('SIGKILL');
  }
  mix.isOver = true;
  await Promise.all(victims.map(({ hub }) => hub.ended));
  world.bridge.close();
  await mixing;
  for (const victim of victims) wrong.push(...findDamage(victim));
  const cutShort = unfinishedBackups(host);

  if (victims.includes(headquarters)) await headquarters.start();
  // One that was just started dies as easily.
  if (random.chance(0.2)) await host.start(random.below(LONGEST_MIX_MS));
  await host.start();
  wrong.push(...(await findLost(world, victims)), ...findLostBackups(world, cutShort));
  return wrong;
}

type Lane = [victim: Victim, step: () => Promise<void>];

/** What goes on at once: people at the host, one who takes in files and makes backups, and one at headquarters. */
function lanesOf(world: KillWorld, random: Random, round: number): Lane[] {
  const { host, headquarters } = world;
  let number = 0;
  const next = (what: string): string => `${what} ${round}.${(number += 1)}`;
  // Each lane chooses from numbers of its own: how quickly another one gets on changes nothing of what it does.
  const lane = (victim: Victim, step: (own: Random) => Promise<void>): Lane => {
    const own = seededRandom(random.below(2 ** 31));
    return [victim, async () => await step(own)];
  };
  return [
    ...[1, 2, 3].map((person) => lane(host, async (own) => await edit(world, own, next(`person ${person}`)))),
    lane(host, async (own) => await keep(world, own, next('version'))),
    lane(headquarters, async (own) => {
      const id = own.pick(SHARED);
      const value = next('hall');
      const body = [{ op: 'add', path: '/location', value }];
      await headquarters.ledger.run({ keys: [id], value, inParts: false }, async () =>
        send(headquarters, 'PATCH', `/sessions/main/${encodeURIComponent(id)}`, body),
      );
    }),
  ];
}

/** One change by one person. */
async function edit({ host, bridge: { bridge } }: KillWorld, random: Random, text: string): Promise<void> {
  const { ledger } = host;
  const value = `${text} ${'x'.repeat(random.below(1_500))}`;
  const free = ledger.free().filter((key) => !key.startsWith(IMPORTED_EVENT));
  const own = free.filter((key) => !(SHARED as readonly string[]).includes(key));
  const choice = random.next();
  if ((choice < 0.3 && own.length < MOST_SESSIONS) || free.length === 0) {
    const id = `offstage:${text.replaceAll(/\W/g, '-')}`;
    await ledger.run({ keys: [id], value, inParts: false }, async () => await createSession(host, id, value));
  } else if (choice < 0.4 && own.length > 0) {
    const id = random.pick(own);
    const path = `/sessions/local/${encodeURIComponent(id)}`;
    await ledger.run({ keys: [id], value: null, inParts: false }, async () => await send(host, 'DELETE', path));
  } else if (choice < 0.6) {
    const ids = random.some(free, 0.2);
    if (ids.length === 0) return;
    const change = { ids, set: { description: value } };
    await ledger.run({ keys: ids, value, inParts: false }, async () =>
      whileAlive(host, bridge.edit.changeMany({ tenantId: 'local', change })),
    );
  } else {
    const id = random.pick(free);
    const body = [{ op: 'add' as const, path: '/description', value }];
    await ledger.run({ keys: [id], value, inParts: false }, async () =>
      whileAlive(host, bridge.sessions.patchSession({ tenantId: 'local', id, body })),
    );
  }
}

/** Takes a file in, makes a backup, or syncs. */
async function keep({ host, bridge: { bridge }, backups }: KillWorld, random: Random, version: string): Promise<void> {
  const choice = random.next();
  if (choice < 0.4) {
    const keys = importedNames.map((name) => `${IMPORTED_EVENT} ${name}`);
    const file = scheduleFile(version);
    // An import goes in parts, each durable.
    await host.ledger.run({ keys, value: version, inParts: true }, async () => {
      await send(host, 'POST', '/-/local/import', file);
    });
  } else if (choice < 0.6) {
    backups.push((await whileAlive(host, bridge.backups.make())).id);
  } else {
    await send(host, 'POST', '/-/local/sync');
  }
}

/** What a call answers; a bridge whose host is gone may never tell. */
async function whileAlive<T>(host: Victim, call: Promise<T>): Promise<T> {
  const gone = host.hub.ended.then(() => {
    throw new Error('The host ended.');
  });
  return await Promise.race([call, gone]);
}

const importedNames = Array.from({ length: 40 }, (_, at) => `talk ${at + 1}`);

function scheduleFile(version: string): unknown {
  const events = importedNames.map((title, at) => ({
    guid: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    title,
    description: version,
    date: '2026-03-28T10:00:00+01:00',
    start: '10:00',
    duration: '00:30',
  }));
  const day = { index: 1, date: '2026-03-28', rooms: { Hall: events } };
  const conference = { acronym: IMPORTED_EVENT, title: 'Imported', time_zone_name: 'Europe/Brussels', days: [day] };
  return { schedule: { version, conference } };
}

/** What was acknowledged and is not there, after both run again. The app opens on the way. */
async function findLost(world: KillWorld, victims: readonly Victim[]): Promise<string[]> {
  const { host, headquarters } = world;
  const sessions = await readEvent(host, EVENT);
  const imported = (await hasEvent(host, IMPORTED_EVENT)) ? await readEvent(host, IMPORTED_EVENT) : [];
  const there = new Map([
    ...sessions.map(({ id, description = '' }) => [id, description] as const),
    ...imported.map(({ name, description = '' }) => [`${IMPORTED_EVENT} ${name}`, description] as const),
  ]);
  const wrong = host.ledger.settle(there).map((what) => `at the host, ${what}`);
  if (there.size !== sessions.length + imported.length) wrong.push('at the host, a session is there twice');
  wrong.push(...(await findClosed(world, sessions.length)));
  if (victims.includes(headquarters)) {
    const shared = await readShared(headquarters);
    wrong.push(...headquarters.ledger.settle(shared).map((what) => `at headquarters, ${what}`));
  }
  return wrong;
}

/** What keeps the app from opening: it gives its page, and tells all sessions over a bridge. */
async function findClosed(world: KillWorld, count: number): Promise<string[]> {
  const { host } = world;
  const page = await fetch(host.hub.url);
  if (!(await page.text()).includes('<div id="app"')) return ['the app gives no page'];
  world.bridge = await openBridge(host.hub);
  const { bridge } = world.bridge;
  let told = 0;
  for await (const { changed, stage } of await bridge.event.watchSessions({ tenantId: 'local', eventId: EVENT })) {
    told += changed.length;
    if (stage === 'complete') break;
  }
  // What syncs meanwhile is told on top.
  return told < count ? [`the app shows ${told} of ${count} sessions`] : [];
}

async function hasEvent(victim: Victim, eventId: string): Promise<boolean> {
  const events = (await send(victim, 'GET', `/-/${victim.tenantId}/catalog/events`)) as { id: string }[];
  return events.some(({ id }) => id === eventId);
}

async function readShared(victim: Victim): Promise<Map<string, string>> {
  const sessions = await readEvent(victim, EVENT);
  const shared = sessions.filter((session) => (SHARED as readonly string[]).includes(externalId(session)));
  return new Map(shared.map((session) => [externalId(session), session.location ?? '']));
}

/** Lets both agree, and tells in what they do not. */
async function heal({ host, headquarters }: KillWorld): Promise<string[]> {
  const end = Date.now() + HEALING_MS;
  let status: SyncStatus;
  do status = (await send(host, 'POST', '/-/local/sync')) as SyncStatus;
  while (status.state !== 'synced' && Date.now() < end);
  if (status.state !== 'synced') return [`the host does not sync: ${JSON.stringify(status)}`];
  const [here, above] = await Promise.all([host, headquarters].map(async (victim) => await readEvent(victim, EVENT)));
  const texts = [here!, above!].map((sessions) => sessions.map(textOf).toSorted());
  const [only, missing] = [texts[0]!, texts[1]!].map((own, at) => own.filter((text) => !texts[1 - at]!.includes(text)));
  if (texts[0]!.length === texts[1]!.length && only!.length + missing!.length === 0) return [];
  return [`host and headquarters differ: ${JSON.stringify({ only, missing }).slice(0, 2_000)}`];
}

function textOf(session: ReadSession): string {
  return [externalId(session), session.name, session.description?.slice(0, 40), session.location].join(' | ');
}

function externalId({ id, sys_external_id }: ReadSession): string {
  return sys_external_id ?? id;
}
