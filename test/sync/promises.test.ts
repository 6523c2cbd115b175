import { describe, expect, test } from 'vitest';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { OperationName, SessionsApi } from '../../shared/contract/operations.ts';
import type { Session } from '../../shared/contract/session.ts';
import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import { openHeadquarters, plainTraits, type Headquarters, type HeadquartersTraits } from '../support/headquarters.ts';
import { openTestReplica, type TestReplica } from '../support/test-replica.ts';
import { TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };
const MINUTE_MS = 60_000;

/** Answers instead of headquarters; undefined lets it answer itself. */
type Interference = (name: OperationName, request: never) => unknown;

interface World {
  hq: Headquarters;
  /** As somebody at headquarters. */
  theirs: SessionsApi;
  laptop: TestReplica;
  /** What the laptop asked, in order. */
  calls: { name: OperationName; request: never }[];
  interfere(how: Interference | undefined): void;
  count(name: OperationName): number;
}

async function openWorld(traits: Partial<HeadquartersTraits> = {}): Promise<World> {
  let nowMs = Date.UTC(2026, 0, 1);
  const hq = openHeadquarters({ ...plainTraits, ...traits }, () => (nowMs += 1));
  const api = hq.as('laptop');
  const calls: World['calls'] = [];
  let interference: Interference | undefined;
  const watched = (name: OperationName) => async (request: never) => {
    calls.push({ name, request });
    const instead: unknown = await interference?.(name, request);
    return instead ?? (await (api[name] as (request: never) => Promise<unknown>)(request));
  };
  const remote = Object.fromEntries(
    Object.keys(api).map((name) => [name, watched(name as OperationName)]),
  ) as unknown as SessionsApi;
  return {
    hq,
    theirs: hq.as('third'),
    laptop: await openTestReplica(remote, () => 0.5),
    calls,
    interfere: (how) => {
      interference = how;
    },
    count: (name) => calls.filter((call) => call.name === name).length,
  };
}

const fail = (kind: ContractError['kind'], retryAfterS?: number): never => {
  throw new ContractError(kind, because('said', { text: `headquarters says ${kind}` }), { retryAfterS });
};

/** Syncs, and gives what each listing asked for. */
async function listedFields({ laptop, calls }: World, by: 'hand' | 'timer'): Promise<unknown[]> {
  const before = calls.length;
  await laptop.replicator.sync(by);
  return calls
    .slice(before)
    .filter(({ name }) => name === 'listSessionsByEvent')
    .map(({ request }) => (request as { fields?: string }).fields);
}

async function makeThere({ theirs }: World, count: number): Promise<Session[]> {
  const made: Session[] = [];
  for (let n = 0; n < count; n++)
    made.push(await theirs.createSession({ tenantId: TENANT, body: { ...talk, name: `T${n}` } }));
  return made;
}

async function namesHere({ laptop }: World): Promise<string[]> {
  const { Items } = await laptop.api.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
  return Items.map((item) => String(item.name)).toSorted();
}

async function rename({ api }: { api: SessionsApi }, id: string, name: string): Promise<void> {
  await api.patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value: name }] });
}

