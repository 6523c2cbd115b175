import { describe, expect, onTestFinished, test } from 'vitest';

import { dataFolder } from '../../electron/engine/data-folder.ts';
import { openEngine, type Engine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { prepareRestore } from '../../electron/engine/restore.ts';
import { upstreamName } from '../../electron/engine/upstream.ts';
import { randomIds } from '../../shared/base/ids.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import type { Session } from '../../shared/contract/session.ts';
import { holdRestored } from '../../shared/replication/hold-restored.ts';
import type { Replicator } from '../../shared/replication/replicator.ts';
import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import { HUB_EVENT, startTestHub } from '../support/test-hub.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { keyOf, startTestServer } from '../support/test-server.ts';
import { callerWith, openTestService, TENANT, type TestService } from '../support/test-service.ts';

/** A laptop that can be set back to a backup, and its headquarters. */
interface World {
  hq: TestService;
  engine(): Engine;
  replicator(): Replicator;
  sync(): Promise<SyncStatus>;
  create(name: string): Promise<string>;
  patch(id: string, ...body: JsonPatch): Promise<void>;
  remove(id: string): Promise<void>;
  /** Restores the backup, and opens the engine anew. Answers of how many sessions something is held. */
  restore(backupId: string): Promise<number>;
}

async function openWorld(): Promise<World> {
  const hq = await openTestService();
  const { url } = await startTestServer(hq.service);
  const dataDir = temporaryFolder();
  const upstream = { url, remoteTenantId: TENANT, tenantId: TENANT, eventIds: ['e1'] };
  const keys = keysInMemory([[upstreamName(upstream), keyOf('editor')]]);
  const open = async (): Promise<Engine> =>
    await openEngine({
      dataDir,
      tenants: [TENANT],
      sync: { upstreams: [upstream], keys, intervalMs: 0 },
      logger: silentLogger,
    });
  let engine = await open();
  onTestFinished(async () => await engine.close());
  const api = () => engine.service.forUser({ id: 'me', role: 'admin' }).api;
  const replicator = (): Replicator => engine.sync.of(TENANT)!;
  const catalog = hq.service.catalog;
  for (const kind of ['session_types', 'rooms']) {
    const items = catalog.list(callerWith('admin'), TENANT, kind);
    await engine.service.catalog.put(callerWith('admin'), TENANT, kind, items);
  }
  return {
    hq,
    engine: () => engine,
    replicator,
    sync: async () => await replicator().sync('hand'),
    create: async (name) =>
      (await api().createSession({ tenantId: TENANT, body: { event_id: 'e1', type_id: 'talk', name } })).id,
    patch: async (id, ...body) => void (await api().patchSession({ tenantId: TENANT, id, body })),
    remove: async (id) => void (await api().deleteSession({ tenantId: TENANT, id })),
    async restore(backupId) {
      const folder = dataFolder(dataDir);
      const options = { folder, clock: Date.now, ids: randomIds, logger: silentLogger };
      const { held, commit } = await prepareRestore(options, { kept: backupId });
      commit();
      await engine.close();
      engine = await open();
      return held;
    },
  };
}

const named = (name: string): JsonPatch[number] => ({ op: 'replace', path: '/name', value: name });

function namesAt({ store }: Pick<TestService, 'store'>): string[] {
  return sessionsAt({ store })
    .map(({ name }) => name)
    .toSorted();
}

function sessionsAt({ store }: Pick<TestService, 'store'>): Session[] {
  return store.read((view) => view.listSessions(TENANT, {})).map(({ session }) => session);
}

describe('after a restore', () => {
  test('what was sent since the backup is merged with what headquarters has, and nothing is done twice', async () => {
    const world = await openWorld();
    const { hq, sync, create, patch, remove } = world;
    const [a, b] = [await create('A'), await create('B')];
    await sync();
    await patch(a, named('A mine'));
    const c = await create('C');
    await remove(b);
    const { id: backup } = await world.engine().backups.make();

    expect(await sync()).toMatchObject({ state: 'synced' });
    const theirs = hq.service.as({ id: 'carol', role: 'editor' });
    await theirs.patchSession({ tenantId: TENANT, id: a, body: [{ op: 'add', path: '/code', value: 'theirs' }] });
    await theirs.patchSession({ tenantId: TENANT, id: c, body: [named('C theirs')] });
    await create('D');
    expect(await sync()).toMatchObject({ state: 'synced' });
    const before = hq.store.read((view) => view.listSessions(TENANT, {}));
    const { epoch } = world.engine().store;

    expect(await world.restore(backup)).toBe(3);
    expect(world.engine().store.epoch).not.toBe(epoch);
    expect(await sync()).toMatchObject({ state: 'synced', pending: 0 });
    expect(hq.store.read((view) => view.listSessions(TENANT, {}))).toEqual(before);
    expect(namesAt(world.engine())).toEqual(['A mine', 'C theirs', 'D']);
    expect(sessionsAt(world.engine())).toContainEqual(expect.objectContaining({ id: a, code: 'theirs' }));
  });

  test('what was not sent is told as from the backup, and goes only when a person says so', async () => {
    const world = await openWorld();
    const { hq, sync, create, patch, remove } = world;
    const [a, b] = [await create('A'), await create('B')];
    await sync();
    await patch(a, named('A mine'));
    const c = await create('C');
    await remove(b);
    const { id: backup } = await world.engine().backups.make();
    expect(await world.restore(backup)).toBe(3);

    expect(await sync()).toMatchObject({ state: 'attention', held: 3, pending: 0 });
    expect(await sync()).toMatchObject({ state: 'attention', held: 3 });
    expect(namesAt(hq)).toEqual(['A', 'B']);
    expect(namesAt(world.engine())).toEqual(['A mine', 'C']);
    expect(
      world
        .replicator()
        .pending()
        .map(({ id, operation, fields, from_backup }) => ({ id, operation, fields, from_backup })),
    ).toEqual(
      expect.arrayContaining([
        { id: a, operation: 'patch', fields: ['name'], from_backup: true },
        expect.objectContaining({ id: c, operation: 'create', from_backup: true }),
        { id: b, operation: 'delete', fields: [], from_backup: true },
      ]),
    );

    await expect(world.replicator().release('offstage:none')).rejects.toMatchObject({ kind: 'not_found' });
    expect(await world.replicator().release(c)).toBe(1);
    await world.replicator().discard(b);
    expect(await sync()).toMatchObject({ state: 'attention', held: 1, pending: 0 });
    expect(namesAt(hq)).toEqual(['A', 'B', 'C']);
    expect(namesAt(world.engine())).toEqual(['A mine', 'B', 'C']);

    expect(await world.replicator().release()).toBe(1);
    const status = await sync();
    expect(status).toMatchObject({ state: 'synced' });
    expect(status).not.toHaveProperty('held');
    expect(namesAt(hq)).toEqual(['A mine', 'B', 'C']);
  });

  test('a change that headquarters changed, too, is a conflict, and deciding it sends it', async () => {
    const world = await openWorld();
    const { hq, sync, create, patch } = world;
    const a = await create('A');
    await sync();
    await patch(a, named('A mine'));
    const { id: backup } = await world.engine().backups.make();
    const theirs = hq.service.as({ id: 'carol', role: 'editor' });
    await theirs.patchSession({ tenantId: TENANT, id: a, body: [named('A theirs')] });
    await world.restore(backup);
    expect(await sync()).toMatchObject({ state: 'attention', conflicts: 1 });
    expect(namesAt(hq)).toEqual(['A theirs']);
    await world.replicator().resolve(a, 'mine');
    expect(await sync()).toMatchObject({ state: 'synced' });
    expect(namesAt(hq)).toEqual(['A mine']);
  });

  test('what is edited then waits with the rest of its session, and what is made then goes by itself', async () => {
    const world = await openWorld();
    const { hq, sync, create, patch } = world;
    const a = await create('A');
    await sync();
    await patch(a, named('A mine'));
    const { id: backup } = await world.engine().backups.make();
    await world.restore(backup);
    await patch(a, { op: 'add', path: '/code', value: 'new' });
    await create('N');
    expect(await sync()).toMatchObject({ state: 'attention', held: 1, pending: 0 });
    expect(namesAt(hq)).toEqual(['A', 'N']);
    await world.replicator().release();
    await sync();
    expect(sessionsAt(hq)).toContainEqual(expect.objectContaining({ name: 'A mine', code: 'new' }));
  });

  test('what could be undone then can be undone again', async () => {
    const world = await openWorld();
    const a = await world.create('A');
    await world.patch(a, { op: 'add', path: '/code', value: '1' });
    const { id: backup } = await world.engine().backups.make();
    await world.remove(a);
    await world.restore(backup);
    const user = world.engine().service.forUser({ id: 'me', role: 'admin' });
    expect(await user.undo(TENANT)).toMatchObject({ done: 1, left: [] });
    expect(sessionsAt(world.engine())[0]).not.toHaveProperty('code');
  });
});

test('what is held is sent, or given up, over HTTP by those who may', async () => {
  const hq = await startTestHub();
  await hq.putCatalog('events', { id: HUB_EVENT, name: 'The event' });
  await hq.putCatalog('session_types', { id: 'talk', name: 'Talk' });
  const hub = await startTestHub({ upstream: { url: hq.url } });
  await hub.sync();
  const make = async (name: string): Promise<string> =>
    (await hub.api.createSession({ tenantId: TENANT, body: { event_id: HUB_EVENT, type_id: 'talk', name } })).id;
  const [a, b] = [await make('A'), await make('B'), await make('C')];
  expect(await holdRestored(hub.engine.store, 0)).toBe(3);
  expect(await hub.sync()).toMatchObject({ state: 'attention', held: 3 });

  const post = async (role: 'viewer' | 'editor', path: string, action: string): Promise<unknown> => {
    const answer = await hub.request(role, 'POST', `/-/${TENANT}/sync/held${path}`, { action });
    return [answer.status, await answer.json()];
  };
  expect(await post('viewer', `/${a}`, 'send')).toMatchObject([403, { code: 'forbidden' }]);
  expect(await post('editor', `/${a}`, 'retry')).toMatchObject([400, { code: 'invalid' }]);
  expect(await post('editor', `/${a}`, 'send')).toMatchObject([200, { held: 2, pending: 1 }]);
  expect(await post('editor', `/${b}`, 'discard')).toMatchObject([200, { held: 1 }]);
  expect(await post('editor', '', 'send')).toEqual([200, { sessions: 1 }]);
  expect(await hub.sync()).toMatchObject({ state: 'synced' });
  expect(namesAt(hq.engine)).toEqual(['A', 'C']);
});
