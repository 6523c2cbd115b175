import { describe, expect, test } from 'vitest';

import type { SessionsApi } from '../../shared/contract/operations.ts';
import { openTestReplica } from '../support/test-replica.ts';
import { callerWith, openTestService, TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };

async function openHeadquarters(): Promise<SessionsApi> {
  const { service } = await openTestService();
  return service.as(callerWith('editor'));
}

describe('a laptop and headquarters', () => {
  test('what is made on either side is on both after a sync', async () => {
    const hq = await openHeadquarters();
    const laptop = await openTestReplica(hq);
    const theirs = await hq.createSession({ tenantId: TENANT, body: { ...talk, name: 'Theirs' } });
    const ours = await laptop.api.createSession({ tenantId: TENANT, body: { ...talk, name: 'Ours' } });
    expect(laptop.replicator.status()).toMatchObject({ state: 'syncing', pending: 1 });
    const status = await laptop.replicator.sync('hand');
    expect(status).toMatchObject({ state: 'synced', pending: 0, refused: 0, conflicts: 0 });
    expect(await hq.getSession({ tenantId: TENANT, id: ours.id })).toMatchObject({
      name: 'Ours',
      sys_external_id: ours.id,
    });
    expect(await laptop.api.getSession({ tenantId: TENANT, id: theirs.id })).toMatchObject({ name: 'Theirs' });
  });

  test('ten edits are one patch, of the fields that changed, led by a test of the version', async () => {
    const hq = await openHeadquarters();
    const sent: unknown[] = [];
    const recording: SessionsApi = {
      ...hq,
      patchSession: async (request) => {
        sent.push(request.body);
        return await hq.patchSession(request);
      },
    };
    const laptop = await openTestReplica(recording);
    const { id } = await laptop.api.createSession({ tenantId: TENANT, body: talk });
    await laptop.replicator.sync('hand');
    for (let n = 0; n < 10; n++) {
      await laptop.api.patchSession({
        tenantId: TENANT,
        id,
        body: [{ op: 'replace', path: '/name', value: `Name ${n}` }],
      });
    }
    expect(await laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    expect(sent.at(-1)).toEqual([
      expect.objectContaining({ op: 'test', path: '/sys_version', value: 1 }),
      expect.objectContaining({ op: 'test', path: '/sys_last_modified_at' }),
      { op: 'add', path: '/name', value: 'Name 9' },
    ]);
    expect((await hq.getSession({ tenantId: TENANT, id })).name).toBe('Name 9');
  });

  test('different fields merge, one field on both sides is a conflict that shows theirs', async () => {
    const hq = await openHeadquarters();
    const laptop = await openTestReplica(hq);
    const { id } = await hq.createSession({ tenantId: TENANT, body: talk });
    await laptop.replicator.sync('hand');
    await laptop.api.patchSession({
      tenantId: TENANT,
      id,
      body: [
        { op: 'add', path: '/code', value: 'C1' },
        { op: 'replace', path: '/name', value: 'Mine' },
      ],
    });
    await hq.patchSession({
      tenantId: TENANT,
      id,
      body: [
        { op: 'add', path: '/location', value: 'L' },
        { op: 'replace', path: '/name', value: 'Theirs' },
      ],
    });
    expect(await laptop.replicator.sync('hand')).toMatchObject({ state: 'attention', conflicts: 1, pending: 0 });
    const both = { name: 'Theirs', code: 'C1', location: 'L' };
    expect(await hq.getSession({ tenantId: TENANT, id })).toMatchObject(both);
    expect(await laptop.api.getSession({ tenantId: TENANT, id })).toMatchObject(both);
  });

  test('deletes go both ways', async () => {
    const hq = await openHeadquarters();
    const laptop = await openTestReplica(hq);
    const [a, b] = [
      await hq.createSession({ tenantId: TENANT, body: talk }),
      await hq.createSession({ tenantId: TENANT, body: talk }),
    ];
    await laptop.replicator.sync('hand');
    await laptop.api.deleteSession({ tenantId: TENANT, id: a.id });
    await hq.deleteSession({ tenantId: TENANT, id: b.id });
    expect(await laptop.replicator.sync('hand')).toMatchObject({ state: 'synced' });
    await expect(hq.getSession({ tenantId: TENANT, id: a.id })).rejects.toMatchObject({ kind: 'not_found' });
    await expect(laptop.api.getSession({ tenantId: TENANT, id: b.id })).rejects.toMatchObject({ kind: 'not_found' });
  });
});