describe('deletes are proven', () => {
  test('an empty listing, a listing that lacks what is there, and a 403 remove nothing', async () => {
    const world = await openWorld();
    await makeThere(world, 3);
    await world.laptop.replicator.sync('hand');
    world.interfere((name) => (name === 'listSessionsByEvent' ? { Count: 0, Items: [] } : undefined));
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'syncing' });
    world.interfere((name) => (name === 'listSessionsByEvent' ? { Count: 0, Items: [] } : fail('forbidden')));
    await world.laptop.replicator.sync('hand');
    expect(await namesHere(world)).toEqual(['T0', 'T1', 'T2']);
    world.interfere(undefined);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
  });

  test('the brake stops after 20 proofs and asks; apply proves all again, and removes', async () => {
    const world = await openWorld();
    const made = await makeThere(world, 30);
    await world.laptop.replicator.sync('hand');
    for (const { id } of made.slice(0, 28)) await world.theirs.deleteSession({ tenantId: TENANT, id });
    const before = world.count('getSession');
    const status = await world.laptop.replicator.sync('hand');
    expect(status).toMatchObject({ state: 'attention', brake: [{ event_id: 'e1', sessions: 28 }] });
    expect(world.count('getSession') - before).toBe(20);
    expect(await namesHere(world)).toHaveLength(30);
    await world.laptop.replicator.brake('apply');
    const shown: unknown[] = [];
    world.interfere((name) => {
      if (name === 'getSession') shown.push(world.laptop.replicator.status().progress);
      return undefined;
    });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(await namesHere(world)).toHaveLength(2);
    // Two are listed; then each proof is told.
    expect(shown).toEqual(Array.from({ length: 28 }, (_, at) => ({ done: 2 + at, total: 30 })));
  });

  /** A laptop that keeps eight sessions which headquarters has no more. */
  async function openKeeping(): Promise<World & { ids: string[] }> {
    const world = await openWorld();
    const made = await makeThere(world, 8);
    await world.laptop.replicator.sync('hand');
    for (const { id } of made) await world.theirs.deleteSession({ tenantId: TENANT, id });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ brake: [{ sessions: 8 }] });
    await world.laptop.replicator.brake('keep');
    return { ...world, ids: made.map(({ id }) => id) };
  }
  const namesThere = ({ hq }: World): string[] => [...hq.sessions.values()].map(({ name }) => String(name)).toSorted();

  test('keep keeps them here, marked, and offers to send them back', async () => {
    const world = await openKeeping();
    const kept = await world.laptop.replicator.sync('hand');
    expect(kept).toMatchObject({ state: 'synced', absent: 8 });
    expect(kept).not.toHaveProperty('brake');
    await world.laptop.replicator.resolve(world.ids[0]!, 'mine');
    await world.laptop.replicator.sync('hand');
    expect(namesThere(world)).toEqual(['T0']);
  });

  test('what is kept is listed, and sent as new sessions or removed, one by one or all at once', async () => {
    const world = await openKeeping();
    const { replicator } = world.laptop;
    const names = (): string[] => replicator.kept().map(({ name }) => name);
    const [first, second, third] = world.ids;
    expect(replicator.kept()).toHaveLength(8);
    expect(replicator.kept()[0]).toEqual({ id: first, name: 'T0', event_id: 'e1', where: 'here', made_here: true });
    expect(await replicator.settleKept('remove', first)).toBe(1);
    expect(await replicator.settleKept('send', second)).toBe(1);
    await expect(replicator.settleKept('send', second)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await replicator.sync('hand')).toMatchObject({ state: 'synced', absent: 6 });
    expect([names(), namesThere(world)]).toEqual([['T2', 'T3', 'T4', 'T5', 'T6', 'T7'], ['T1']]);

    // One that was edited is a person's to decide by itself.
    await rename(world.laptop, third!, 'T2 by hand');
    expect(replicator.status()).toMatchObject({ state: 'attention', conflicts: 1, absent: 5 });
    expect(replicator.conflicts()).toMatchObject([
      { name: 'T2 by hand', deleted: 'at headquarters', fields: [{ pointer: '', base: { name: 'T2' } }] },
    ]);
    expect(await replicator.settleKept('send')).toBe(5);
    await replicator.resolve(third!, 'mine');
    expect(await replicator.sync('hand')).toMatchObject({ state: 'synced', conflicts: 0, pending: 0 });
    const all = ['T1', 'T2 by hand', 'T3', 'T4', 'T5', 'T6', 'T7'];
    expect([names(), namesThere(world), await namesHere(world)]).toEqual([[], all, all]);
  });

  test('what was edited before it was kept is in conflict, and all else is kept', async () => {
    const world = await openWorld();
    const made = await makeThere(world, 8);
    const { replicator } = world.laptop;
    await replicator.sync('hand');
    await rename(world.laptop, made[0]!.id, 'Mine');
    await rename({ api: world.theirs }, made[0]!.id, 'Theirs');
    await replicator.sync('hand');
    for (const { id } of made) await world.theirs.deleteSession({ tenantId: TENANT, id });
    await replicator.sync('hand');
    await replicator.brake('keep');
    expect(await replicator.sync('hand')).toMatchObject({ state: 'attention', conflicts: 1, absent: 7 });
    expect(replicator.conflicts()).toMatchObject([{ name: 'Mine', deleted: 'at headquarters' }]);
    expect(await replicator.settleKept('remove')).toBe(7);
    await replicator.resolve(made[0]!.id, 'theirs');
    expect(await replicator.sync('hand')).toMatchObject({ state: 'synced', conflicts: 0 });
    expect([await namesHere(world), replicator.kept()]).toEqual([[], []]);
  });

  test('five that go within an hour need no question, the next one does', async () => {
    const world = await openWorld();
    const made = await makeThere(world, 10);
    await world.laptop.replicator.sync('hand');
    for (const [at, { id }] of made.entries()) {
      if (at > 5) break;
      await world.theirs.deleteSession({ tenantId: TENANT, id });
      expect((await world.laptop.replicator.sync('hand')).brake !== undefined).toBe(at === 5);
    }
  });
});

