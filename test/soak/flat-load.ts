import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocket } from 'ws';

import type { RunningHub } from '../support/hub-program.ts';
import { openBridge, type OpenBridge } from '../support/open-bridge.ts';

export const KEY = 'k';
/** The demonstration event, which both hold. */
export const EVENT = 'demo-2026';

/** Changes of the whole event, of 400 sessions, before anything counts: more than the 10,000 documents that are kept parsed. */
const WARM_UP_ROUNDS = 30;

/** What goes on at a host and its headquarters, until it is stopped. */
export interface Load {
  /** Ends it, and tells what failed. */
  stop(): Promise<string[]>;
}

/**
 * A day's work in a hurry: people who edit one by one and in bulk and undo it, windows that come and go, syncs by hand beside those by timer,
 * searches, exports and backups, and at headquarters others who edit, and feeds that are opened and dropped.
 */
export async function startLoad(host: RunningHub, headquarters: RunningHub): Promise<Load> {
  const failures: string[] = [];
  const end = new AbortController();
  const window = await openWindow(host, end.signal);
  const { Items } = (await ask(host, 'GET', `/sessions/local/event/${EVENT}?fields=id`)) as { Items: { id: string }[] };
  const ids = Items.map(({ id }) => id);
  let turn = 0;
  const nextId = (): string => ids[(turn += 1) % ids.length]!;
  const tenantId = 'local';
  const { bridge } = window;
  // Documents that were read or written lately are kept parsed: until there are as many as may be, memory grows as it should.
  for (let at = 0; at < WARM_UP_ROUNDS; at++) {
    await bridge.edit.changeMany({ tenantId, change: { ids, set: { location: `Warm-up ${at}` } } });
    await ask(host, 'POST', '/-/local/sync');
  }

  const every = async (ms: number, work: () => Promise<unknown>): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (!end.signal.aborted) failures.push(String(error));
      }
      await sleep(ms, undefined, { signal: end.signal }).catch(() => {});
    }
  };

  const lanes = [
    every(150, async () => {
      const body = [{ op: 'add' as const, path: '/description', value: `Edited in turn ${turn}` }];
      await bridge.sessions.patchSession({ tenantId, id: nextId(), body });
    }),
    every(2_000, async () => {
      const change = { ids: Array.from({ length: 20 }, nextId), set: { location: `Hall ${turn % 7}` } };
      await bridge.edit.changeMany({ tenantId, change });
      await bridge.edit.undo({ tenantId });
    }),
    every(400, async () => {
      const body = [{ op: 'add', path: '/code', value: `HQ${turn}` }];
      // What a person changed on both sides would wait for a person.
      await patch(headquarters, nextId(), body);
    }),
    every(3_000, async () => await ask(host, 'POST', '/-/local/sync')),
    every(1_500, async () => (await openWindow(host, end.signal)).close()),
    every(1_000, async () => await dropFeed(headquarters)),
    every(1_000, async () => await knockInVain(host)),
    every(700, async () => {
      await ask(host, 'POST', '/sessions/local/search', { event_id: EVENT, name: 'the' });
      await ask(host, 'GET', '/sessions/local/nowhere').catch(() => {});
    }),
    every(5_000, async () => {
      for (const format of ['frab.xml', 'frab.json', 'csv', 'ics'] as const) {
        await bridge.files.export({ tenantId, eventId: EVENT, format });
      }
    }),
    every(15_000, async () => await bridge.backups.make()),
  ];
  return {
    async stop() {
      end.abort();
      await Promise.all(lanes);
      window.close();
      return failures;
    },
  };
}

/** A window as the app opens it: with the streams of everything that its screen shows. */
async function openWindow(host: RunningHub, signal: AbortSignal): Promise<OpenBridge> {
  const window = await openBridge(host);
  const tenantId = 'local';
  const { bridge } = window;
  const follow = async (stream: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of stream) if (signal.aborted) return;
  };
  const sessions = await bridge.event.watchSessions({ tenantId, eventId: EVENT });
  const others = [
    await bridge.event.watchCatalog({ tenantId }),
    await bridge.edit.watchUndo({ tenantId }),
    await bridge.sync.watch({ tenantId }),
    await bridge.settings.watch({ name: 'preferences' }),
    await bridge.workspace.watch(),
  ];
  for (const stream of others) follow(stream).catch(ignoreClosed);
  for (;;) {
    const { value } = await sessions.next();
    if ((value as { stage?: string } | undefined)?.stage === 'complete') break;
  }
  follow(sessions).catch(ignoreClosed);
  return window;
}

/** A stream whose window was closed ends with an error: that it was closed. */
function ignoreClosed(): void {}

/** A client of the change feed that goes away without a word. */
async function dropFeed(hub: RunningHub): Promise<void> {
  const away = new AbortController();
  const headers = { authorization: KEY, accept: 'text/event-stream' };
  const response = await fetch(`${hub.url}/-/main/changes?event_id=${EVENT}`, { headers, signal: away.signal });
  await response.body?.getReader().read();
  away.abort();
}

/** A page of another site that tries the bridge. */
async function knockInVain(host: RunningHub): Promise<void> {
  const socket = new WebSocket(`${host.url.replace('http', 'ws')}/-/app`, ['x'], { headers: { origin: host.url } });
  await new Promise((resolve) => {
    socket.on('error', resolve);
    socket.on('open', resolve);
  });
  socket.terminate();
}

async function patch(hub: RunningHub, id: string, body: unknown): Promise<void> {
  await ask(hub, 'PATCH', `/sessions/main/${encodeURIComponent(id)}`, body);
}

/** Sends a request of the operator's and gives the JSON of its answer. Throws where it is refused. */
export async function ask(hub: RunningHub, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(hub.url + path, {
    method,
    headers: { authorization: KEY, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}
