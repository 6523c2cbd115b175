import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { MAX_PAGE_CHANGES, type ChangePage, type FeedChange } from '../../shared/contract/change-feed.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import { createHubClient } from '../../shared/http/hub-client.ts';
import { readFeed } from '../../shared/replication/offer-feed.ts';
import { createFeedStreams } from '../../electron/hub/feed-streams.ts';
import { HUB_EVENT, HUB_TENANT as tenantId, startTestHub, type TestHub } from '../support/test-hub.ts';
import { keyOf } from '../support/test-server.ts';

const talk = { event_id: HUB_EVENT, name: 'A talk', type_id: 'talk' };

async function openHub(): Promise<TestHub> {
  const hub = await startTestHub();
  await hub.putCatalog('events', { id: HUB_EVENT, name: 'Event one' }, { id: 'e2', name: 'Event two' });
  await hub.putCatalog('session_types', { id: 'talk', name: 'Talk' });
  return hub;
}

async function get(hub: TestHub, query: Record<string, string> = {}): Promise<ChangePage> {
  const response = await hub.request('viewer', 'GET', changes({ event_id: HUB_EVENT, ...query }));
  expect(response.status).toBe(200);
  return (await response.json()) as ChangePage;
}

function changes(query: Record<string, string>): string {
  return `/-/${tenantId}/changes?${new URLSearchParams(query)}`;
}

async function refusal(hub: TestHub, query: Record<string, string>): Promise<unknown> {
  const response = await hub.request('viewer', 'GET', changes({ event_id: HUB_EVENT, ...query }));
  return { type: response.headers.get('content-type'), ...((await response.json()) as object) };
}

/** What a change is about, in short. */
function told(page: ChangePage): string[] {
  return page.changes.map((change: FeedChange) => {
    if ('session' in change) return `session ${change.session.name}`;
    if ('why' in change) return `${change.why} ${change.gone}`;
    return 'item' in change ? `${change.catalog} ${change.item.id}` : `${change.catalog} -${change.gone}`;
  });
}

