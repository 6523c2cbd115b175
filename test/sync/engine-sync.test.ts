import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { openEngine, type Engine } from '../../electron/engine/engine.ts';
import { keysInMemory } from '../../electron/engine/keys-in-memory.ts';
import { upstreamName, type KeyStore, type UpstreamOptions } from '../../electron/engine/upstream.ts';
import { own } from '../../shared/base/json.ts';
import { silentLogger } from '../../shared/base/logger.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { SyncStatus } from '../../shared/replication/sync-status.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { keyOf, startTestServer } from '../support/test-server.ts';
import { callerWith, openTestService, TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };
const KEY = keyOf('editor');
const LOCAL = 'local';

interface World {
  /** As somebody at headquarters. */
  theirs: SessionsApi;
  /** What to connect the tenant `local` with. */
  upstream: UpstreamOptions;
  folder: string;
  keys: KeyStore;
}

async function openWorld(): Promise<World> {
  const { service } = await openTestService();
  const { url } = await startTestServer(service);
  return {
    theirs: service.as(callerWith('editor')),
    upstream: { url, remoteTenantId: TENANT, tenantId: LOCAL, eventIds: ['e1'] },
    folder: temporaryFolder(),
    keys: keysInMemory(),
  };
}

/** Starts the app's engine over the world's folder; it is closed at the test's end, if not before. */
async function start({ folder, keys }: World, intervalMs = 0, upstreams: UpstreamOptions[] = []): Promise<Engine> {
  const engine = await openEngine({
    dataDir: folder,
    tenants: [LOCAL],
    sync: { upstreams, keys, intervalMs },
    logger: silentLogger,
  });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await engine.close();
    isOpen = false;
  };
  onTestFinished(close);
  return { ...engine, close };
}

async function syncNow(engine: Engine, tenantId = LOCAL): Promise<SyncStatus | undefined> {
  return await engine.sync.of(tenantId)?.sync('hand');
}

function namesIn(engine: Engine, tenantId = LOCAL): string[] {
  return engine.store.read((view) => view.listSessions(tenantId, {})).map(({ session }) => session.name);
}

