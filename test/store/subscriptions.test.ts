import { describe, expect, test } from 'vitest';

import { openHeadquarters, plainTraits } from '../support/headquarters.ts';
import { openReplicator, openTestReplica, type TestReplica } from '../support/test-replica.ts';
import { TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };

function namesHere({ store }: TestReplica): string[] {
  const records = store.read((view) => view.listSessions(TENANT, { eventId: 'e1' }));
  return records.map(({ session }) => session.name).toSorted();
}

async function openWorld() {
  let nowMs = Date.UTC(2026, 0, 1);
  const hq = openHeadquarters(plainTraits, () => (nowMs += 1));
  const theirs = hq.as('third');
  const laptop = await openTestReplica(hq.as('laptop'), () => 0.5);
  return { hq, theirs, laptop };
}

describe('an event that is removed', () => {
  test('leaves with its sessions, which headquarters keeps, and comes back with a new subscription', async () => {
    const { hq, theirs, laptop } = await openWorld();
    await theirs.createSession({ tenantId: TENANT, body: talk });
    const { id } = await laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name: 'Ours' } });
    await laptop.replicator.sync('hand');
    await laptop.store.unsubscribe(TENANT, ['e1'], 0);
    expect(namesHere(laptop)).toEqual([]);
    expect(laptop.store.subscriptions.eventsOf(TENANT, 'hq')).toEqual([]);
    await laptop.replicator.sync('hand');
    expect(hq.sessions.size).toBe(2);
    await laptop.store.subscribe(TENANT, 'e1', 'hq');
    expect(await laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(namesHere(laptop)).toEqual(['A talk', 'Ours']);
    expect(await laptop.api.getSession({ tenantId: TENANT, id })).toMatchObject({ name: 'Ours' });
  });

  test('stays while changes of it wait, in whichever event they are by now', async () => {
    const { theirs, laptop } = await openWorld();
    const { id } = await theirs.createSession({ tenantId: TENANT, body: talk });
    await laptop.replicator.sync('hand');
    await laptop.api.patchSession({ tenantId: TENANT, id, body: [{ op: 'add', path: '/code', value: 'C1' }] });
    const refusal = { kind: 'unsettled', message: expect.stringContaining('One session waits') };
    await expect(laptop.store.unsubscribe(TENANT, ['e1'], 0)).rejects.toMatchObject(refusal);
    await laptop.api.patchSession({ tenantId: TENANT, id, body: [{ op: 'add', path: '/event_id', value: 'e2' }] });
    await expect(laptop.store.unsubscribe(TENANT, ['e1'], 0)).rejects.toMatchObject(refusal);
    expect(laptop.store.subscriptions.eventsOf(TENANT, 'hq')).toEqual(['e1']);
  });
});

test('an event belongs to its headquarters from the same commit on for every edit', async () => {
  const { laptop } = await openWorld();
  const made = { ...talk, event_id: 'e2' };
  await Promise.all([
    laptop.store.subscribe(TENANT, 'e2', 'hq'),
    laptop.api.createSession({ tenantId: TENANT, body: made }),
  ]);
  expect(laptop.replicator.pending()).toMatchObject([{ event_id: 'e2', operation: 'create' }]);
});

describe('an event that goes over to another headquarters', () => {
  test('is matched anew: what is there is taken as it is, what is not there is kept and marked', async () => {
    const { hq, theirs, laptop } = await openWorld();
    await theirs.createSession({ tenantId: TENANT, body: talk });
    await theirs.createSession({ tenantId: TENANT, body: { ...talk, name: 'Only there' } });
    await laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name: 'Ours' } });
    await laptop.replicator.sync('hand');

    let nowMs = Date.UTC(2026, 1, 1);
    const other = openHeadquarters(plainTraits, () => (nowMs += 1));
    const ours = [...hq.sessions.values()].find(({ name }) => name === 'Ours');
    // Under another id, and changed meanwhile.
    const body = { ...talk, name: 'Ours by now', sys_external_id: String(ours?.['sys_external_id']) };
    await other.as('third').createSession({ tenantId: TENANT, body });
    await laptop.store.subscribe(TENANT, 'e1', 'other');
    const replicator = openReplicator(laptop, 'other', other.as('laptop'));
    expect([replicator.status(), replicator.kept()]).toMatchObject([{ pending: 0, absent: 3 }, []]);
    expect(await replicator.sync('hand')).toMatchObject({ state: 'synced', conflicts: 0, pending: 0, absent: 2 });
    // Before it is known what is there, nothing is offered to be sent again.
    expect(replicator.kept().map(({ name }) => name)).toEqual(['A talk', 'Only there']);
    expect(namesHere(laptop)).toEqual(['A talk', 'Only there', 'Ours by now']);
    expect(other.sessions.size).toBe(1);
  });
});
