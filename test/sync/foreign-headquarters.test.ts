import { describe, expect, onTestFinished, test } from 'vitest';

import type { JsonObject } from '../../shared/base/json.ts';
import { createHttpClient } from '../../shared/http/client.ts';
import { serveForeign, type Manner } from '../support/foreign-headquarters.ts';
import { openHeadquarters, plainTraits, type Headquarters } from '../support/headquarters.ts';
import { openTestReplica, type TestReplica } from '../support/test-replica.ts';
import { TENANT } from '../support/test-service.ts';

type Say = NonNullable<Manner['says']>;

const talk = { event_id: 'e1', type_id: 'talk' };
const NO_ROOM = 'room-2';

interface World {
  hq: Headquarters;
  laptop: TestReplica;
  /** How many sessions the laptop made there. */
  made(): number;
}

/** A laptop and a headquarters behind HTTP that has four sessions and does not know a room. */
async function openWorld(manner: Manner): Promise<World> {
  let nowMs = Date.UTC(2026, 0, 1);
  let made = 0;
  const hq = openHeadquarters({ ...plainTraits, pageSize: 3 }, () => (nowMs += 1));
  hq.unknown.add(NO_ROOM);
  hq.onWrite = ({ by, before }) => (made += by === 'laptop' && before === undefined ? 1 : 0);
  for (const name of ['one', 'two', 'three', 'four']) {
    await hq.as('third').createSession({ tenantId: TENANT, body: { ...talk, name } });
  }
  const { url, server } = await serveForeign(hq.as('laptop'), manner);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const remote = createHttpClient({ baseUrl: url, fetch, timeoutMs: 10_000, maxAnswerBytes: 1_000_000 });
  return { hq, laptop: await openTestReplica(remote), made: () => made };
}

async function idsByName({ api }: TestReplica): Promise<Map<string, string>> {
  const { Items } = await api.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
  return new Map(Items.map(({ name, id }) => [String(name), String(id)]));
}

const withoutResults = ({ id, success, status_code }: JsonObject): JsonObject => ({ id, success, status_code });
const changeResults =
  (change: (results: JsonObject[]) => unknown): Say =>
  (answer) =>
    'results' in answer ? { ...answer, results: change(answer['results'] as JsonObject[]) } : answer;
const changePages =
  (change: (page: JsonObject) => unknown): Say =>
  (answer) =>
    'Items' in answer ? change(answer) : answer;
const whatWritesSay =
  (say: (answer: JsonObject) => unknown): Say =>
  (answer, { method, what }) =>
    'id' in answer && (method === 'PATCH' || (method === 'POST' && what === '')) ? say(answer) : answer;
const aPart = ({ id, event_id, sys_version, sys_last_modified_at }: JsonObject): JsonObject => ({
  id,
  event_id,
  sys_version,
  sys_last_modified_at,
});
const instead =
  (of: string, status: number): NonNullable<Manner['fails']> =>
  ({ what }) =>
    what === of ? status : undefined;