/** A server that answers as it is told; its address. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a headquarters that is connected at run time', () => {
  test('is kept over a restart, and its key only in the key store', async () => {
    const world = await openWorld();
    await world.theirs.createSession({ tenantId: TENANT, body: talk });
    const first = await start(world);
    await first.sync.connect({ ...world.upstream, key: KEY });
    expect(await syncNow(first)).toMatchObject({ state: 'synced' });
    await first.close();
    const files = readdirSync(world.folder).map((name) => readFileSync(join(world.folder, name), 'latin1'));
    expect(files.join()).not.toContain(KEY);

    const again = await start(world);
    expect(again.sync.list()).toMatchObject([{ tenantId: LOCAL, eventIds: ['e1'], isGiven: false }]);
    await world.theirs.createSession({ tenantId: TENANT, body: { ...talk, name: 'Another' } });
    expect(await syncNow(again)).toMatchObject({ state: 'synced' });
    expect(namesIn(again).toSorted()).toEqual(['A talk', 'Another']);
  });

  test('gets a tenant of its own that is served from then on, also after a restart, until nothing of it is left', async () => {
    const world = await openWorld();
    const first = await start(world);
    await first.sync.connect({ ...world.upstream, tenantId: 'second', key: KEY });
    expect(first.tenants()).toEqual([LOCAL, 'second']);
    first.service.requireTenant('second');
    await first.close();
    const again = await start(world);
    expect(again.tenants()).toEqual([LOCAL, 'second']);
    await again.sync.disconnect('second');
    expect(again.tenants()).toEqual([LOCAL]);
    expect(world.keys.keyOf(upstreamName(world.upstream))).toBeUndefined();
    await again.close();
    expect((await start(world)).tenants()).toEqual([LOCAL]);
  });

  test('gives way to one that the host gives for the same tenant, which is not stored and cannot be disconnected', async () => {
    const world = await openWorld();
    const first = await start(world);
    await first.sync.connect({ ...world.upstream, url: 'https://hq.example', eventIds: ['e2'], key: 'other' });
    await first.close();
    const given = await start(world, 0, [world.upstream]);
    expect(given.sync.list()).toMatchObject([{ url: world.upstream.url, eventIds: ['e1'], isGiven: true }]);
    await expect(given.sync.disconnect(LOCAL)).rejects.toMatchObject({ kind: 'invalid' });
    await given.close();
    expect((await start(world)).sync.list()).toMatchObject([{ url: 'https://hq.example', eventIds: ['e2'] }]);
  });

  test('is refused where its address cannot be used, or the tenant has another; nothing is stored then', async () => {
    const world = await openWorld();
    const engine = await start(world);
    for (const url of ['hq.example', 'ftp://hq.example', 'http://hq.example', 'https://me:secret@hq.example']) {
      const refused = engine.sync.connect({ ...world.upstream, url });
      await expect(refused).rejects.toMatchObject({ kind: 'invalid', message: expect.not.stringContaining('secret') });
    }
    expect(engine.sync.list()).toEqual([]);
    await expect(engine.sync.connect({ ...world.upstream, key: 'wrong “paste”' })).rejects.toThrow('no key can have');
    await engine.sync.connect({ ...world.upstream, key: KEY });
    await expect(engine.sync.setKey(LOCAL, 'wrong “paste”')).rejects.toThrow('no key can have');
    const other = engine.sync.connect({ ...world.upstream, url: 'https://hq.example' });
    await expect(other).rejects.toMatchObject({ message: expect.stringContaining('disconnect it first') });
    await engine.sync.connect({ ...world.upstream, eventIds: ['e2'] });
    expect(engine.sync.list()).toMatchObject([{ url: world.upstream.url, eventIds: ['e1', 'e2'] }]);
  });

  test('is not left, nor an event of it, while changes wait', async () => {
    const world = await openWorld();
    const engine = await start(world);
    await engine.sync.connect({ ...world.upstream, key: KEY });
    await syncNow(engine);
    const api = engine.service.as(callerWith('editor'));
    await engine.service.catalog.put(callerWith('admin'), LOCAL, 'session_types', [{ id: 'talk', name: 'Talk' }]);
    await api.createSession({ tenantId: LOCAL, body: talk });
    const refusal = { kind: 'unsettled', message: expect.stringContaining('One session waits') };
    await expect(engine.sync.removeEvent(LOCAL, 'e1')).rejects.toMatchObject(refusal);
    await expect(engine.sync.disconnect(LOCAL)).rejects.toMatchObject(refusal);
    expect(await syncNow(engine)).toMatchObject({ state: 'synced' });
    await engine.sync.addEvents(LOCAL, ['e2']);
    await engine.sync.removeEvent(LOCAL, 'e1');
    expect(engine.sync.list()).toMatchObject([{ eventIds: ['e2'] }]);
    expect(namesIn(engine)).toEqual([]);
    await engine.sync.disconnect(LOCAL);
    expect(engine.sync.list()).toEqual([]);
    const { Items } = await world.theirs.listSessionsByEvent({ tenantId: TENANT, event_id: 'e1' });
    expect(Items).toHaveLength(1);
  });
});

describe('what a headquarters told of people and rooms', () => {
  /** A hub with two events, one of which the app is connected to. */
  async function openHub(): Promise<World & { engine: Engine; shown: () => string[]; catalogThere: () => unknown[] }> {
    const { service, store } = await openTestService();
    const { url } = await startTestServer(service, { engine: { store } });
    const hub = service.as(callerWith('editor'));
    await service.catalog.put(callerWith('admin'), TENANT, 'contacts', [
      { id: 'c1', name: 'Ada', email: 'ada@example.org' },
      { id: 'c2', name: 'Ben', email: 'ben@example.org' },
    ]);
    await hub.createSession({ tenantId: TENANT, body: { ...talk, speakers: [{ contact_id: 'c1', type_id: 'main' }] } });
    const world: World = {
      theirs: hub,
      upstream: { url, remoteTenantId: TENANT, tenantId: LOCAL, eventIds: ['e1'] },
      folder: temporaryFolder(),
      keys: keysInMemory(),
    };
    const engine = await start(world);
    await engine.sync.connect({ ...world.upstream, key: KEY });
    expect(await syncNow(engine)).toMatchObject({ state: 'synced' });
    const shown = (): string[] =>
      engine.store.read((view) => [
        ...view.listSessions(LOCAL, {}).map(({ session }) => session.name),
        ...view.listCatalogRecords(LOCAL).map(({ kind, item }) => `${kind} ${item.id}`),
      ]);
    const catalogThere = (): unknown[] =>
      store.read((view) => view.listCatalogRecords(TENANT).map(({ item }) => own(item, 'name')));
    return { ...world, engine, shown, catalogThere };
  }

  test.each(['disconnected', 'left by its last event'])(
    'goes when it is %s, and all comes back with it',
    async (how) => {
      const world = await openHub();
      const { engine, shown } = world;
      const all = shown();
      expect(all).toEqual(expect.arrayContaining(['A talk', 'contacts c1', 'contacts c2', 'events e1']));
      if (how === 'disconnected') await engine.sync.disconnect(LOCAL);
      else await engine.sync.removeEvent(LOCAL, 'e1');
      expect(shown()).toEqual([]);
      if (how === 'disconnected') await engine.sync.connect({ ...world.upstream, key: KEY });
      else await engine.sync.addEvents(LOCAL, ['e1']);
      expect(await syncNow(engine)).toMatchObject({ state: 'synced' });
      expect(shown().toSorted()).toEqual(all.toSorted());
    },
  );

  test('comes back with its sessions also for one of several events', async () => {
    const { engine, shown } = await openHub();
    const all = shown();
    await engine.sync.addEvents(LOCAL, ['e2']);
    await engine.sync.removeEvent(LOCAL, 'e1');
    expect(shown()).toEqual(expect.arrayContaining(['contacts c1', 'events e2']));
    expect(shown()).not.toContain('A talk');
    await engine.sync.addEvents(LOCAL, ['e1']);
    expect(await syncNow(engine)).toMatchObject({ state: 'synced' });
    expect(shown().toSorted()).toEqual(all.toSorted());
  });

  test('stays where an event that is here alone needs it, and where it is nowhere else until it is', async () => {
    const { engine, shown, upstream, catalogThere } = await openHub();
    const { catalog } = engine.service;
    const admin = callerWith('admin');
    await catalog.put(admin, LOCAL, 'events', [{ id: 'own', name: 'Own' }]);
    await catalog.put(admin, LOCAL, 'contacts', [{ id: 'c3', name: 'Cleo' }]);
    await catalog.put(admin, LOCAL, 'rooms', [{ id: 'room-1', name: 'Great hall' }]);
    const api = engine.service.as(callerWith('editor'));
    const speakers = [{ contact_id: 'c1', type_id: 'main' }];
    await api.createSession({ tenantId: LOCAL, body: { ...talk, event_id: 'own', name: 'Own talk', speakers } });
    await engine.sync.disconnect(LOCAL);
    const left = ['Own talk', 'contacts c1', 'contacts c3', 'events own', 'rooms room-1', 'session_types talk'];
    expect(shown().toSorted()).toEqual([...left, 'speaker_types main'].toSorted());

    await engine.sync.connect({ ...upstream, key: keyOf('admin') });
    expect(await syncNow(engine)).toMatchObject({ state: 'synced' });
    expect(shown()).toEqual(expect.arrayContaining(['A talk', 'Own talk', 'contacts c2', 'contacts c3']));
    expect(catalogThere()).toEqual(expect.arrayContaining(['Cleo', 'Great hall']));
  });
});

