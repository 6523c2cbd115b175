import { describe, expect, test, vi } from 'vitest';

import { because } from '../../shared/base/reasons.ts';
import type { CatalogOutcome } from '../../shared/contract/change-feed.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import type { Service } from '../../shared/service/service.ts';
import { openHeadquarters, plainTraits, type Headquarters } from '../support/headquarters.ts';
import { HUB_EVENT, HUB_TENANT as tenantId, startTestHub, type TestHub } from '../support/test-hub.ts';
import { startTestServer } from '../support/test-server.ts';

const talk = { event_id: HUB_EVENT, name: 'A talk', type_id: 'talk' };

/** Two laptops, the hub at the venue, and a headquarters that speaks nothing but the contract. RxDB opens no fourth store. */
interface Chain {
  hq: Headquarters;
  theirs: SessionsApi;
  hub: TestHub;
  ann: TestHub;
  ben: TestHub;
  /** Cuts the line from the hub to headquarters, or mends it. */
  cut(isCut: boolean): void;
}

async function openChain(intervalMs = 0): Promise<Chain> {
  let nowMs = Date.UTC(2026, 0, 1);
  let isCut = false;
  const hq = openHeadquarters(plainTraits, () => (nowMs += 1));
  const line = (): SessionsApi => {
    if (isCut) throw new ContractError('unreachable', because('said', { text: 'There is no line.' }));
    return hq.as('hub');
  };
  const { url } = await startTestServer({ as: line } as unknown as Service);
  const hub = await startTestHub({ upstream: { url }, intervalMs });
  await hub.putCatalog('events', { id: HUB_EVENT, name: 'The event' });
  await hub.putCatalog('session_types', { id: 'talk', name: 'Talk' });
  await hub.sync();
  const [ann, ben] = [
    await startTestHub({ upstream: { url: hub.url }, intervalMs }),
    await startTestHub({ upstream: { url: hub.url }, intervalMs }),
  ];
  for (const each of [ann, ben]) await each.sync();
  return { hq, theirs: hq.as('third'), hub, ann, ben, cut: (now) => (isCut = now) };
}

async function rename({ api }: { api: SessionsApi }, id: string, name: string): Promise<void> {
  await api.patchSession({ tenantId, id, body: [{ op: 'replace', path: '/name', value: name }] });
}

async function nameAt({ api }: TestHub, id: string): Promise<string | undefined> {
  return (await api.getSession({ tenantId, id })).name;
}

async function syncAll(...hubs: TestHub[]): Promise<void> {
  for (const hub of hubs) await hub.sync();
}