describe('a headquarters that knows the page and nothing of ours', () => {
  test.each<[string, Manner, boolean?]>([
    ['has bare errors and takes application/json alone', {}],
    [
      'says null for the key of the page after the last',
      { says: changePages((page) => ({ LastEvaluatedKey: null, ...page })) },
    ],
    ['says nothing for it', { says: changePages((page) => ({ LastEvaluatedKey: '', ...page })) }],
    ['counts nothing', { says: changePages((page) => ({ ...page, Count: undefined })) }],
    ['counts in words', { says: changePages((page) => ({ ...page, Count: String(page['Count']) })) }],
    ['calls its JSON text', { contentType: 'text/plain' }],
    ['tells of a batch in another order', { says: changeResults((results) => results.toReversed()) }],
    ['tells of the half of a batch', { says: changeResults((results) => results.slice(1)) }],
    ['tells of a batch without sessions', { says: changeResults((results) => results.map(withoutResults)) }],
    ['tells of a batch in other words', { says: changeResults((results) => results.map(({ id }) => ({ done: id }))) }],
    ['tells of a batch in text', { says: changeResults((results) => results.map(({ id }) => id)) }],
    [
      'tells a part of each session in a batch',
      {
        says: changeResults((results) =>
          results.map(({ result, ...rest }) => ({
            ...rest,
            ...(result === undefined ? {} : { result: aPart(result as JsonObject) }),
          })),
        ),
      },
    ],
    ['answers a write with a part of the session', { says: whatWritesSay(aPart) }],
    ['answers a write with the id', { says: whatWritesSay(({ id }) => id) }, true],
    ['has no batches', { fails: instead('batch', 405) }],
    ['has no search', { fails: instead('search', 404) }],
  ])('%s: all goes both ways, once, and nothing is lost', async (_, manner, isOfOneWrite = false) => {
    const { hq, laptop, made } = await openWorld(manner);
    const shown: number[] = [];
    const states: string[] = [];
    const sync = async (): Promise<void> => {
      // What the answer to a single write did not tell is read by the next sync.
      const first = await laptop.replicator.sync('hand');
      shown.push((await idsByName(laptop)).size);
      const { state } = first.state === 'synced' ? first : await laptop.replicator.sync('hand');
      states.push(first.state === state || isOfOneWrite ? state : `${first.state}, then ${state}`);
    };
    await sync();
    const ids = await idsByName(laptop);
    const add = async (name: string, field: string, value: string): Promise<void> => {
      const body = [{ op: 'add' as const, path: `/${field}`, value }];
      await laptop.api.patchSession({ tenantId: TENANT, id: ids.get(name) ?? '', body });
    };

    await laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name: 'five', code: 'V' } });
    for (const name of ['one', 'two', 'three']) await add(name, 'location', `at ${name}`);
    await sync();
    await add('one', 'description', 'alone');
    await sync();
    await laptop.api.deleteSession({ tenantId: TENANT, id: ids.get('three') ?? '' });
    await hq.as('third').deleteSession({ tenantId: TENANT, id: 'hq-0004' });
    await sync();

    const both = [
      { name: 'five', code: 'V' },
      { name: 'one', location: 'at one', description: 'alone' },
      { name: 'two', location: 'at two' },
    ];
    const said = (sessions: Iterable<JsonObject>): unknown[] =>
      [...sessions]
        .map(({ name, code, location, description }) => ({ name, code, location, description }))
        .toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
    expect(states).toEqual(['synced', 'synced', 'synced', 'synced']);
    expect(shown).toEqual([4, 5, 5, 3]);
    expect(said(hq.sessions.values())).toEqual(both);
    const { Items } = await laptop.api.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
    expect(said(Items)).toEqual(both);
    expect(made()).toBe(1);
  });

  const words = `/room_ids/0 names ${NO_ROOM}, which does not exist`;

  test.each<[string, Manner]>([
    ['as a message', {}],
    ['as an error', { words: (message) => ({ error: message }) }],
    ['as the message of an error', { words: (message) => ({ error: { code: 17, message } }) }],
    ['as text', { words: (message) => message }],
  ])(
    'tells why it refuses %s: the reason stands with the session, and an id that it misses is named',
    async (_, manner) => {
      const { laptop } = await openWorld(manner);
      await laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name: 'five', room_ids: [NO_ROOM] } });
      expect(await laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', refused: 1 });
      expect(laptop.replicator.refused()).toMatchObject([
        { status: 409, message: words, missing: [{ kind: 'rooms', id: NO_ROOM }] },
      ]);
    },
  );

  test('tells what went wrong in a batch in a form of its own: the one is refused for it, the others are done', async () => {
    const { hq, laptop } = await openWorld({
      says: changeResults((results) =>
        results.map(({ error, ...rest }) => ({ ...rest, error: error === undefined ? null : { message: error } })),
      ),
    });
    await laptop.replicator.sync('hand');
    const ids = await idsByName(laptop);
    for (const [name, room] of Object.entries({ one: 'room-1', two: NO_ROOM, three: 'room-1' })) {
      const body = [{ op: 'add' as const, path: '/room_ids', value: [room] }];
      await laptop.api.patchSession({ tenantId: TENANT, id: ids.get(name) ?? '', body });
    }
    expect(await laptop.replicator.sync('hand')).toMatchObject({ refused: 1, pending: 0 });
    expect(laptop.replicator.refused()).toMatchObject([{ name: 'two', message: words }]);
    expect([...hq.sessions.values()].filter((session) => 'room_ids' in session)).toHaveLength(2);
  });

  test('refuses by a status that the page does not have: it is a refusal, and no fault of the server', async () => {
    const { laptop } = await openWorld({
      status: (status) => (status === 409 ? 422 : status),
      says: changeResults((results) =>
        results.map((result) => (result['status_code'] === 409 ? { ...result, status_code: 413 } : result)),
      ),
    });
    await laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name: 'five', room_ids: [NO_ROOM] } });
    expect(await laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', refused: 1, pending: 0 });
    const ids = await idsByName(laptop);
    const body = [{ op: 'add' as const, path: '/room_ids', value: [NO_ROOM] }];
    await laptop.api.patchSession({ tenantId: TENANT, id: ids.get('one') ?? '', body });
    expect(await laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', refused: 2, pending: 0 });
    expect(laptop.replicator.refused()).toMatchObject([
      { status: 422, message: words },
      { status: 422, message: words },
    ]);
    for (const name of ['two', 'three']) {
      await laptop.api.patchSession({ tenantId: TENANT, id: ids.get(name) ?? '', body });
    }
    await laptop.replicator.sync('hand');
    expect(laptop.replicator.refused().map(({ status }) => status)).toEqual([422, 413, 413, 422]);
  });

  test('says of a refusal more than anybody reads: as much is kept as can be shown', async () => {
    const { laptop } = await openWorld({ words: () => ({ message: 'no '.repeat(10_000) }) });
    await laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name: 'five', room_ids: [NO_ROOM] } });
    await laptop.replicator.sync('hand');
    expect(laptop.replicator.refused()[0]?.message.length).toBeLessThan(2100);
  });
});
