import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { spawnHub, untilReady, type RunningHub } from '../support/hub-program.ts';
import { openBridge, type OpenBridge } from '../support/open-bridge.ts';
import { AckLedger } from './ack-ledger.ts';

const KEY = 'k';
export const EVENT = 'e1';
export const IMPORTED_EVENT = 'imported';

/** A process that is killed, and what is known of it. */
export interface Victim {
  readonly tenantId: string;
  readonly dataDir: string;
  readonly ledger: AckLedger;
  hub: RunningHub;
  /** Whether it was killed and not started again yet: then what it does not answer is no fault. */
  isDead: boolean;
  start(killAfterMs?: number): Promise<void>;
}

/** A browser host, and the hub that is its headquarters. */
export interface KillWorld {
  readonly host: Victim;
  readonly headquarters: Victim;
  bridge: OpenBridge;
  /** The backups that the host said are made, the last one last. */
  readonly backups: string[];
  close(): void;
}

/** Sessions that headquarters has from the beginning and edits; the host never deletes them. */
export const SHARED = ['offstage:shared-1', 'offstage:shared-2', 'offstage:shared-3', 'offstage:shared-4'] as const;

/** Starts both in a folder, and syncs once. */
export async function openKillWorld(folder: string): Promise<KillWorld> {
  const common = ['--api-key', `${KEY}=admin`, '--log-level', 'error'];
  const headquarters = await openVictim('main', join(folder, 'headquarters'), [...common, '--tenant', 'main']);
  await send(headquarters, 'PUT', '/-/main/catalog/events', [
    { id: EVENT, name: 'Event', time_zone: 'Europe/Brussels' },
  ]);
  await send(headquarters, 'PUT', '/-/main/catalog/session_types', [{ id: 'talk', name: 'Talk' }]);
  for (const id of SHARED) await createSession(headquarters, id, 'as made');
  const upstream = ['--upstream', headquarters.hub.url, '--upstream-tenant', 'main', '--upstream-key', KEY];
  const sync = [...upstream, '--event', EVENT, '--sync-interval', '1'];
  const host = await openVictim('local', join(folder, 'host'), [...common, '--tenant', 'local', '--app', ...sync]);
  await send(host, 'POST', '/-/local/sync');
  for (const id of SHARED) {
    host.ledger.note(id, 'as made');
    headquarters.ledger.note(id, '');
  }
  const world: KillWorld = {
    host,
    headquarters,
    bridge: await openBridge(host.hub),
    backups: [],
    close() {
      world.bridge.close();
      for (const { hub } of [host, headquarters]) hub.kill('SIGKILL');
    },
  };
  return world;
}

async function openVictim(tenantId: string, dataDir: string, flags: readonly string[]): Promise<Victim> {
  const spawn = (port: string) => spawnHub('built', ['--data', dataDir, '--port', port, ...flags]);
  const hub = await untilReady(spawn('0'));
  const { port } = new URL(hub.url);
  const victim: Victim = {
    tenantId,
    dataDir,
    ledger: new AckLedger(),
    hub,
    isDead: false,
    async start(killAfterMs) {
      // The port stays: the other one knows it.
      const started = spawn(port);
      if (killAfterMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, killAfterMs));
        started.child.kill('SIGKILL');
        await started.ended;
        return;
      }
      victim.hub = await untilReady(started);
      victim.isDead = false;
    },
  };
  return victim;
}

/** Sends a request of the operator's and gives the JSON of its answer. Throws where it is refused. */
export async function send(victim: Victim, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(victim.hub.url + path, {
    method,
    // A connection that is kept would be one to a process that is gone.
    headers: { authorization: KEY, connection: 'close', ...(body === undefined ? {} : json) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

const json = { 'content-type': 'application/json' };

/** Creates a session under an id of ours. */
export async function createSession(victim: Victim, id: string, description: string): Promise<void> {
  const body = { event_id: EVENT, type_id: 'talk', name: id, description, sys_external_id: id };
  await send(victim, 'POST', `/sessions/${victim.tenantId}`, body);
}

export interface ReadSession {
  id: string;
  name: string;
  description?: string;
  location?: string;
  sys_external_id?: string;
}

/** All sessions of an event. */
export async function readEvent(victim: Victim, eventId: string): Promise<ReadSession[]> {
  const sessions: ReadSession[] = [];
  let next = '';
  do {
    const path = `/sessions/${victim.tenantId}/event/${eventId}${next}`;
    const page = (await send(victim, 'GET', path)) as { Items: ReadSession[]; LastEvaluatedKey?: string };
    sessions.push(...page.Items);
    next = page.LastEvaluatedKey === undefined ? '' : `?exclusiveStartKey=${encodeURIComponent(page.LastEvaluatedKey)}`;
  } while (next !== '');
  return sessions;
}

/** What SQLite finds in a copy of the files as the kill left them: the app's own recovery stays untouched. */
export function findDamage({ dataDir }: Victim): string[] {
  const folder = mkdtempSync(`${dataDir}-copy-`);
  try {
    for (const name of ['offstage.sqlite', 'offstage.sqlite-wal']) {
      if (existsSync(join(dataDir, name))) copyFileSync(join(dataDir, name), join(folder, name));
    }
    return integrityOf(join(folder, 'offstage.sqlite'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a copy that was cut short left behind. */
export function unfinishedBackups({ dataDir }: Victim): string[] {
  const folder = join(dataDir, 'backups');
  return (existsSync(folder) ? readdirSync(folder) : []).filter((name) => !/^offstage-[\w-]+\.sqlite$/.test(name));
}

/**
 * What is wrong with the copies that were acknowledged (the last 24 of all are kept), and what was unfinished when the host was killed and is still
 * there: it makes its next copy already.
 */
export function findLostBackups({ host, backups }: KillWorld, cutShort: readonly string[]): string[] {
  const folder = join(host.dataDir, 'backups');
  const there = readdirSync(folder);
  const unfinished = cutShort.filter((name) => there.includes(name)).map((name) => `${name} is left over`);
  const newest = backups.at(-1);
  if (newest === undefined) return unfinished;
  if (!there.includes(newest)) return [...unfinished, `the backup ${newest} is gone`];
  return [...unfinished, ...integrityOf(join(folder, newest))];
}

function integrityOf(path: string): string[] {
  const db = new Database(path);
  try {
    const found = db.pragma('integrity_check', { simple: true });
    return found === 'ok' ? [] : [`${path}: ${String(found)}`];
  } finally {
    db.close();
  }
}
