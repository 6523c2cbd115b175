import { expect, onTestFinished, test } from 'vitest';

import { feedCatalog } from '../../electron/bridge/catalog-feed.ts';
import { findCustomFieldUses } from '../../electron/bridge/custom-field-uses.ts';
import { feedSessions } from '../../electron/bridge/session-feed.ts';
import type { SessionInput } from '../../shared/contract/session.ts';
import type { CatalogMessage, EventFeedMessage } from '../../shared/rpc/messages.ts';
import { callerWith, openTestService, TENANT } from '../support/test-service.ts';

async function openWorld(sessions = 0) {
  const { service, store } = await openTestService();
  const api = service.as(callerWith('admin'));
  const create = async (fields: Partial<SessionInput> = {}): Promise<string> => {
    const body = { event_id: 'e1', type_id: 'talk', name: 'A talk', ...fields };
    const { id } = await api.createSession({ tenantId: TENANT, body });
    return id;
  };
  const ids = await Promise.all(Array.from({ length: sessions }, async () => await create()));
  const follow = (more: { fromMs?: number; toMs?: number } = {}): AsyncGenerator<EventFeedMessage> => {
    const end = new AbortController();
    onTestFinished(() => end.abort());
    return feedSessions(store, { tenantId: TENANT, eventId: 'e1', ...more }, end.signal);
  };
  return { service, store, api, create, ids, follow };
}

/** Reads until everything is known. */
async function readAll(feed: AsyncGenerator<EventFeedMessage>): Promise<EventFeedMessage[]> {
  const messages: EventFeedMessage[] = [];
  for (;;) {
    const message = await next(feed);
    messages.push(message);
    if (message.stage === 'complete') return messages;
  }
}

async function next<Message>(feed: AsyncGenerator<Message>): Promise<Message> {
  const { value, done } = await feed.next();
  if (done === true) throw new Error('the feed ended');
  return value;
}

test('an event comes whole, in parts, each session once, and no other event’s', async () => {
  const { ids, follow, create } = await openWorld(1_201);
  await create({ event_id: 'e2' });
  const messages = await readAll(follow());
  expect(messages.map(({ stage, changed }) => [stage, changed.length])).toEqual([
    ['rest', 500],
    ['rest', 500],
    ['rest', 201],
    ['complete', 0],
  ]);
  expect(messages.flatMap(({ changed }) => changed.map(({ id }) => id)).toSorted()).toEqual(ids.toSorted());
});

test('what the screen shows comes first, and is not told again', async () => {
  const { create, follow } = await openWorld(3);
  const shown = await create({ start_date: '2026-02-01T10:00:00Z', end_date: '2026-02-01T11:00:00Z' });
  const window = { fromMs: Date.UTC(2026, 1, 1), toMs: Date.UTC(2026, 1, 2) };
  const messages = await readAll(follow(window));
  expect(messages.map(({ stage, changed }) => [stage, changed.length])).toEqual([
    ['window', 1],
    ['rest', 3],
    ['complete', 0],
  ]);
  expect(messages[0]?.changed[0]?.id).toBe(shown);
});

test('a change, a create, a delete and a move to another event are told as they are committed', async () => {
  const { api, ids, create, follow } = await openWorld(3);
  const [changed, deleted, moved] = ids as [string, string, string];
  const feed = follow();
  await readAll(feed);

  await api.patchSession({ tenantId: TENANT, id: changed, body: [{ op: 'replace', path: '/name', value: 'Other' }] });
  expect(await next(feed)).toMatchObject({ changed: [{ id: changed, name: 'Other' }], removed: [], stage: 'live' });
  await api.deleteSession({ tenantId: TENANT, id: deleted });
  expect(await next(feed)).toMatchObject({ changed: [], removed: [deleted] });
  await api.patchSession({ tenantId: TENANT, id: moved, body: [{ op: 'replace', path: '/event_id', value: 'e2' }] });
  expect(await next(feed)).toMatchObject({ changed: [], removed: [moved] });
  const created = await create();
  expect(await next(feed)).toMatchObject({ changed: [{ id: created }], removed: [] });
});

test('what changes while the event is being read is not missed', async () => {
  const { api, ids, follow } = await openWorld(600);
  const first = ids.toSorted()[0]!;
  const feed = follow();
  expect((await next(feed)).changed).toHaveLength(500);
  await api.patchSession({ tenantId: TENANT, id: first, body: [{ op: 'replace', path: '/name', value: 'Late' }] });
  await readAll(feed);
  expect(await next(feed)).toMatchObject({ changed: [{ id: first, name: 'Late' }], stage: 'live' });
});

test('a summary counts who is registered, and follows them', async () => {
  const { service, ids, follow } = await openWorld(1);
  const [id] = ids as [string];
  const register = async (name: string): Promise<unknown> =>
    await service.catalog.put(callerWith('admin'), TENANT, 'registrations', [
      { id: name, session_id: id, contact_id: 'ada' },
    ]);
  await register('r1');
  const feed = follow();
  expect((await readAll(feed))[0]?.changed).toMatchObject([{ id, registrations: 1, sync: 'clean' }]);
  await register('r2');
  expect(await next(feed)).toMatchObject({ changed: [{ id, registrations: 2 }] });
});

test('a feed that is given up ends', async () => {
  const { store } = await openWorld();
  const end = new AbortController();
  const feed = feedSessions(store, { tenantId: TENANT, eventId: 'e1' }, end.signal);
  await readAll(feed);
  const waiting = feed.next();
  end.abort();
  expect(await waiting).toEqual({ value: undefined, done: true });
});

test('the catalog comes whole, without registrations, and then its changes', async () => {
  const { service, store } = await openWorld();
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const feed = feedCatalog(store, TENANT, end.signal);
  const messages: CatalogMessage[] = [];
  do messages.push(await next(feed));
  while (messages.at(-1)?.complete === false);
  const kinds = messages.flatMap(({ items }) => Object.keys(items));
  expect(kinds).toEqual([
    'events',
    'session_types',
    'tracks',
    'rooms',
    'speaker_types',
    'contacts',
    'abstracts',
    'custom_fields',
  ]);

  await service.catalog.put(callerWith('admin'), TENANT, 'rooms', [{ id: 'new', name: 'New room' }]);
  expect(await next(feed)).toEqual({
    items: { rooms: [{ id: 'new', name: 'New room' }] },
    removed: [],
    complete: true,
  });
});

test('the sessions that have a value of a custom field are told apart, each once, of one event alone', async () => {
  const { store, create } = await openWorld(2);
  const values = [{ custom_field_id: 'plain-field', string_value: 'Beamer' }];
  const ids = [await create({ custom_field_values: values }), await create({ custom_field_values: values })];
  await create({ event_id: 'e2', custom_field_values: values });
  const uses = findCustomFieldUses(store, { tenantId: TENANT, eventId: 'e1' });
  expect(Object.keys(uses)).toEqual(['plain-field']);
  expect(uses['plain-field']?.toSorted()).toEqual(ids.toSorted());
});
