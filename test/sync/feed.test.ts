import { describe, expect, test } from 'vitest';

import { because } from '../../shared/base/reasons.ts';
import type { ChangePage, HubApi } from '../../shared/contract/change-feed.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { OperationName, SessionsApi } from '../../shared/contract/operations.ts';
import type { Session } from '../../shared/contract/session.ts';
import { createHubClient } from '../../shared/http/hub-client.ts';
import type { StoreChange } from '../../shared/store/open-store.ts';
import { hubApiOf } from '../support/store-hub.ts';
import { openTestReplica, type TestReplica } from '../support/test-replica.ts';
import { callerWith, openTestService, TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface World {
  /** Somebody at the hub. */
  theirs: SessionsApi;
  laptop: TestReplica;
  /** What the laptop asked since this was emptied, in order. */
  calls: string[];
  /** Answers instead of the hub; undefined lets it answer itself. */
  interfere: (name: OperationName | 'changes', answer: () => Promise<unknown>) => unknown;
  /** Pages that a stream tells, as they are given. */
  tell(page: ChangePage): void;
  hub: HubApi;
  /** Puts the hub back to an earlier state. */
  restore(work: (change: StoreChange) => void): Promise<void>;
}

async function openWorld(options: { pageBytes?: number } = {}): Promise<World> {
  const { store, service } = await openTestService();
  const caller = callerWith('editor');
  const api = service.as(caller);
  const hub = hubApiOf(() => ({ store, service, replicator: undefined }), TENANT, caller, options.pageBytes);
  const told: ChangePage[] = [];
  let wake = (): void => {};
  const world: World = {
    theirs: service.as({ id: 'third', role: 'editor' }),
    laptop: undefined as unknown as TestReplica,
    calls: [],
    interfere: () => undefined,
    tell(page) {
      told.push(page);
      wake();
    },
    hub,
    async restore(work) {
      await store.change({ tenantId: TENANT, principalId: 'restore', operation: 'restore', atMs: 0 }, work);
      await store.renewEpoch();
    },
  };
  const ask = async (name: OperationName | 'changes', answer: () => Promise<unknown>): Promise<unknown> => {
    world.calls.push(name);
    return (await world.interfere(name, answer)) ?? (await answer());
  };
  const remote = Object.fromEntries(
    Object.keys(api).map((name) => [
      name,
      async (request: never) =>
        await ask(
          name as OperationName,
          async () => await (api[name as OperationName] as (request: never) => Promise<unknown>)(request),
        ),
    ]),
  ) as unknown as SessionsApi;
  world.laptop = await openTestReplica(remote, () => 0.5, {
    ...hub,
    changes: async (request) => (await ask('changes', async () => await hub.changes(request))) as ChangePage,
    async *follow({ signal }) {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const page = told.shift();
        if (page !== undefined) yield page;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  });
  return world;
}

const fail = (kind: ContractError['kind']): never => {
  throw new ContractError(kind, because('said', { text: `the hub says ${kind}` }));
};

async function makeThere({ theirs }: World, count: number): Promise<Session[]> {
  const made: Session[] = [];
  for (let n = 0; n < count; n++) {
    made.push(await theirs.createSession({ tenantId: TENANT, body: { ...talk, name: `T${n}` } }));
  }
  return made;
}

async function namesHere({ laptop }: World): Promise<string[]> {
  const { Items } = await laptop.api.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
  return Items.map(({ name }) => String(name)).toSorted();
}

async function rename(api: SessionsApi, id: string, name: string): Promise<void> {
  await api.patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value: name }] });
}

