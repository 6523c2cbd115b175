// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';

import { useCatalogEdit } from '../../renderer/stores/catalog-edit.ts';
import { useEvent } from '../../renderer/stores/event.ts';
import { useNotices } from '../../renderer/stores/notices.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { createFakeApp, createFakeHost, type FakeAnswers } from './fake-host.ts';

const event = { id: 'e', name: 'Event', time_zone: 'Europe/Berlin' };
const ada = { id: 'c', name: 'Ada Byron', first_name: 'Ada', last_name: 'Byron', shoe_size: 38 };

beforeEach(() => localStorage.clear());

/** The store over an engine that holds one person and one room known by its id. */
async function open(answers: FakeAnswers = {}) {
  const host = createFakeHost({ 'catalog.put': () => ({ stored: 1 }), ...answers });
  createFakeApp(host);
  host.emit('workspace.watch', { events: [{ tenantId: 'local', event }], host: {} });
  const tell = (items: object): void => host.emit('event.watchCatalog', { items, removed: [], complete: true });
  const held = useEvent();
  await expect.poll(() => held.tenantId).toBe('local');
  tell({ events: [event], contacts: [ada], rooms: [{ id: 'r', name: 'r', placeholder: true }] });
  await expect.poll(() => held.catalog.contacts.size).toBe(1);
  const puts = () => host.calls.filter(({ path }) => path === 'catalog.put').map(({ input }) => input);
  return { catalog: useCatalogEdit(), held, tell, puts };
}

const failing = (kind: 'in_use' | 'unreachable') => () => {
  throw new ContractError(kind, because('said', { text: 'no' }));
};

test('a field that is left is saved with all else that the item has', async () => {
  const { catalog, puts } = await open();
  catalog.type('contacts', 'c', 'job_title', 'Engineer');
  expect(puts()).toEqual([]);
  await catalog.save('contacts', 'c', 'job_title');
  expect(puts()).toEqual([{ tenantId: 'local', kind: 'contacts', items: [{ ...ada, job_title: 'Engineer' }] }]);
  expect(catalog.shown('contacts', 'c', 'job_title')).toBe('Engineer');
  expect(catalog.isTyped('contacts', 'c', 'job_title')).toBe(false);
});

test('two fields left one after the other, before the engine told of the first, are both saved', async () => {
  const { catalog, puts } = await open();
  for (const [member, value] of [
    ['job_title', 'Engineer'],
    ['organization', 'Analytical'],
  ] as const) {
    catalog.type('contacts', 'c', member, value);
    await catalog.save('contacts', 'c', member);
  }
  expect(puts().at(-1)).toMatchObject({ items: [{ ...ada, job_title: 'Engineer', organization: 'Analytical' }] });
});

test('what the engine tells counts from then on, such as an undo', async () => {
  const { catalog, held, tell } = await open();
  catalog.type('contacts', 'c', 'name', 'Countess');
  await catalog.save('contacts', 'c', 'name');
  const undone = { ...ada };
  tell({ contacts: [undone] });
  await expect.poll(() => held.catalog.contacts.get('c')).toBe(undone);
  expect(catalog.shown('contacts', 'c', 'name')).toBe('Ada Byron');
});

test('what is unchanged is not saved', async () => {
  const { catalog, puts } = await open();
  catalog.type('contacts', 'c', 'name', 'Ada Byron ');
  await catalog.save('contacts', 'c', 'name');
  expect(puts()).toEqual([]);
  expect(catalog.isTyped('contacts', 'c', 'name')).toBe(false);
});

test('a name makes a thing of what was known by its id', async () => {
  const { catalog, puts } = await open();
  catalog.type('rooms', 'r', 'name', 'Foyer');
  await catalog.save('rooms', 'r', 'name');
  expect(puts()).toEqual([{ tenantId: 'local', kind: 'rooms', items: [{ id: 'r', name: 'Foyer' }] }]);
});

describe('what was typed is kept', () => {
  test('where it cannot be saved so, and nothing is sent', async () => {
    const { catalog, puts } = await open();
    catalog.type('contacts', 'c', 'name', '  ');
    await catalog.save('contacts', 'c', 'name');
    expect(puts()).toEqual([]);
    expect(catalog.shown('contacts', 'c', 'name')).toBe('  ');
  });

  test('where saving failed, and it is told', async () => {
    const { catalog } = await open({ 'catalog.put': failing('unreachable') });
    catalog.type('contacts', 'c', 'name', 'Countess');
    await expect(catalog.save('contacts', 'c', 'name')).rejects.toThrow('no');
    expect(catalog.shown('contacts', 'c', 'name')).toBe('Countess');
    expect(catalog.itemOf('contacts', 'c')).toEqual(ada);
    expect(useNotices().notices).toHaveLength(1);
  });
});

test('an item that is added is there at once, under an id of ours', async () => {
  const { catalog, puts } = await open();
  const id = await catalog.add('rooms', ' Foyer ');
  expect(id).toMatch(/^offstage:/);
  expect(catalog.itemOf('rooms', id)).toEqual({ id, name: 'Foyer' });
  expect(puts()).toHaveLength(1);
});

test('that something refers to an item is an answer; other failures are told and thrown', async () => {
  const used = await open({ 'catalog.remove': failing('in_use') });
  expect(await used.catalog.remove('contacts', 'c')).toBe('in_use');
  expect(useNotices().notices).toHaveLength(0);
  const away = await open({ 'catalog.remove': failing('unreachable') });
  await expect(away.catalog.remove('contacts', 'c')).rejects.toThrow('no');
  expect(useNotices().notices).toHaveLength(1);
});