describe('an event without a headquarters', () => {
  test('is removed with its sessions, and the last one with its people and rooms', async () => {
    const world = await openWorld();
    const engine = await start(world);
    const { catalog } = engine.service;
    const admin = callerWith('admin');
    await catalog.put(admin, LOCAL, 'events', [
      { id: 'e1', name: 'One' },
      { id: 'e2', name: 'Two' },
    ]);
    await catalog.put(admin, LOCAL, 'session_types', [{ id: 'talk', name: 'Talk' }]);
    await catalog.put(admin, LOCAL, 'contacts', [{ id: 'c1', name: 'Somebody' }]);
    const api = engine.service.as(callerWith('editor'));
    for (const event_id of ['e1', 'e2']) await api.createSession({ tenantId: LOCAL, body: { ...talk, event_id } });
    const left = (): string[] =>
      engine.store.read((view) => view.listCatalogRecords(LOCAL).map(({ kind, item }) => `${kind} ${item.id}`)).sort();

    await engine.sync.removeEvent(LOCAL, 'e1');
    expect(left()).toEqual(['contacts c1', 'events e2', 'session_types talk']);
    expect((await api.listSessionsByEvent({ tenantId: LOCAL, event_id: 'e2' })).Items).toHaveLength(1);
    await expect(engine.sync.removeEvent(LOCAL, 'e1')).rejects.toMatchObject({ kind: 'not_found' });

    await engine.sync.removeEvent(LOCAL, 'e2');
    expect(left()).toEqual([]);
    expect(namesIn(engine)).toEqual([]);
  });

  test('leaves the catalog of a headquarters that has the same tenant', async () => {
    const world = await openWorld();
    const engine = await start(world);
    await engine.service.catalog.put(callerWith('admin'), LOCAL, 'events', [{ id: 'own', name: 'Own' }]);
    await engine.service.catalog.put(callerWith('admin'), LOCAL, 'rooms', [{ id: 'r1', name: 'Room' }]);
    await engine.sync.connect({ ...world.upstream, key: KEY });
    await syncNow(engine);
    await engine.sync.removeEvent(LOCAL, 'own');
    expect(engine.store.read((view) => view.listCatalog(LOCAL, 'events')).map(({ id }) => id)).toEqual(['e1']);
    expect(engine.store.read((view) => view.listCatalog(LOCAL, 'rooms')).map(({ id }) => id)).toEqual(['r1']);
  });
});