describe('a sync by the change feed', () => {
  test('needs one request if nothing is new, and no more if something is', async () => {
    const world = await openWorld();
    await makeThere(world, 3);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect([world.calls, await namesHere(world)]).toEqual([['changes'], ['T0', 'T1', 'T2']]);
    world.calls.length = 0;
    await world.laptop.replicator.sync('hand');
    await makeThere(world, 1);
    await world.laptop.replicator.sync('hand');
    expect([world.calls, await namesHere(world)]).toEqual([
      ['changes', 'changes'],
      ['T0', 'T0', 'T1', 'T2'],
    ]);
  });

  test('removes nothing by the word of the feed alone, and what is proven to be gone', async () => {
    const world = await openWorld();
    const [a, b] = await makeThere(world, 3);
    await world.laptop.replicator.sync('hand');
    const { cursor } = world.laptop.replicator.memory.current.feed;
    const lie = { since: cursor, cursor: `${cursor}1`, more: false, changes: [{ gone: a?.id, why: 'deleted' }] };
    world.interfere = (name) => (name === 'changes' ? lie : undefined);
    await world.laptop.replicator.sync('hand');
    expect(await namesHere(world)).toEqual(['T0', 'T1', 'T2']);

    world.interfere = () => undefined;
    await world.theirs.deleteSession({ tenantId: TENANT, id: String(b?.id) });
    world.calls.length = 0;
    await world.laptop.replicator.sync('hand');
    expect(world.calls).toContain('getSession');
    expect(await namesHere(world)).toEqual(['T0', 'T2']);
  });

  test('deletes at the hub only what was read: what somebody there edited in the same moment comes back with a question', async () => {
    const world = await openWorld();
    const made = await makeThere(world, 3);
    await world.laptop.replicator.sync('hand');
    for (const { id } of made) await world.laptop.api.deleteSession({ tenantId: TENANT, id });
    const edited = String(made[1]?.id);
    let isEdited = false;
    world.interfere = async (name) => {
      if (name !== 'deleteSession' || isEdited) return undefined;
      isEdited = true;
      await rename(world.theirs, edited, 'Edited');
      return undefined;
    };
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ conflicts: 1 });
    expect(await namesHere(world)).toEqual(['Edited']);
    expect(world.laptop.replicator.conflicts()).toMatchObject([
      { id: edited, deleted: 'here', fields: [{ pointer: '' }] },
    ]);
    await world.laptop.replicator.resolve(edited, 'mine');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    await expect(world.theirs.getSession({ tenantId: TENANT, id: edited })).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  test('stops removing where suspiciously many are gone, and asks', async () => {
    const world = await openWorld();
    const made = await makeThere(world, 30);
    await world.laptop.replicator.sync('hand');
    for (const { id } of made.slice(0, 28)) await world.theirs.deleteSession({ tenantId: TENANT, id });
    world.calls.length = 0;
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({
      state: 'attention',
      brake: [{ event_id: 'e1' }],
    });
    expect(await namesHere(world)).toHaveLength(30);
    // One more is no answer.
    await world.theirs.deleteSession({ tenantId: TENANT, id: String(made[28]?.id) });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ brake: [{ sessions: 29 }] });
    expect(await namesHere(world)).toHaveLength(30);
    await world.laptop.replicator.brake('apply');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(await namesHere(world)).toEqual(['T29']);
  });

  test('believes a hub that went back only by a GET, and asks what is to become of what was written here', async () => {
    const world = await openWorld();
    const [a] = await makeThere(world, 1);
    const id = String(a?.id);
    await world.laptop.replicator.sync('hand');
    await rename(world.laptop.api, id, 'Written here');
    await world.laptop.replicator.sync('hand');
    await world.restore((change) => {
      const record = change.findSession(TENANT, id);
      if (record !== undefined && a !== undefined) change.settleSession({ session: a, sync: record.sync }, record);
    });
    world.calls.length = 0;
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', conflicts: 1 });
    expect(world.calls).toContain('getSession');
    expect(world.laptop.replicator.conflicts()).toMatchObject([
      { id, where: 'here', fields: [{ pointer: 'name', mine: 'Written here', theirs: 'T0' }] },
    ]);
  });

  test('is done without where no feed is offered, and asked for again after ten minutes', async () => {
    const world = await openWorld();
    await makeThere(world, 2);
    world.interfere = (name) => (name === 'changes' ? fail('not_found') : undefined);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    await world.laptop.replicator.sync('hand');
    expect(world.calls.filter((name) => name === 'changes')).toHaveLength(1);
    world.interfere = () => undefined;
    world.laptop.clock.nowMs += 11 * MINUTE_MS;
    await world.laptop.replicator.sync('hand');
    world.calls.length = 0;
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.calls).toEqual(['changes']);
  });

  test('is audited by a listing once a day', async () => {
    const world = await openWorld();
    const [a] = await makeThere(world, 2);
    await world.laptop.replicator.sync('hand');
    // What no feed told: only a listing can find it.
    const context = { tenantId: TENANT, principalId: 'p', operation: 'lose', atMs: 0 };
    await world.laptop.store.change(context, (change) => {
      const record = change.findSession(TENANT, String(a?.id));
      if (record !== undefined) change.settleSession({ ...record, deleted: true }, record);
    });
    await world.laptop.replicator.sync('hand');
    expect(await namesHere(world)).toEqual(['T1']);
    world.laptop.clock.nowMs += DAY_MS;
    await world.laptop.replicator.sync('hand');
    expect(world.calls).toContain('listSessionsByEvent');
    expect(await namesHere(world)).toEqual(['T0', 'T1']);
  });

  test('finds a create whose answer was lost, and sends one again that did not arrive', async () => {
    const world = await openWorld();
    await world.laptop.replicator.sync('hand');
    for (const name of ['Arrived', 'Lost']) {
      await world.laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name } });
    }
    let sent = 0;
    world.interfere = async (name, answer) => {
      if (name !== 'createSession' || sent === 2) return undefined;
      sent += 1;
      if (sent === 1) await answer();
      return fail('internal');
    };
    for (let n = 0; n < 4; n++) {
      world.laptop.clock.nowMs += MINUTE_MS;
      await world.laptop.replicator.sync('hand');
    }
    const { Items } = await world.theirs.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
    expect(Items.map(({ name }) => name).toSorted()).toEqual(['Arrived', 'Lost']);
    expect(world.laptop.replicator.status()).toMatchObject({ state: 'synced' });
  });

  test('goes on where a first one was cut short, and then lists, for nobody knows what it told before', async () => {
    const world = await openWorld({ pageBytes: 1500 });
    await makeThere(world, 12);
    let pages = 0;
    world.interfere = (name) => (name === 'changes' && (pages += 1) > 4 ? fail('unreachable') : undefined);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'offline' });
    const before = await namesHere(world);
    expect(before.length).toBeLessThan(12);
    world.interfere = () => undefined;
    world.calls.length = 0;
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.calls).toContain('listSessionsByEvent');
    expect(await namesHere(world)).toHaveLength(12);
  });

  test('a change of one field on both sides is a conflict, of different fields is merged', async () => {
    const world = await openWorld();
    const [a] = await makeThere(world, 1);
    const id = String(a?.id);
    await world.laptop.replicator.sync('hand');
    await rename(world.laptop.api, id, 'Mine');
    await world.laptop.api.patchSession({ tenantId: TENANT, id, body: [{ op: 'add', path: '/code', value: 'C' }] });
    await rename(world.theirs, id, 'Theirs');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ conflicts: 1, pending: 0 });
    expect(await world.theirs.getSession({ tenantId: TENANT, id })).toMatchObject({ name: 'Theirs', code: 'C' });
  });
});