describe('GET /-/{tenantId}/changes', () => {
  test('tells everything at first, the catalog before the sessions, and then what changed since', async () => {
    const hub = await openHub();
    const { id } = await hub.api.createSession({ tenantId, body: talk });
    const first = await get(hub);
    expect(told(first)).toEqual(['events e1', 'events e2', 'session_types talk', 'session A talk']);
    expect(first).toMatchObject({ more: false });
    expect(first).not.toHaveProperty('status');
    expect(first.changes[3]).toEqual({ session: await hub.api.getSession({ tenantId, id }) });

    const nothing = await get(hub, { since: first.cursor });
    expect(nothing).toEqual({ since: first.cursor, cursor: first.cursor, more: false, changes: [] });

    await hub.api.patchSession({ tenantId, id, body: [{ op: 'replace', path: '/name', value: 'Renamed' }] });
    await hub.putCatalog('rooms', { id: 'r1', name: 'Room' });
    expect(told(await get(hub, { since: first.cursor }))).toEqual(['rooms r1', 'session Renamed']);
  });

  test('tells what was deleted, what left the event, and nothing of that at first', async () => {
    const hub = await openHub();
    const [gone, moved] = [
      await hub.api.createSession({ tenantId, body: talk }),
      await hub.api.createSession({ tenantId, body: talk }),
    ];
    const { cursor } = await get(hub);
    await hub.api.deleteSession({ tenantId, id: gone.id });
    await hub.api.patchSession({ tenantId, id: moved.id, body: [{ op: 'replace', path: '/event_id', value: 'e2' }] });
    expect(told(await get(hub, { since: cursor }))).toEqual([`deleted ${gone.id}`, `moved ${moved.id}`]);
    expect(told(await get(hub))).toEqual(['events e1', 'events e2', 'session_types talk']);
    const both = await hub.request('viewer', 'GET', `${changes({ event_id: HUB_EVENT, since: cursor })}&event_id=e2`);
    expect(told((await both.json()) as ChangePage)).toEqual([`deleted ${gone.id}`, 'session A talk']);
    const all = await hub.request('viewer', 'GET', changes({ since: cursor }));
    expect(told((await all.json()) as ChangePage)).toEqual([`deleted ${gone.id}`, 'session A talk']);
  });

  test('tells the registrations of the sessions in the events asked for, and no others', async () => {
    const hub = await openHub();
    const here = await hub.api.createSession({ tenantId, body: talk });
    const there = await hub.api.createSession({ tenantId, body: { ...talk, event_id: 'e2' } });
    const register = (id: string, session: string) => ({ id, session_id: session, contact_id: 'ada' });
    await hub.putCatalog('registrations', register('here', here.id), register('there', there.id));
    expect(told(await get(hub)).filter((what) => what.startsWith('registrations'))).toEqual(['registrations here']);
  });

  test('is bounded by page, and goes on where the page ended, also for what changes meanwhile', async () => {
    const hub = await openHub();
    const store = { tenantId, principalId: 'p', operation: 'fill', atMs: 0 };
    await hub.engine.store.change(store, (change) => {
      for (let n = 0; n < 1200; n++) change.saveSession({ ...talk, id: `s${n}`, sys_version: 1 } as never);
    });
    const first = await get(hub);
    expect([first.changes.length, first.more]).toEqual([MAX_PAGE_CHANGES, true]);
    await hub.api.deleteSession({ tenantId, id: 's0' });
    await hub.api.deleteSession({ tenantId, id: 's1199' });
    const second = await get(hub, { since: first.cursor });
    expect(second.more).toBe(false);
    expect(told(second).slice(-2)).toEqual(['deleted s0', 'deleted s1199']);
    expect(first.changes.length + second.changes.length).toBe(3 + 1199 + 2);

    const large = 'x'.repeat(700_000);
    for (let n = 0; n < 4; n++) await hub.api.createSession({ tenantId, body: { ...talk, description: large } });
    const third = await get(hub, { since: second.cursor });
    expect([third.changes.length, third.more]).toEqual([2, true]);
    expect((await get(hub, { since: third.cursor })).changes).toHaveLength(2);
  });

  test('is for viewers of a tenant that is there', async () => {
    const hub = await openHub();
    const status = async (path: string, key?: string): Promise<number> =>
      (await fetch(hub.url + path, key === undefined ? {} : { headers: { authorization: key } })).status;
    expect(await status(changes({}))).toBe(401);
    expect(await status(changes({}), 'wrong')).toBe(401);
    expect(await status('/-/nobody/changes', keyOf('viewer'))).toBe(404);
  });

  test('refuses a made-up cursor with 400, and with 410 one that does not serve any more', async () => {
    const hub = await openHub();
    const { id } = await hub.api.createSession({ tenantId, body: talk });
    const { cursor } = await get(hub);
    expect(await refusal(hub, { since: 'made-up' })).toMatchObject({ status: 400, code: 'invalid' });
    const twice = await hub.request('viewer', 'GET', `${changes({ since: cursor })}&since=${cursor}`);
    expect(twice.status).toBe(400);

    const expired = { status: 410, code: 'expired', type: 'about:blank' };
    const [epoch, catalog, sessions] = cursor.split('~');
    expect(await refusal(hub, { since: [epoch, catalog, Number(sessions) + 1].join('~') })).toMatchObject(expired);
    expect(await refusal(hub, { since: [epoch, Number(catalog) + 1, sessions].join('~') })).toMatchObject(expired);
    expect(await refusal(hub, { since: ['another', catalog, sessions].join('~') })).toMatchObject(expired);

    await hub.api.deleteSession({ tenantId, id });
    const { storageInstance } = hub.engine.store.collections.sessions;
    await new Promise((resolve) => setTimeout(resolve, 5));
    while (!(await storageInstance.cleanup(0)));
    expect(await refusal(hub, { since: cursor })).toMatchObject(expired);
    const { cursor: later } = await get(hub);
    expect(told(await get(hub, { since: later }))).toEqual([]);

    await hub.engine.store.renewEpoch();
    expect(await refusal(hub, { since: later })).toMatchObject(expired);
  });

  test('as a stream stays open, and tells what is committed until the hub closes', async () => {
    const hub = await openHub();
    const { cursor } = await get(hub);
    const pages = follow(hub, cursor);
    expect((await pages.next()).value).toEqual({ since: cursor, cursor, more: false, changes: [] });
    const { id } = await hub.api.createSession({ tenantId, body: talk });
    const made = (await pages.next()).value as ChangePage;
    expect([made.since, told(made)]).toEqual([cursor, ['session A talk']]);
    await hub.api.deleteSession({ tenantId, id });
    const deleted = (await pages.next()).value as ChangePage;
    expect([deleted.since, told(deleted)]).toEqual([made.cursor, [`deleted ${id}`]]);
    const end = pages.next();
    await hub.unplug();
    expect(await end).toEqual({ done: true, value: undefined });
  });

  test('as a stream sends more than a page in parts, and ends where it cannot go on', async () => {
    const hub = await openHub();
    const { cursor } = await get(hub);
    const large = 'x'.repeat(200_000);
    for (let n = 0; n < 20; n++) await hub.api.createSession({ tenantId, body: { ...talk, description: large } });
    const pages = follow(hub, cursor);
    let [count, since, parts] = [0, cursor, 0];
    while (count < 20) {
      const page = (await pages.next()).value as ChangePage;
      expect(page.since).toBe(since);
      [count, since, parts] = [count + page.changes.length, page.cursor, parts + 1];
    }
    expect(parts).toBeGreaterThan(2);
    await hub.engine.store.renewEpoch();
    await hub.api.createSession({ tenantId, body: talk });
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });

  test('as a stream tells that it lives, holds one page for who reads slowly, and cuts off who reads nothing', async () => {
    const hub = await openHub();
    const { cursor } = await get(hub);
    const reader = new SlowReader();
    const query = { tenantId, eventIds: undefined, since: cursor };
    vi.useFakeTimers({ toFake: ['setInterval', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const streams = createFeedStreams(hub.engine, () => undefined, silentLogger);
    streams.open(query, await readPage(hub, cursor), reader as unknown as ServerResponse);
    vi.advanceTimersByTime(15_000);
    expect(reader.written.at(-1)).toBe(': alive\n\n');

    reader.takes = false;
    for (const name of ['One', 'Two', 'Three']) {
      await hub.api.createSession({ tenantId, body: { ...talk, name } });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(reader.written.filter((text) => text.startsWith('data: '))).toHaveLength(2);
    reader.takes = true;
    reader.emit('drain');
    await expect.poll(() => reader.written.at(-1)).toContain('Three');
    expect(reader.written.at(-1)).toContain('Two');

    reader.takes = false;
    await hub.api.createSession({ tenantId, body: talk });
    await expect.poll(() => reader.written.at(-1)).toContain('A talk');
    vi.advanceTimersByTime(30_000);
    expect([reader.isDestroyed, streams.count]).toEqual([false, 1]);
    vi.advanceTimersByTime(15_000);
    expect([reader.isDestroyed, streams.count]).toEqual([true, 0]);
  });

  test('keeps only so many streams open', async () => {
    const hub = await openHub();
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    // An answer that nobody holds is given up by the garbage collector.
    const held: Response[] = [];
    const open = async (): Promise<number> => {
      const headers = { authorization: keyOf('viewer'), accept: 'text/event-stream' };
      const response = await fetch(hub.url + changes({}), { headers, signal: stop.signal });
      held.push(response);
      return response.status;
    };
    const statuses = await Promise.all(Array.from({ length: 256 }, open));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect([await open(), held.length]).toEqual([429, 257]);
  });
});

async function readPage(hub: TestHub, since: string): Promise<ChangePage> {
  return readFeed(hub.engine.store, { tenantId, eventIds: undefined, since }, undefined);
}

/** A connection whose other end may not read. */
class SlowReader extends EventEmitter {
  readonly written: string[] = [];
  takes = true;
  isDestroyed = false;

  write(text: string): boolean {
    this.written.push(text);
    return this.takes;
  }

  end(): void {}

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }
}

async function* follow(hub: TestHub, since: string): AsyncGenerator<ChangePage, void, undefined> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const apiKey = (): string => keyOf('viewer');
  const client = createHubClient({ baseUrl: hub.url, apiKey, fetch, timeoutMs: 10_000, maxAnswerBytes: 2 ** 26 });
  for await (const page of client.follow({ tenantId, eventIds: [HUB_EVENT], since, signal: stop.signal })) {
    if (page !== 'alive') yield page;
  }
}
