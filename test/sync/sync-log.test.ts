import { describe, expect, test } from 'vitest';

import { silentLogger } from '../../shared/base/logger.ts';
import { because } from '../../shared/base/reasons.ts';
import type { SessionsApi } from '../../shared/contract/operations.ts';
import { createSyncLog, type SyncLog } from '../../shared/replication/sync-log.ts';
import { openHeadquarters, plainTraits } from '../support/headquarters.ts';
import { openTestReplica } from '../support/test-replica.ts';
import { TENANT } from '../support/test-service.ts';

const talk = { event_id: 'e1', name: 'A talk', type_id: 'talk' };
const MINUTE_MS = 60_000;

test('a sync tells with counts what it sent and what came, and nothing where nothing happened', async () => {
  let nowMs = Date.UTC(2026, 0, 1);
  const hq = openHeadquarters(plainTraits, () => (nowMs += 1));
  const theirs = hq.as('third');
  const { api, replicator } = await openTestReplica(hq.as('laptop'), () => 0.5);
  let known = 0;
  const syncAndRead = async (): Promise<string[]> => {
    await replicator.sync('hand');
    const messages = replicator.log().map(({ message }) => message);
    const news = messages.slice(known);
    // What is told next stands by itself.
    await replicator.pause();
    await replicator.resume();
    known = replicator.log().length;
    return news;
  };
  const rename = async (by: SessionsApi, id: string, name: string): Promise<unknown> =>
    await by.patchSession({ tenantId: TENANT, id, body: [{ op: 'replace', path: '/name', value: name }] });

  const ids: string[] = [];
  for (const name of ['A', 'B', 'C', 'D']) {
    ids.push((await theirs.createSession({ tenantId: TENANT, body: { ...talk, name } })).id);
  }
  const [a = '', b = '', c = '', d = ''] = ids;
  expect(await syncAndRead()).toEqual(['Sessions that came: 4.']);
  expect(await syncAndRead()).toEqual([]);

  await rename(api, a, 'A here');
  await api.createSession({ tenantId: TENANT, body: { ...talk, name: 'Made here' } });
  await api.deleteSession({ tenantId: TENANT, id: b });
  expect(await syncAndRead()).toEqual(['Changes that were sent: 3.']);

  await rename(theirs, a, 'A there');
  await theirs.deleteSession({ tenantId: TENANT, id: c });
  await rename(theirs, d, 'D there');
  await rename(api, d, 'D here');
  expect(await syncAndRead()).toEqual([
    'Sessions that were changed on both sides: 1.',
    'Sessions that were changed at headquarters: 1.',
    'Sessions that left, as they did at headquarters: 1.',
  ]);
  expect(await syncAndRead()).toEqual([]);
});

describe('what goes well', () => {
  const open = (): { log: SyncLog; wait: (ms: number) => void; told: () => [string, string][] } => {
    let nowMs = Date.UTC(2026, 0, 1);
    const log = createSyncLog(() => nowMs, silentLogger, {});
    return {
      log,
      wait: (ms) => void (nowMs += ms),
      told: () => log.entries.map(({ at, message }) => [at.slice(11, 16), message]),
    };
  };

  test('steadily is one line of each kind for a while, and leaves room for what does not', () => {
    const { log, wait, told } = open();
    log.tell(because('stopped_removing', { n: 30 }));
    for (let second = 0; second < 16 * 60; second++) {
      log.count('sessions_changed', 2);
      if (second % 2 === 0) log.count('changes_sent', 1);
      log.tellCounted();
      wait(1000);
    }
    expect(told()).toEqual([
      ['00:00', 'Headquarters lacks 30 sessions of an event: sync stopped removing, and asks.'],
      ['00:14', 'Changes that were sent: 450.'],
      ['00:14', 'Sessions that were changed at headquarters: 1800.'],
      ['00:15', 'Changes that were sent: 30.'],
      ['00:15', 'Sessions that were changed at headquarters: 120.'],
    ]);
  });

  test('before and after trouble is told before and after it', () => {
    const { log, wait, told } = open();
    log.count('changes_sent', 5);
    log.tellCounted();
    log.tell(because('paused'));
    wait(MINUTE_MS);
    log.count('changes_sent', 1);
    log.tellCounted();
    log.tellCounted();
    expect(told()).toEqual([
      ['00:00', 'Changes that were sent: 5.'],
      ['00:00', 'Paused.'],
      ['00:01', 'Changes that were sent: 1.'],
    ]);
  });
});