describe('one bad record blocks nobody', () => {
  test('a session that headquarters fails at keeps no other', async () => {
    const world = await openWorld({ takesBatches: false });
    const [bad, good] = await makeThere(world, 2);
    await world.laptop.replicator.sync('hand');
    for (const session of [bad, good]) await rename(world.laptop, String(session?.id), 'Mine');
    world.interfere((name, request: { id?: string }) =>
      name === 'patchSession' && request.id === bad?.id ? fail('unusable_answer') : undefined,
    );
    await world.laptop.replicator.sync('hand');
    await world.laptop.replicator.sync('hand');
    expect(world.hq.sessions.get(String(good?.id))).toMatchObject({ name: 'Mine' });
    expect(world.laptop.replicator.pending().map(({ id }) => id)).toEqual([bad?.id]);
  });

  test('a batch that is refused as a whole is halved down to single calls, and that is remembered', async () => {
    const world = await openWorld({ takesBatches: false });
    const made = await makeThere(world, 4);
    await world.laptop.replicator.sync('hand');
    for (const { id } of made) await rename(world.laptop, id, 'Mine');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.count('batchSessions')).toBe(3);
    for (const { id } of made) await rename(world.laptop, id, 'Mine again');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.count('batchSessions')).toBe(3);
  });

  test('a batch that fails again and again is halved', async () => {
    const world = await openWorld();
    const made = await makeThere(world, 40);
    await world.laptop.replicator.sync('hand');
    for (const { id } of made) await rename(world.laptop, id, 'Mine');
    const poison = made[7]?.id;
    world.interfere((name, request: { body?: { operations?: { id: string }[] } }) =>
      name === 'batchSessions' && request.body?.operations?.some(({ id }) => id === poison) === true
        ? fail('internal')
        : undefined,
    );
    for (let n = 0; n < 12; n++) await world.laptop.replicator.sync('hand');
    expect([...world.hq.sessions.values()].filter(({ name }) => name === 'Mine').length).toBeGreaterThan(38);
  });

  test('403 on several at once is the key: pushing pauses, and none is refused', async () => {
    const world = await openWorld({ takesBatches: false });
    const made = await makeThere(world, 3);
    await world.laptop.replicator.sync('hand');
    for (const { id } of made) await rename(world.laptop, id, 'Mine');
    world.interfere((name) => (name === 'patchSession' ? fail('forbidden') : undefined));
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'offline', refused: 0, pending: 3 });
    expect(world.count('patchSession')).toBeLessThan(7);
    world.interfere(undefined);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
  });

  test('one dangling id refuses all that name it; one answer sends them again', async () => {
    const world = await openWorld();
    world.hq.unknown.add('room-1');
    for (const name of ['A', 'B']) {
      await world.laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name, room_ids: ['room-1'] } });
    }
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', refused: 2, pending: 0 });
    expect(world.laptop.replicator.refused().map(({ missing, status }) => ({ missing, status }))).toEqual([
      { missing: [{ kind: 'rooms', id: 'room-1' }], status: 409 },
      { missing: [{ kind: 'rooms', id: 'room-1' }], status: 409 },
    ]);
    expect(await world.laptop.replicator.replaceReference('rooms', 'room-1', 'room-2')).toBe(2);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect([...world.hq.sessions.values()].map(({ room_ids }) => room_ids)).toEqual([['room-2'], ['room-2']]);
  });

  test('an id that only headquarters knows may take the place of a dangling one, and the session can be edited on', async () => {
    const world = await openWorld();
    world.hq.unknown.add('room-1');
    const { id } = await world.laptop.api.createSession({ tenantId: TENANT, body: { ...talk, room_ids: ['room-1'] } });
    await world.laptop.replicator.sync('hand');
    await world.laptop.replicator.replaceReference('rooms', 'room-1', 'room-there');
    await world.laptop.api.updateSession({
      tenantId: TENANT,
      id,
      body: { ...talk, name: 'Edited before the next sync', room_ids: ['room-there'] },
    });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect([...world.hq.sessions.values()]).toMatchObject([
      { name: 'Edited before the next sync', room_ids: ['room-there'] },
    ]);
  });

  test('a refused create can be discarded, and a refused change goes back to what headquarters has', async () => {
    const world = await openWorld();
    const [there] = await makeThere(world, 1);
    await world.laptop.replicator.sync('hand');
    world.hq.unknown.add('room-1');
    await world.laptop.api.createSession({ tenantId: TENANT, body: { ...talk, room_ids: ['room-1'] } });
    await world.laptop.api.patchSession({
      tenantId: TENANT,
      id: String(there?.id),
      body: [{ op: 'add', path: '/room_ids', value: ['room-1'] }],
    });
    await world.laptop.replicator.sync('hand');
    for (const { id } of world.laptop.replicator.refused()) await world.laptop.replicator.discard(id);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced', refused: 0 });
    expect(await namesHere(world)).toEqual(['T0']);
  });

  test('a create that draws 429 five times while reads pass is refused for the limit', async () => {
    const world = await openWorld();
    await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    world.interfere((name) => (name === 'createSession' ? fail('rate_limited') : undefined));
    for (let n = 0; n < 5; n++) await world.laptop.replicator.sync('hand');
    expect(world.laptop.replicator.refused()).toMatchObject([{ status: 429 }]);
  });
});

