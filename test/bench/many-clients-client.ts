import { setTimeout as sleep } from 'node:timers/promises';

import type { JsonObject } from '../../shared/base/json.ts';
import { changePage } from '../../shared/contract/change-feed.ts';
import { readEvents } from '../../shared/http/event-stream.ts';
import { idOf, LARGE_EVENT, TENANT } from './documents.ts';
import { fieldOf, readEdit, sessionOf, writeEdit } from './client-edits.ts';
import { KEY } from './engines.ts';
import { send } from './pouch-source.ts';
import { serveParent } from './process.ts';

/** Clients of a hub, by their numbers, and for how long they edit. */
export interface ManyClients {
  readonly url: string;
  readonly clients: readonly number[];
  readonly ofClients: number;
  readonly seconds: number;
}

/** What came of it. */
export interface ManyClientsResult {
  /** The edits that were answered, of each client. */
  readonly edits: readonly { client: number; count: number; last: string }[];
  /** How long each edit of another client's took until it was heard, in microseconds. */
  readonly delaysUs: readonly number[];
  readonly errors: readonly string[];
}

/** Between two edits of one client, in milliseconds. */
const EDIT_EVERY_MS = 1_000;

/** How long after the last edit the clients still listen, in milliseconds. */
const LISTEN_ON_MS = 2_000;

const MAX_EVENT = 64 * 1024 * 1024;

const headers = { authorization: `Bearer ${KEY}` };

// A process of its own. Each client follows the hub's change feed, and patches over HTTP; it keeps no store.
serveParent(async ({ url, clients, ofClients, seconds }: ManyClients): Promise<ManyClientsResult> => {
  const delaysUs: number[] = [];
  const errors: string[] = [];
  const ended = new AbortController();
  const since = await lastCursor(url);
  const note = (error: unknown): void => {
    if (!ended.signal.aborted) errors.push(String(error));
  };
  for (const client of clients) {
    follow(url, client, since, delaysUs, ended.signal).catch(note);
  }
  await sleep(500);
  const edits = await Promise.all(
    clients.map(async (client) => {
      // Not all at once: clients are people.
      await sleep((client / ofClients) * EDIT_EVERY_MS);
      const endMs = performance.now() + seconds * 1_000;
      let count = 0;
      let last = '';
      while (performance.now() < endMs) {
        const nextMs = performance.now() + EDIT_EVERY_MS;
        const value = writeEdit(client, count, nowMs());
        try {
          const address = `${url}/sessions/${TENANT}/${encodeURIComponent(idOf(sessionOf(client)))}`;
          await send(address, 'PATCH', [{ op: 'replace', path: `/${fieldOf(client)}`, value }], headers);
          count += 1;
          last = value;
        } catch (error) {
          note(error);
        }
        await sleep(nextMs - performance.now());
      }
      return { client, count, last };
    }),
  );
  await sleep(LISTEN_ON_MS);
  ended.abort();
  return { edits, delaysUs, errors };
});
process.send?.('ready');

/** The time of this machine, in milliseconds since the Unix epoch, finer than by `Date.now`. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Hears what others edit, until the signal ends it; an edit that is told again counts once. */
async function follow(
  url: string,
  client: number,
  since: string,
  delaysUs: number[],
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams({ event_id: LARGE_EVENT, since });
  const accept = { ...headers, accept: 'text/event-stream' };
  const response = await fetch(`${url}/-/${TENANT}/changes?${query}`, { headers: accept, signal });
  if (!response.ok || response.body === null) throw new Error(`The feed answers ${response.status}`);
  const heard = new Set<string>();
  for await (const data of readEvents(response.body, MAX_EVENT)) {
    if (data === undefined) continue;
    const heardMs = nowMs();
    for (const change of changePage.parse(JSON.parse(data)).changes) {
      if (!('session' in change)) continue;
      const session = change.session as JsonObject;
      for (const value of [session['name'], session['description']]) {
        const edit = readEdit(value);
        if (edit === undefined || edit.client === client || heard.has(edit.text)) continue;
        heard.add(edit.text);
        delaysUs.push((heardMs - edit.atMs) * 1_000);
      }
    }
  }
  throw new Error('The feed ended');
}

/** The cursor after everything that is there. */
async function lastCursor(url: string): Promise<string> {
  let since: string | undefined;
  for (;;) {
    const query = new URLSearchParams({ event_id: LARGE_EVENT, ...(since === undefined ? {} : { since }) });
    const page = changePage.parse(await send(`${url}/-/${TENANT}/changes?${query}`, 'GET', undefined, headers));
    since = page.cursor;
    if (!page.more) return since;
  }
}