describe('a sync that runs', () => {
  test('stays paused over a restart, and goes on when told', async () => {
    const world = await openWorld();
    const first = await start(world);
    await first.sync.connect({ ...world.upstream, key: KEY });
    await first.sync.pause(LOCAL);
    await first.close();
    const again = await start(world, 1000);
    expect(await syncNow(again)).toMatchObject({ state: 'paused' });
    await again.sync.resume(LOCAL);
    await expect.poll(() => again.sync.list()).toMatchObject([{ status: { state: 'synced' } }]);
  });

  test('is cancelled at once, also while headquarters keeps it waiting; closing waits for nobody', async () => {
    const world = await openWorld();
    let asked = 0;
    const url = await serve((request, response) => {
      if (request.url?.startsWith('/-/') === true) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      asked += 1;
      // Headers, and then nothing.
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    });
    const engine = await start(world);
    await engine.sync.connect({ ...world.upstream, url, key: KEY });
    const running = syncNow(engine);
    await expect.poll(() => asked).toBe(1);
    await engine.sync.cancel(LOCAL);
    expect(await running).not.toHaveProperty('last_error');
    void syncNow(engine);
    await expect.poll(() => asked).toBe(2);
    await engine.close();
  });

  test('tells its status whenever it changes', async () => {
    const world = await openWorld();
    const engine = await start(world);
    await engine.sync.connect({ ...world.upstream, key: KEY });
    const told: SyncStatus[] = [];
    const end = engine.sync.watch(LOCAL, (status) => void told.push(status));
    await syncNow(engine);
    await expect.poll(() => told.at(-1)).toMatchObject({ state: 'synced' });
    await engine.service.catalog.put(callerWith('admin'), LOCAL, 'session_types', [{ id: 'talk', name: 'Talk' }]);
    await engine.service.as(callerWith('editor')).createSession({ tenantId: LOCAL, body: talk });
    await expect.poll(() => told.at(-1)).toMatchObject({ state: 'syncing', pending: 1 });
    end();
    expect(new Set(told.map((status) => JSON.stringify(status))).size).toBe(told.length);
  });

  test('begins when the network is back, though it would still wait', async () => {
    const world = await openWorld();
    let isUp = false;
    const target = world.upstream.url;
    const url = await serve((request, response) => {
      if (!isUp) {
        request.socket.destroy();
        return;
      }
      void fetch(target + String(request.url), { headers: { authorization: KEY } }).then(async (answer) =>
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text()),
      );
    });
    const engine = await start(world, 3_600_000);
    await engine.sync.connect({ ...world.upstream, url, key: KEY });
    await expect.poll(() => engine.sync.list()).toMatchObject([{ status: { state: 'offline' } }]);
    isUp = true;
    engine.sync.wake();
    await expect.poll(() => engine.sync.list()).toMatchObject([{ status: { state: 'synced' } }]);
  });
});