describe('headquarters is asked no more than it wants', () => {
  test('Retry-After holds for both directions, also by hand', async () => {
    const world = await openWorld();
    world.interfere(() => fail('rate_limited', 60));
    await world.laptop.replicator.sync('hand');
    const before = world.calls.length;
    await world.laptop.replicator.sync('hand');
    expect(world.calls.length).toBe(before);
    world.laptop.clock.nowMs += MINUTE_MS;
    world.interfere(undefined);
    expect(await world.laptop.replicator.sync('timer')).toMatchObject({ state: 'synced' });
  });

  test('Retry-After that a change draws keeps the listing after it, too', async () => {
    const world = await openWorld();
    await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    world.interfere((name) => (name === 'createSession' ? fail('rate_limited', 60) : undefined));
    await world.laptop.replicator.sync('hand');
    expect(world.calls.map(({ name }) => name)).toEqual(['createSession']);
  });

  test('a failing server that asks to be left alone for a while is left alone: it is no fault of the session that was sent', async () => {
    const world = await openWorld();
    await makeThere(world, 4);
    await world.laptop.replicator.sync('hand');
    const { Items } = await world.laptop.api.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
    for (const { id } of Items) await rename(world.laptop, String(id), 'New');
    world.interfere((name) => (name === 'batchSessions' ? fail('internal', 60) : undefined));
    const before = world.calls.length;
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'offline', pending: 4 });
    await world.laptop.replicator.sync('hand');
    // The probe whether it honours `test` comes first.
    expect(world.calls.slice(before).map(({ name }) => name)).toEqual(['patchSession', 'batchSessions']);
    world.interfere(undefined);
    world.laptop.clock.nowMs += MINUTE_MS;
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
  });

  test('a key that is not taken is tried by one GET every five minutes, and on request', async () => {
    const world = await openWorld();
    await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    world.interfere(() => fail('unauthorized'));
    await world.laptop.replicator.sync('timer');
    const before = world.calls.length;
    world.laptop.clock.nowMs += 4 * MINUTE_MS;
    await world.laptop.replicator.sync('timer');
    expect(world.calls.length).toBe(before);
    world.laptop.clock.nowMs += MINUTE_MS;
    await world.laptop.replicator.sync('timer');
    await world.laptop.replicator.sync('hand');
    expect(world.calls.slice(before).map(({ name }) => name)).toEqual(['listSessionsByEvent', 'listSessionsByEvent']);
    world.interfere(undefined);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
  });

  test('a sync that is asked for by hand while one runs is a whole one after it; one by timer joins; none runs while paused', async () => {
    const world = await openWorld();
    const { replicator } = world.laptop;
    let asked: Promise<SyncStatus>[] = [];
    // Headquarters changes after it was read, and somebody asks, twice: both want to see it.
    world.interfere(async (name) => {
      if (name !== 'listSessionsByEvent' || asked.length > 0) return undefined;
      const before = { Count: 0, Items: [] };
      await makeThere(world, 1);
      asked = [replicator.sync('hand'), replicator.sync('hand'), replicator.sync('timer')];
      return before;
    });
    await replicator.sync('timer');
    await Promise.all(asked);
    expect(await namesHere(world)).toEqual(['T0']);
    expect(world.count('listSessionsByEvent')).toBe(2);

    await replicator.pause();
    expect(await replicator.sync('hand')).toMatchObject({ state: 'paused' });
    expect(world.count('listSessionsByEvent')).toBe(2);
    await replicator.resume();
    expect(await replicator.sync('hand')).toMatchObject({ state: 'synced' });
  });

  test('a sync that waits for the one under way does not begin when that is cancelled', async () => {
    const world = await openWorld();
    const { replicator } = world.laptop;
    let asked: Promise<SyncStatus> | undefined;
    let cancelled: Promise<void> | undefined;
    world.interfere((name) => {
      if (name !== 'listSessionsByEvent' || asked !== undefined) return undefined;
      asked = replicator.sync('hand');
      cancelled = replicator.stop();
      return undefined;
    });
    await replicator.sync('timer');
    await Promise.all([asked, cancelled]);
    expect(world.count('listSessionsByEvent')).toBe(1);
    expect(await replicator.sync('hand')).toMatchObject({ state: 'synced' });
  });

  test('a first sync that was cut short goes on where it ended', async () => {
    const world = await openWorld({ pageSize: 2 });
    await makeThere(world, 8);
    world.interfere((name, request: { exclusiveStartKey?: string }) =>
      name === 'listSessionsByEvent' && request.exclusiveStartKey?.includes('hq-0006') === true
        ? fail('unreachable')
        : undefined,
    );
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'offline' });
    expect(await namesHere(world)).toHaveLength(6);
    world.interfere(undefined);
    const before = world.count('searchSessions');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.count('searchSessions') - before).toBe(1);
    expect(await namesHere(world)).toHaveLength(8);
  });

  test('a listing leaves out the times of changes, but by hand, after a while, and where a version goes back', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 2);
    const [full, brief] = ['id,sys_version,sys_last_modified_at', 'id,sys_version'];
    expect(await listedFields(world, 'timer')).toEqual([full]);
    expect(await listedFields(world, 'timer')).toEqual([brief]);
    expect(await listedFields(world, 'hand')).toEqual([full]);
    const snapshot = world.hq.snapshot();
    const rename = async (name: string): Promise<unknown> =>
      await world.theirs.patchSession({
        tenantId: TENANT,
        id: made!.id,
        body: [{ op: 'add', path: '/name', value: name }],
      });
    await rename('Renamed');
    expect(await listedFields(world, 'timer')).toEqual([brief]);
    expect(await namesHere(world)).toContain('Renamed');
    world.hq.restore(snapshot);
    expect(await listedFields(world, 'timer')).toEqual([brief, full]);
    expect(await namesHere(world)).toEqual(['T0', 'T1']);
    world.laptop.clock.nowMs += 5 * MINUTE_MS;
    expect(await listedFields(world, 'timer')).toEqual([full]);
    // The version that it had, and not the same.
    await rename('Renamed');
    await world.laptop.replicator.sync('timer');
    world.hq.restore(snapshot);
    await rename('Otherwise');
    let syncs = 0;
    while (!(await namesHere(world)).includes('Otherwise')) {
      world.laptop.clock.nowMs += 4 * MINUTE_MS;
      await world.laptop.replicator.sync('timer');
      syncs += 1;
    }
    expect(syncs).toBe(15);
  });

  test('a listing always asks for the times where sessions have no number of their version', async () => {
    const world = await openWorld({ hasVersions: false });
    await makeThere(world, 2);
    const full = 'id,sys_version,sys_last_modified_at';
    expect(await listedFields(world, 'timer')).toEqual([full]);
    expect(await listedFields(world, 'timer')).toEqual([full]);
  });
});