describe('a feed that is followed', () => {
  test('tells at once; pages that come twice, late or with a gap change nothing that is newer, and lose nothing', async () => {
    const world = await openWorld();
    const [a] = await makeThere(world, 1);
    const id = String(a?.id);
    await world.laptop.replicator.sync('hand');
    const unfollow = world.laptop.replicator.follow();
    const next = async (name: string): Promise<ChangePage> => {
      const { cursor } = pages.at(-1) ?? world.laptop.replicator.memory.current.feed;
      await rename(world.theirs, id, name);
      return await world.hub.changes({ tenantId: TENANT, eventIds: ['e1'], since: cursor });
    };
    const pages: ChangePage[] = [];
    for (const name of ['First', 'Second', 'Third']) pages.push(await next(name));
    const [first, second, third] = pages as [ChangePage, ChangePage, ChangePage];
    world.tell(first);
    await expect.poll(async () => await namesHere(world)).toEqual(['First']);
    world.tell(first);
    // One is missing: the stream begins again where things stand.
    world.tell(third);
    world.tell(second);
    await expect.poll(async () => await namesHere(world)).toEqual(['Second']);
    world.tell(first);
    world.tell(third);
    await expect.poll(async () => await namesHere(world)).toEqual(['Third']);
    // What the stream tells stands in the log without a sync.
    await expect
      .poll(() => world.laptop.replicator.log().map(({ message }) => message))
      .toEqual(['Sessions that came: 1.', 'Sessions that were changed at headquarters: 3.']);
    world.calls.length = 0;
    await world.laptop.replicator.sync('timer');
    expect(world.calls).toEqual([]);
    await unfollow();
  });
});

describe('what a hub answers', () => {
  const answering = (body: string, type = 'application/json'): HubApi =>
    createHubClient({
      baseUrl: 'http://127.0.0.1:1',
      fetch: async () => new Response(body, { headers: { 'content-type': type } }),
      timeoutMs: 1000,
      maxAnswerBytes: 10_000,
    });
  const page = { cursor: 'c', more: false };
  const session = (more: object): string => JSON.stringify({ ...page, changes: [{ session: { id: 's', ...more } }] });

  test.each([
    ['a page of another kind', '<html></html>', 'text/html'],
    ['no JSON', '{', undefined],
    ['no changes', JSON.stringify(page), undefined],
    ['a change of no kind', JSON.stringify({ ...page, changes: [{}] }), undefined],
    ['a session without an id', JSON.stringify({ ...page, changes: [{ session: {} }] }), undefined],
    ['a session with __proto__', session({}).replace('"id"', '"__proto__":{},"id"'), undefined],
    ['half a surrogate pair', session({ name: '\ud800' }), undefined],
    [
      'too many changes',
      JSON.stringify({ ...page, changes: Array.from({ length: 1001 }, () => ({ gone: 's', why: 'moved' })) }),
      undefined,
    ],
    ['a status of no kind', JSON.stringify({ ...page, changes: [], status: { state: 'fine' } }), undefined],
    ['more than it may be', session({ name: 'x'.repeat(10_000) }), undefined],
  ])('with %s is not taken', async (_, body, type) => {
    const asked = answering(body, type).changes({ tenantId: 't', eventIds: [] });
    await expect(asked).rejects.toMatchObject({ kind: 'unusable_answer' });
  });

  test('with fields of whatever type is taken as it is', async () => {
    const odd = { name: null, start_date: 5, x_future: [{}] };
    const { changes } = await answering(session(odd)).changes({ tenantId: 't', eventIds: [] });
    expect(changes).toEqual([{ session: { id: 's', ...odd } }]);
  });

  test('as a stream, with an event beyond the bound, is given up', async () => {
    const endless = answering(`data: ${'x'.repeat(20_000)}\n\n`, 'text/event-stream');
    const { signal } = new AbortController();
    const pages = endless.follow({ tenantId: 't', eventIds: [], since: 'c', signal });
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: 'unusable_answer' });
  });
});
