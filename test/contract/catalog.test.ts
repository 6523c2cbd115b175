import { describe, expect, test } from 'vitest';

import { ContractError } from '../../shared/contract/errors.ts';
import { callerWith, openTestService, OTHER_TENANT, TENANT } from '../support/test-service.ts';

const admin = callerWith('admin');

describe('the catalog', () => {
  test('stores items by their ids, keeps members it does not know, and answers how many', async () => {
    const { service } = await openTestService();
    const items = [
      { id: 'b', name: 'Blue room', capacity: 5, floor: { level: 2 } },
      { id: 'a/ü 🙂', name: '' },
    ];
    expect(await service.catalog.put(admin, OTHER_TENANT, 'rooms', items)).toEqual({ stored: 2 });
    expect(service.catalog.list(callerWith('viewer'), OTHER_TENANT, 'rooms')).toEqual([items[1], items[0]]);
    await service.catalog.put(admin, OTHER_TENANT, 'rooms', [{ id: 'b', name: 'Red room' }]);
    expect(service.catalog.list(admin, OTHER_TENANT, 'rooms')).toEqual([items[1], { id: 'b', name: 'Red room' }]);
    expect(service.catalog.list(admin, OTHER_TENANT, 'tracks')).toEqual([]);
  });

  test('keeps a registration, which has no name', async () => {
    const { service } = await openTestService();
    const item = { id: 'r', session_id: 's', contact_id: 'c' };
    await service.catalog.put(admin, TENANT, 'registrations', [item]);
    expect(service.catalog.list(admin, TENANT, 'registrations')).toEqual([item]);
  });

  test.each<[string, string, unknown]>([
    ['no list', 'rooms', { id: 'a', name: 'A' }],
    ['nothing', 'rooms', undefined],
    ['an item without an id', 'rooms', [{ name: 'A' }]],
    ['an empty id', 'rooms', [{ id: '', name: 'A' }]],
    ['an item without a name', 'rooms', [{ id: 'a' }]],
    ['a registration without a session', 'registrations', [{ id: 'a', contact_id: 'c' }]],
    [
      'an id twice',
      'rooms',
      [
        { id: 'a', name: 'A' },
        { id: 'a', name: 'B' },
      ],
    ],
    ['a zone that does not exist', 'events', [{ id: 'a', name: 'A', time_zone: 'Mars/Olympus' }]],
    ['a day that does not exist', 'events', [{ id: 'a', name: 'A', start_date: '2026-02-30' }]],
    ['half a surrogate pair', 'rooms', [{ id: 'a\ud800', name: 'A' }]],
  ])('%s is refused, and none of the items is stored', async (_, kind, items) => {
    const { service } = await openTestService();
    const whole = Array.isArray(items)
      ? [{ id: 'sound', name: 'Sound', session_id: 's', contact_id: 'c' }, ...(items as unknown[])]
      : items;
    await expect(service.catalog.put(admin, OTHER_TENANT, kind, whole)).rejects.toMatchObject({ kind: 'invalid' });
    expect(service.catalog.list(admin, OTHER_TENANT, kind)).toEqual([]);
  });

  test('is managed by admins, read with any key, and has nine kinds', async () => {
    const { service } = await openTestService();
    for (const [role, kind] of [
      ['viewer', 'forbidden'],
      ['editor', 'forbidden'],
      [undefined, 'unauthorized'],
    ] as const) {
      await expect(service.catalog.put(callerWith(role), TENANT, 'rooms', [])).rejects.toMatchObject({ kind });
    }
    expect(() => service.catalog.list(undefined, TENANT, 'rooms')).toThrow(ContractError);
    expect(() => service.catalog.list(admin, TENANT, 'toString')).toThrow('There is no such kind');
    expect(() => service.catalog.list(admin, 'no tenant', 'rooms')).toThrow('There is no such tenant');
  });

  test('every change leaves a history entry, and an item that stands there just so is not written again', async () => {
    const { service, store } = await openTestService();
    for (const name of ['One', 'One', 'Two']) await service.catalog.put(admin, TENANT, 'rooms', [{ id: 'x', name }]);
    const entries = store.read((view) => view.listHistory(TENANT, 'rooms', 'x'));
    expect(entries.map((entry) => entry.forward)).toEqual([
      [{ op: 'add', path: '', value: { id: 'x', name: 'One' } }],
      [{ op: 'replace', path: '/name', value: 'Two' }],
    ]);
  });
});