describe('a create ends as one session', () => {
  const loseOnce = (world: World): void => {
    let isLost = false;
    world.interfere((name, request) => {
      if (name !== 'createSession' || isLost) return undefined;
      isLost = true;
      return world.hq
        .as('laptop')
        .createSession(request)
        .then(() => fail('unreachable'));
    });
  };

  test('one whose answer is lost is found by its external id', async () => {
    const world = await openWorld();
    loseOnce(world);
    await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.count('createSession')).toBe(1);
  });

  test('a listing that lacks what is there does not prove that a create did not arrive', async () => {
    const world = await openWorld();
    await makeThere(world, 1);
    await world.laptop.replicator.sync('hand');
    await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    world.interfere((name, request) => {
      if (name === 'listSessionsByEvent') return { Count: 0, Items: [] };
      if (name !== 'createSession') return undefined;
      return world.hq
        .as('laptop')
        .createSession(request)
        .then(() => fail('unreachable'));
    });
    for (let n = 0; n < 3; n++) {
      expect(await world.laptop.replicator.sync('hand')).toMatchObject({ pending: 1 });
    }
    world.interfere(undefined);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.count('createSession')).toBe(1);
  });

  test('where headquarters drops external ids it is found by all that was sent', async () => {
    const world = await openWorld({ keepsExternalIds: false, rewrites: true });
    loseOnce(world);
    const { id } = await world.laptop.api.createSession({
      tenantId: TENANT,
      body: {
        ...talk,
        name: ' A talk ',
        start_date: '2026-02-01T10:00:00+01:00',
        end_date: '2026-02-01T11:00:00+01:00',
      },
    });
    await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.count('createSession')).toBe(1);
    expect(await world.laptop.api.getSession({ tenantId: TENANT, id })).toMatchObject({ name: 'A talk' });
  });

  test('where headquarters drops external ids and fills in what was not sent, each is found by what was', async () => {
    const world = await openWorld({ keepsExternalIds: false });
    const api = world.hq.as('laptop');
    // It keeps rooms in an order of its own, and answers nobody.
    world.interfere((name, request: { tenantId: string; body: Session }) => {
      if (name !== 'createSession') return undefined;
      const { room_ids: rooms, ...body } = request.body;
      const kept = { display_order: 0, has_fees: false, ...body, ...(rooms && { room_ids: rooms.toReversed() }) };
      return api.createSession({ ...request, body: kept }).then(() => fail('unreachable'));
    });
    const bodies = [talk, { ...talk, code: 'A', room_ids: ['room-1', 'room-2'] }];
    for (const body of bodies) await world.laptop.api.createSession({ tenantId: TENANT, body });
    // A create that is lost stops the push: one a sync.
    for (let n = 0; n < 3; n++) await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.hq.sessions.size).toBe(2);
    const { Items } = await world.laptop.api.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
    expect(Items.map(({ code, display_order: order }) => ({ code, order }))).toEqual([
      { code: undefined, order: 0 },
      { code: 'A', order: 0 },
    ]);
  });

  test('and where more than one may be it, a person is asked', async () => {
    const world = await openWorld({ keepsExternalIds: false });
    loseOnce(world);
    await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    await world.theirs.createSession({ tenantId: TENANT, body: { ...talk, capacity_options: {} } });
    await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ refused: 1, pending: 0 });
    expect(world.count('createSession')).toBe(1);
    expect(world.laptop.replicator.refused()[0]?.message).toContain('2 sessions just like this one');
  });

  test('of twins the earliest stays, and the maker deletes the other', async () => {
    const world = await openWorld();
    const { id } = await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    await world.laptop.replicator.sync('hand');
    const body = { ...talk, sys_external_id: id };
    const twin = await world.hq.as('laptop').createSession({ tenantId: TENANT, body });
    const changed = await world.hq.as('laptop').createSession({ tenantId: TENANT, body });
    await rename({ api: world.theirs }, changed.id, 'Another by now');
    await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.hq.sessions.has(twin.id)).toBe(false);
    expect(await namesHere(world)).toEqual(['A talk', 'Another by now']);
  });

  test('nor is one kept that headquarters filled in as it did the first: it is what came of the same send', async () => {
    const world = await openWorld();
    const api = world.hq.as('laptop');
    world.interfere((name, request: { tenantId: string; body: Session }) => {
      if (name !== 'createSession') return undefined;
      const twice = { ...request, body: { display_order: 0, has_fees: false, ...request.body } };
      return api.createSession(twice).then(async (first) => {
        await api.createSession(twice);
        return first;
      });
    });
    await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.hq.sessions.size).toBe(1);
  });

  test('a create that is refused is still known by an earlier send of it that arrived unseen', async () => {
    const world = await openWorld();
    world.hq.unknown.add('room-1');
    const { id } = await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    let sends = 0;
    world.interfere((name, request) => {
      if (name === 'listSessionsByEvent') return { Count: 0, Items: [] };
      if (name !== 'createSession' || (sends += 1) > 1) return undefined;
      return world.hq
        .as('laptop')
        .createSession(request)
        .then(() => fail('unreachable'));
    });
    await world.laptop.replicator.sync('hand');
    // Sent again with a room that headquarters does not know.
    await world.laptop.api.patchSession({
      tenantId: TENANT,
      id,
      body: [
        { op: 'add', path: '/name', value: 'Mine' },
        { op: 'add', path: '/room_ids', value: ['room-1'] },
      ],
    });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ refused: 1 });
    const [first] = world.hq.sessions.keys();
    await world.theirs.patchSession({
      tenantId: TENANT,
      id: String(first),
      body: [{ op: 'add', path: '/code', value: 'Theirs' }],
    });
    world.interfere(undefined);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ conflicts: 0, refused: 1 });
    expect(await world.laptop.api.getSession({ tenantId: TENANT, id })).toMatchObject({ name: 'Mine', code: 'Theirs' });
  });

  test('what an import made and sent is ours when it is found, though another laptop may make the same', async () => {
    const world = await openWorld();
    const id = 'offstage:00000000-0000-5000-8000-000000000001';
    await world.laptop.replicator.sync('hand');
    await world.laptop.api.createSession({ tenantId: TENANT, body: { ...talk, sys_external_id: id } });
    let sends = 0;
    world.interfere((name, request) => {
      if (name === 'listSessionsByEvent' && sends > 0) return fail('internal');
      if (name !== 'createSession') return undefined;
      sends += 1;
      return world.hq
        .as('laptop')
        .createSession(request)
        .then(() => fail('unreachable'));
    });
    await world.laptop.replicator.sync('hand');
    expect(world.hq.sessions.size).toBe(1);
    const [there] = world.hq.sessions.keys();
    const body = [{ op: 'add' as const, path: '/code', value: 'Theirs' }];
    await world.theirs.patchSession({ tenantId: TENANT, id: String(there), body });
    await rename(world.laptop, id, 'Mine');
    world.interfere(undefined);
    await world.laptop.replicator.sync('hand');
    // Whose the code is, nobody knows.
    expect(world.laptop.replicator.conflicts()).toMatchObject([
      { id, fields: [{ pointer: 'code', theirs: 'Theirs' }] },
    ]);
    expect(world.hq.sessions.get(String(there))).toMatchObject({ name: 'Mine' });
  });

  test('what was in conflict with the later twin is an edit like any other of the earlier, where nobody else wrote', async () => {
    const world = await openWorld();
    const { id } = await world.laptop.api.createSession({ tenantId: TENANT, body: talk });
    // Two arrive, and the earlier is not seen for now.
    const body = { ...talk, capacity_options: {}, registration_question_options: {}, sys_external_id: id };
    const earlier = await world.hq.as('laptop').createSession({ tenantId: TENANT, body });
    world.interfere((name) => (name === 'listSessionsByEvent' ? { Count: 0, Items: [] } : undefined));
    await world.laptop.replicator.sync('hand');
    world.interfere(undefined);
    const later = [...world.hq.sessions.keys()].find((each) => each !== earlier.id);
    await rename(world.laptop, id, 'Mine');
    await rename({ api: world.theirs }, String(later), 'Theirs');
    const { Items } = await world.theirs.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
    world.interfere((name) =>
      name === 'listSessionsByEvent' ? { Count: 1, Items: Items.filter((item) => item.id === later) } : undefined,
    );
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ conflicts: 1 });
    world.interfere(undefined);
    await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced', conflicts: 0 });
    expect(await namesHere(world)).toEqual(['Mine', 'Theirs']);
    expect(world.hq.sessions.get(earlier.id)).toMatchObject({ name: 'Mine' });
  });

  test('what another laptop made of the same file is merged without a base: what differs conflicts', async () => {
    const world = await openWorld();
    const external = 'offstage:00000000-0000-5000-8000-000000000001';
    await world.theirs.createSession({
      tenantId: TENANT,
      body: { ...talk, name: 'Theirs', sys_external_id: external },
    });
    await world.laptop.api.createSession({
      tenantId: TENANT,
      body: { ...talk, name: 'Mine', sys_external_id: external },
    });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', conflicts: 1 });
    expect(world.count('createSession')).toBe(0);
    expect(world.laptop.replicator.conflicts()).toMatchObject([
      { fields: [{ pointer: 'name', mine: 'Mine', theirs: 'Theirs' }] },
    ]);
    await world.laptop.replicator.resolve(external, { name: { value: 'Ours' } });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect([...world.hq.sessions.values()]).toMatchObject([{ name: 'Ours' }]);
  });
});