describe('laptops, a hub and headquarters', () => {
  test('a session made on one laptop is on the other under the same id, and once at headquarters', async () => {
    const { hq, hub, ann, ben } = await openChain();
    const { id } = await ann.api.createSession({ tenantId, body: talk });
    await syncAll(ann, hub, ben, ann);
    expect([await nameAt(ben, id), await nameAt(hub, id)]).toEqual(['A talk', 'A talk']);
    expect([...hq.sessions.values()]).toMatchObject([{ name: 'A talk', sys_external_id: id }]);
    expect(await ben.sync()).toMatchObject({ state: 'synced', upstream: { state: 'synced', pending: 0 } });
    await ben.api.deleteSession({ tenantId, id });
    await syncAll(ben, hub, ann);
    expect(hq.sessions.size).toBe(0);
    await expect(nameAt(ann, id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('what changes anywhere is everywhere while syncs run by themselves', async () => {
    const { hq, hub, ann, ben } = await openChain(60_000);
    const { id } = await hub.api.createSession({ tenantId, body: talk });
    await expect.poll(async () => [await nameAt(ann, id), await nameAt(ben, id)]).toEqual(['A talk', 'A talk']);
    await rename(ann, id, 'Renamed');
    const isThere = async (): Promise<void> => {
      expect([await nameAt(hub, id), await nameAt(ben, id)]).toEqual(['Renamed', 'Renamed']);
      expect([...hq.sessions.values()]).toMatchObject([{ name: 'Renamed' }]);
      expect([ann.replicator.status().state, ben.replicator.status().state]).toEqual(['synced', 'synced']);
    };
    await vi.waitFor(isThere, { timeout: 10_000 });
    // A hub that was away is followed again.
    await hub.unplug();
    await rename(hub, id, 'While away');
    await hub.plugIn();
    await expect.poll(async () => await nameAt(ann, id)).toBe('While away');
  });

  test('a conflict at the hub is seen at every laptop, its maker first, and settled from another', async () => {
    const { hq, theirs, hub, ann, ben } = await openChain();
    const [a, b] = [
      await theirs.createSession({ tenantId: 'any', body: { ...talk, name: 'Before a' } }),
      await theirs.createSession({ tenantId: 'any', body: { ...talk, name: 'Before b' } }),
    ];
    await syncAll(hub, ann, ben);
    await rename(ann, a.id, "Ann's");
    await rename(ben, b.id, "Ben's");
    await syncAll(ann, ben);
    for (const { id } of [a, b]) await rename({ api: theirs }, id, "Headquarters'");
    await syncAll(hub, ann, ben);

    const conflict = { where: 'hub', fields: [{ pointer: 'name', mine: "Ann's", theirs: "Headquarters'" }] };
    expect(ann.replicator.conflicts()).toMatchObject([
      { id: a.id, made_here: true, ...conflict },
      { id: b.id, made_here: false },
    ]);
    expect(ben.replicator.conflicts()).toMatchObject([
      { id: b.id, made_here: true },
      { id: a.id, made_here: false, ...conflict },
    ]);
    expect(ben.replicator.status()).toMatchObject({ state: 'attention', conflicts: 0, upstream: { conflicts: 2 } });

    const stale = { resolution: 'theirs', version: 1 };
    const refused = await hub.request('editor', 'POST', `/-/${tenantId}/sync/conflicts/${a.id}`, stale);
    expect(refused.status).toBe(412);
    await ben.replicator.resolve(a.id, 'mine');
    expect(hub.replicator.conflicts()).toMatchObject([{ id: b.id, where: 'here' }]);
    expect(ben.replicator.conflicts().map(({ id }) => id)).toEqual([b.id]);
    // An edit of the field settles it, too.
    await rename(ann, b.id, "Ann's, too");
    await syncAll(ann, hub, ann, ben);
    expect([...hq.sessions.values()].map(({ name }) => name)).toEqual(["Ann's", "Ann's, too"]);
    for (const each of [hub, ann, ben]) expect(each.replicator.status()).toMatchObject({ state: 'synced' });
    await expect(ben.replicator.resolve(a.id, 'mine')).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('what headquarters refused is seen at the laptops, and mended or sent again from any', async () => {
    const { hq, hub, ann, ben } = await openChain();
    await hub.putCatalog('rooms', { id: 'room-x', name: 'Room x' }, { id: 'room-1', name: 'Room 1' });
    await syncAll(ann, ben);
    hq.unknown.add('room-x');
    const { id } = await ann.api.createSession({ tenantId, body: { ...talk, room_ids: ['room-x'] } });
    await syncAll(ann, hub, ann, ben);
    const refused = { id, status: 409, where: 'hub', missing: [{ kind: 'rooms', id: 'room-x' }] };
    expect(ann.replicator.refused()).toMatchObject([{ ...refused, made_here: true }]);
    expect(ben.replicator.refused()).toMatchObject([{ ...refused, made_here: false }]);
    expect(ann.replicator.status()).toMatchObject({ state: 'attention', refused: 0, upstream: { refused: 1 } });

    await ben.replicator.retry(id);
    await syncAll(hub, ben);
    expect(ben.replicator.refused()).toMatchObject([refused]);
    expect(await ben.replicator.replaceReference('rooms', 'room-x', 'room-1')).toBe(1);
    await syncAll(hub, ann, ben);
    expect([...hq.sessions.values()]).toMatchObject([{ room_ids: ['room-1'] }]);
    expect(ann.replicator.refused()).toEqual([]);
    expect(ann.replicator.status()).toMatchObject({ state: 'synced' });
  });

  test('the status is honest along the chain: what waits at the hub is not synced', async () => {
    const { hub, ann, ben, cut } = await openChain();
    cut(true);
    const { id } = await ann.api.createSession({ tenantId, body: talk });
    await syncAll(ann, hub, ben);
    const waiting = {
      state: 'offline',
      pending: 0,
      upstream: { state: 'offline', pending: 1, since: expect.any(String) },
    };
    expect(await ann.sync()).toMatchObject(waiting);
    expect(ben.replicator.status()).toMatchObject(waiting);
    expect(ben.replicator.pending()).toMatchObject([{ id, operation: 'create', where: 'hub', made_here: false }]);
    await hub.replicator.pause();
    expect(await ann.sync()).toMatchObject({ state: 'offline', upstream: { state: 'paused' } });
    await hub.replicator.resume();
    cut(false);
    await hub.sync();
    expect(await ann.sync()).toMatchObject({ state: 'synced', upstream: { state: 'synced', pending: 0 } });
    expect(ann.replicator.pending()).toEqual([]);
    await hub.unplug();
    expect(await ann.sync()).toMatchObject({
      state: 'offline',
      upstream: { state: 'synced', as_of: expect.any(String) },
    });
  });

  test('after a restore of the hub everything is compared anew, and what was lost there is a question', async () => {
    const { hub, ann, ben } = await openChain();
    const { id } = await ann.api.createSession({ tenantId, body: talk });
    await syncAll(ann, hub, ben);
    // As a restore leaves it: a state from before, another life.
    await hub.engine.store.change({ tenantId, principalId: 'restore', operation: 'restore', atMs: 0 }, (change) => {
      const record = change.findSession(tenantId, id);
      if (record !== undefined) change.settleSession({ ...record, deleted: true }, record);
    });
    await hub.engine.store.renewEpoch();
    const { id: later } = await hub.api.createSession({ tenantId, body: { ...talk, name: 'Later' } });
    await syncAll(ben);
    expect(
      ben.replicator
        .log()
        .map(({ message }) => message)
        .slice(-3),
    ).toEqual([
      expect.stringContaining('compared anew'),
      'Sessions that came: 1.',
      'Sessions that left, as they did at headquarters: 1.',
    ]);
    expect(await nameAt(ben, later)).toBe('Later');
    await expect(nameAt(ben, id)).rejects.toMatchObject({ kind: 'not_found' });
    expect(ben.replicator.status()).toMatchObject({ pending: 0, refused: 0, conflicts: 0 });
  });
});

describe('the catalog of a hub', () => {
  test('is at the laptops, changes as it changes there, and placeholders get their names', async () => {
    const { hub, ann } = await openChain();
    expect(ann.catalog('events')).toEqual([{ id: HUB_EVENT, name: 'The event' }]);
    await hub.putCatalog('rooms', { id: 'r1', name: 'Room 1' });
    await hub.putCatalog('session_types', { id: 'talk', name: 'Lecture' });
    await ann.sync();
    expect([ann.catalog('rooms'), ann.catalog('session_types')]).toEqual([
      [{ id: 'r1', name: 'Room 1' }],
      [{ id: 'talk', name: 'Lecture' }],
    ]);
  });

  test('takes what a laptop added before the sessions that need it, from an editor, too', async () => {
    const { hub, ann, ben } = await openChain();
    const room = { id: 'r-new', name: 'The tent' };
    const added = await ann.request('editor', 'POST', `/-/${tenantId}/catalog`, [{ kind: 'rooms', item: room }]);
    expect(await added.json()).toEqual({ items: [{ kind: 'rooms', id: 'r-new', item: room }] });
    const { id } = await ann.api.createSession({ tenantId, body: { ...talk, room_ids: ['r-new'] } });
    expect(ann.replicator.status()).toMatchObject({ catalog: 1 });
    expect(await ann.sync()).toMatchObject({ refused: 0, pending: 0 });
    await ben.sync();
    expect([hub.catalog('rooms'), ben.catalog('rooms')]).toEqual([[room], [room]]);
    expect(await nameAt(ben, id)).toBe('A talk');
  });

  test('merges changes of different members, and keeps its own of one, with ours in history', async () => {
    const { hub, ann } = await openChain();
    const { url } = hub;
    const cem = await startAdmin(url, ann);
    await hub.putCatalog('rooms', { id: 'r1', name: 'Room 1', capacity: 10 });
    await cem.sync();
    await cem.putCatalog('rooms', { id: 'r1', name: 'Mine', capacity: 20 });
    await hub.putCatalog('rooms', { id: 'r1', name: 'Theirs', capacity: 10, floor: 2 });
    await cem.sync();
    const merged = [{ id: 'r1', name: 'Theirs', capacity: 20, floor: 2 }];
    expect([hub.catalog('rooms'), cem.catalog('rooms')]).toEqual([merged, merged]);
    const history = cem.engine.store.read((view) => view.listHistory(tenantId, 'rooms', 'r1'));
    expect(JSON.stringify(history)).toContain('Mine');
    expect(cem.replicator.log().some(({ message }) => message.includes("The hub's name of rooms r1 stands"))).toBe(
      true,
    );
    expect(cem.replicator.status()).not.toHaveProperty('catalog');
  });

  test('leaves nothing behind of what was removed while a laptop was away for too long', async () => {
    const { hub, ann } = await openChain();
    const registration = { contact_id: 'c1', status: 'confirmed' };
    await hub.putCatalog('rooms', { id: 'r1', name: 'Room 1' });
    await hub.putCatalog('rooms', { id: 'r2', name: 'Room 2' });
    await hub.putCatalog('rooms', { id: 'r3', name: 'Room 3' });
    const { id } = await hub.api.createSession({ tenantId, body: talk });
    await hub.putCatalog('registrations', { id: 'g1', session_id: id, ...registration });
    await hub.putCatalog('registrations', { id: 'g2', session_id: id, ...registration });
    await ann.sync();
    await ann.putCatalog('rooms', { id: 'mine', name: 'Known here alone' });
    await ann.api.createSession({ tenantId, body: { ...talk, room_ids: ['r3'] } });
    await hub.engine.store.change({ tenantId, principalId: 'admin', operation: 'delete', atMs: 0 }, (change) => {
      for (const room of ['r1', 'r3']) change.deleteCatalogItem('rooms', room);
      change.deleteCatalogItem('registrations', 'g1');
    });
    await hub.engine.store.renewEpoch();
    await ann.sync();
    // What a session that waits refers to stays, and is told to the hub as a placeholder with it.
    expect(ann.catalog('rooms').map((room) => room.id)).toEqual(['mine', 'r2', 'r3']);
    expect(ann.catalog('registrations').map((one) => one.id)).toEqual(['g2']);
    expect(ann.catalog('events')).toHaveLength(1);
  });

  test('is not changed by an editor, whose change returns to what the hub has, and is told', async () => {
    const { hub, ann } = await openChain();
    await hub.putCatalog('rooms', { id: 'r1', name: 'Room 1' });
    const edit = { kind: 'rooms', base: { id: 'r1', name: 'Room 1' }, item: { id: 'r1', name: 'Other' } };
    const answer = await hub.request('editor', 'POST', `/-/${tenantId}/catalog`, [edit]);
    const { items } = (await answer.json()) as { items: CatalogOutcome[] };
    expect(items).toMatchObject([{ item: { name: 'Room 1' }, refused: expect.stringContaining('admin') }]);
    await ann.sync();
    await ann.putCatalog('rooms', { id: 'r1', name: 'Other' });
    await ann.sync();
    expect(ann.catalog('rooms')).toEqual([{ id: 'r1', name: 'Room 1' }]);
    expect(ann.replicator.log().some(({ message }) => message.includes('refused rooms r1'))).toBe(true);
    expect((await hub.request('viewer', 'POST', `/-/${tenantId}/catalog`, [edit])).status).toBe(403);
    expect((await hub.request('editor', 'POST', `/-/${tenantId}/catalog`, { kind: 'rooms' })).status).toBe(400);
  });
});

/** A laptop with an admin's key at the hub, in place of another: RxDB opens no fourth store. */
async function startAdmin(url: string, instead: TestHub): Promise<TestHub> {
  await instead.unplug();
  await instead.engine.close();
  const laptop = await startTestHub({ upstream: { url, role: 'admin' } });
  await laptop.sync();
  return laptop;
}