describe('checking a headquarters', () => {
  const right = { state: 'right' };
  const untried = { state: 'untried' };
  const wrong = (words: string) => ({
    state: 'wrong',
    because: expect.any(String),
    message: expect.stringContaining(words),
  });

  test('a hub of ours is found right, and offers its events', async () => {
    const world = await openWorld();
    const engine = await start(world);
    const { url } = world.upstream;
    const found = await engine.sync.check({ url, remoteTenantId: TENANT, key: KEY, eventIds: ['e1', 'nowhere'] });
    expect(found).toEqual({
      address: right,
      key: right,
      tenant: right,
      events: [
        { id: 'e1', finding: right },
        { id: 'nowhere', finding: wrong('no such event') },
      ],
      offered: [
        { id: 'e|3', name: 'An id with a bar' },
        { id: 'e1', name: 'Event one' },
        { id: 'e2', name: 'Event two' },
      ],
    });
    expect(await engine.sync.check({ url, remoteTenantId: TENANT, key: KEY, eventIds: [] })).toMatchObject({
      tenant: right,
      events: [],
    });
    expect(engine.sync.list()).toEqual([]);
  });

  test('without a key, the one that is kept for this headquarters is tried', async () => {
    const world = await openWorld();
    const engine = await start(world);
    const asked = { url: world.upstream.url, remoteTenantId: TENANT, eventIds: [] };
    expect(await engine.sync.check(asked)).toMatchObject({ key: wrong('A key is needed') });
    await world.keys.setKey(upstreamName(asked), KEY);
    expect(await engine.sync.check(asked)).toMatchObject({ key: right, tenant: right, offered: expect.any(Array) });
    expect(await engine.sync.check({ ...asked, key: 'another' })).toMatchObject({ key: wrong('not known there') });
  });

  test('says of each thing what is wrong with it', async () => {
    const world = await openWorld();
    const engine = await start(world);
    const { url } = world.upstream;
    const html = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in</p>'),
    );
    const portal = await serve((_, response) => response.writeHead(302, { location: 'https://sign.in' }).end());
    const check = async (change: object) =>
      await engine.sync.check({ url, remoteTenantId: TENANT, key: KEY, eventIds: ['e1'], ...change });
    const nothing = { key: untried, tenant: untried, events: [{ id: 'e1', finding: untried }] };
    for (const [change, words] of [
      [{ url: 'my laptop' }, 'is not an http'],
      [{ url: 'http://hq.example' }, 'not encrypted'],
      [{ url: 'http://127.0.0.1:1024' }, 'nobody answers'],
      [{ url: html }, 'is not the Sessions API'],
      [{ url: portal }, 'sent to another address'],
    ] as const) {
      expect([change, await check(change)]).toMatchObject([change, { address: wrong(words), ...nothing }]);
    }
    const events = nothing.events;
    expect(await check({ key: 'no' })).toEqual({
      address: right,
      key: wrong('not known there'),
      tenant: untried,
      events,
    });
    expect(await check({ key: undefined })).toMatchObject({ key: wrong('A key is needed') });
    expect(await check({ key: 'schlüssel €' })).toMatchObject({ address: untried, key: wrong('no key can have') });
    expect(await check({ remoteTenantId: 'nobody' })).toEqual({
      address: right,
      key: right,
      tenant: wrong('no such tenant'),
      events,
    });
  });

  test('a plain server that knows none of it leaves open what is wrong', async () => {
    const world = await openWorld();
    const engine = await start(world);
    const url = await serve((_, response) =>
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}'),
    );
    const unclear = {
      state: 'unclear',
      because: expect.stringMatching(/nothing_known|event_unknown_or_empty/),
      message: expect.any(String),
    };
    expect(await engine.sync.check({ url, remoteTenantId: TENANT, key: KEY, eventIds: ['e1'] })).toEqual({
      address: right,
      key: right,
      tenant: unclear,
      events: [{ id: 'e1', finding: unclear }],
    });
  });
});