describe('no silent overwrite', () => {
  test('a decision that names a place where nothing is in conflict is refused, with all else that it says', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    await rename({ api: world.theirs }, id, 'Theirs');
    await rename(world.laptop, id, 'Mine');
    await world.laptop.replicator.sync('hand');
    for (const pointer of ['nmae', 'description', '']) {
      const decided = world.laptop.replicator.resolve(id, { name: 'mine', [pointer]: 'theirs' });
      await expect(decided).rejects.toMatchObject({ kind: 'invalid', faults: [{ path: `/resolution/${pointer}` }] });
    }
    expect(world.laptop.replicator.conflicts()).toMatchObject([{ fields: [{ pointer: 'name', mine: 'Mine' }] }]);
    await world.laptop.replicator.resolve(id, { name: 'mine' });
    expect(world.laptop.replicator.conflicts()).toEqual([]);
  });

  test('a change whose answer is lost is ours when it is read back, and edits made since stay on top', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    await rename(world.laptop, id, 'First');
    let isLost = false;
    world.interfere((name, request) => {
      if (name !== 'patchSession' || isLost || JSON.stringify(request).includes('not this id')) return undefined;
      isLost = true;
      return world.hq
        .as('laptop')
        .patchSession(request)
        .then(async () => await rename(world.laptop, id, 'Second'))
        .then(() => fail('unreachable'));
    });
    await world.laptop.replicator.sync('hand');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced', conflicts: 0 });
    expect(world.hq.sessions.get(id)).toMatchObject({ name: 'Second' });
  });

  test('an edit made while a change is under way stays on top of the answer', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    await rename(world.laptop, id, 'First');
    world.interfere((name, request) => {
      if (name !== 'patchSession' || JSON.stringify(request).includes('not this id')) return undefined;
      world.interfere(undefined);
      return world.hq
        .as('laptop')
        .patchSession(request)
        .then(async (answer) => {
          await rename(world.laptop, id, 'Second');
          return answer;
        });
    });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced', conflicts: 0 });
    expect(world.hq.sessions.get(id)).toMatchObject({ name: 'Second' });
  });

  test('deleted there and edited here: mine is made anew, under a new id', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    await rename(world.laptop, id, 'Mine');
    await world.theirs.deleteSession({ tenantId: TENANT, id });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', conflicts: 1 });
    expect(world.laptop.replicator.conflicts()).toMatchObject([
      { id, deleted: 'at headquarters', fields: [{ pointer: '' }] },
    ]);
    await world.laptop.replicator.resolve(id, 'mine');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect([...world.hq.sessions.values()]).toMatchObject([{ name: 'Mine' }]);
    expect(world.hq.sessions.has(id)).toBe(false);
  });

  test('edited there and deleted here: it comes back with the conflict', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    await world.laptop.api.deleteSession({ tenantId: TENANT, id });
    await rename({ api: world.theirs }, id, 'Theirs');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ conflicts: 1, pending: 0 });
    expect(await namesHere(world)).toEqual(['Theirs']);
    await world.laptop.replicator.resolve(id, 'mine');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.hq.sessions.size).toBe(0);
  });

  test('what a restored headquarters lost of ours is a conflict', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    const snapshot = world.hq.snapshot();
    await rename(world.laptop, id, 'Mine');
    await world.laptop.replicator.sync('hand');
    world.hq.restore(snapshot);
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', conflicts: 1 });
    expect(world.laptop.replicator.conflicts()).toMatchObject([
      { fields: [{ pointer: 'name', mine: 'Mine', theirs: 'T0' }] },
    ]);
  });

  test('a server that ignores test is found out once, and then read before each change', async () => {
    const world = await openWorld({ honoursTest: false });
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    await rename(world.laptop, id, 'Mine');
    await rename({ api: world.theirs }, id, 'Theirs');
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ conflicts: 1 });
    expect(world.hq.sessions.get(id)).toMatchObject({ name: 'Theirs' });
    const probes = world.calls.filter(
      ({ name, request }) => name === 'patchSession' && JSON.stringify(request).includes('not this id'),
    );
    expect(probes).toHaveLength(1);
  });

  test('a session that moved to an event which is not kept here leaves, once what waits is sent', async () => {
    const world = await openWorld();
    const [made] = await makeThere(world, 1);
    const id = String(made?.id);
    await world.laptop.replicator.sync('hand');
    await world.theirs.patchSession({
      tenantId: TENANT,
      id,
      body: [{ op: 'replace', path: '/event_id', value: 'e9' }],
    });
    await world.laptop.api.patchSession({ tenantId: TENANT, id, body: [{ op: 'add', path: '/code', value: 'Mine' }] });
    expect(await world.laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(world.hq.sessions.get(id)).toMatchObject({ event_id: 'e9', code: 'Mine' });
    expect(await namesHere(world)).toEqual([]);
  });

  test('ids of catalogs that headquarters does not offer become placeholders that can be named', async () => {
    const world = await openWorld();
    await world.theirs.createSession({ tenantId: TENANT, body: { ...talk, room_ids: ['room-99'] } });
    await world.laptop.replicator.sync('hand');
    expect(world.laptop.store.read((view) => view.findCatalogItem(TENANT, 'rooms', 'room-99'))).toEqual({
      id: 'room-99',
      name: 'room-99',
      placeholder: true,
    });
  });
});
