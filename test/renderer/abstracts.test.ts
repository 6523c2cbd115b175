// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';

import { because } from '../../shared/base/reasons.ts';
import { useAbstracts } from '../../renderer/stores/abstracts.ts';
import { createFakeApp, createFakeHost, type FakeAnswers, type FakeHost } from './fake-host.ts';

const talk = { event_id: 'e1', type_id: 'talk', sync: 'clean', registrations: 0 };
const abstracts = [
  { id: 'a2', event_id: 'e1', name: 'Paper 10', speakers: [{ contact_id: 'c1' }] },
  { id: 'a1', event_id: 'e1', name: 'Paper 9', speakers: [{ contact_id: 'c2' }, { contact_id: 'c1', main: true }] },
  { id: 'a3', event_id: 'e1', name: 'Écologie', speakers: [] },
  { id: 'b1', event_id: 'e2', name: 'Of another event', speakers: [] },
];

let host: FakeHost;

async function start(answers: FakeAnswers = {}) {
  host = createFakeHost(answers);
  createFakeApp(host);
  host.emit('workspace.watch', {
    events: [{ tenantId: 'local', event: { id: 'e1', name: 'Days', time_zone: 'UTC' } }],
    host: { version: '1', dataDir: '/', kind: 'browser' },
  });
  host.emit('event.watchCatalog', {
    items: {
      abstracts,
      contacts: [
        { id: 'c1', name: 'Ada' },
        { id: 'c2', name: 'Grace' },
      ],
      session_types: [{ id: 'talk', name: 'Talk' }],
      speaker_types: [
        { id: 'main', name: 'Main' },
        { id: 'other', name: 'Other' },
      ],
    },
    removed: [],
    complete: true,
  });
  host.emit('event.watchSessions', {
    changed: [{ ...talk, id: 's1', name: 'Paper 9', abstract_id: 'a1' }],
    removed: [],
    stage: 'complete',
  });
  const store = useAbstracts();
  await expect.poll(() => [store.rows.length, store.sessionsOf.size]).toEqual([3, 1]);
  return store;
}

const names = (rows: readonly { name: string }[]): string[] => rows.map(({ name }) => name);

describe('the list', () => {
  test('holds the event’s own, by name, numbers by their value, with the names of their speakers', async () => {
    const store = await start();
    expect(store.rows.map(({ name, speakers }) => [name, speakers])).toEqual([
      ['Écologie', ''],
      ['Paper 9', 'Grace, Ada'],
      ['Paper 10', 'Ada'],
    ]);
  });

  test('is found through by name and speaker, without accents, and by whether a session was made', async () => {
    const store = await start();
    store.typed = 'ecolo';
    expect(names(store.found)).toEqual(['Écologie']);
    store.typed = 'ada paper';
    expect(names(store.found)).toEqual(['Paper 9', 'Paper 10']);
    store.filter = 'without';
    expect(names(store.found)).toEqual(['Paper 10']);
    store.filter = 'with';
    expect(names(store.found)).toEqual(['Paper 9']);
    expect(store.withSession).toBe(1);
  });
});

describe('sessions', () => {
  const generated = { done: ['n1'], refused: [] };
  let asked: unknown[] = [];
  beforeEach(() => (asked = []));
  const answers = (answer: unknown = generated): FakeAnswers => ({
    'edit.generateMany': (input: unknown) => {
      asked.push(input);
      return answer;
    },
  });

  test('are made of those chosen, but for those left out, which stay chosen', async () => {
    const store = await start(answers());
    store.selected = new Set(['a1', 'a2', 'a3']);
    store.toggleExcluded('a3');
    store.toggleExcluded('a1');
    store.toggleExcluded('a1');
    expect([names(store.chosen), names(store.targets)]).toEqual([
      ['Écologie', 'Paper 9', 'Paper 10'],
      ['Paper 9', 'Paper 10'],
    ]);
    await store.chooseType('speakerTypeId', 'main');
    await store.generate();
    expect(asked).toEqual([
      {
        tenantId: 'local',
        abstractIds: ['a1', 'a2'],
        typeId: 'talk',
        mainPresenterSpeakerTypeId: 'main',
        allowDuplicates: false,
        work: expect.any(String),
      },
    ]);
    expect([[...store.selected], store.excluded.size]).toEqual([['a3'], 0]);
  });

  test('are made of the one looked at where none is chosen; it cannot be left out', async () => {
    const store = await start(answers());
    store.active = 'a2';
    store.toggleExcluded('a2');
    expect(names(store.targets)).toEqual(['Paper 10']);
  });

  test('are not asked for without their types: the only one there is is taken, the last one chosen is remembered', async () => {
    const store = await start(answers());
    store.active = 'a2';
    expect([store.typeId, store.speakerTypeId]).toEqual(['talk', undefined]);
    expect(await store.generate()).toBeUndefined();
    expect(asked).toEqual([]);
    await store.chooseType('speakerTypeId', 'other');
    expect(host.calls.at(-1)).toEqual({
      path: 'settings.save',
      input: { name: 'abstracts/local', value: { speakerTypeId: 'other' } },
    });
    host.emit('settings.watch', { speakerTypeId: 'gone' });
    await expect.poll(() => store.speakerTypeId).toBeUndefined();
  });

  test('that could not be made stay chosen, with the reason, and the report is closed', async () => {
    const refused = [{ at: 0, message: 'no', because: because('made_already'), faults: [] }];
    const store = await start(answers({ done: ['n2'], refused }));
    store.selected = new Set(['a1', 'a2']);
    await store.chooseType('speakerTypeId', 'main');
    await store.generate();
    expect(store.report).toMatchObject({
      made: ['n2'],
      refused: [{ id: 'a1', name: 'Paper 9', hadSession: true, because: { code: 'made_already' } }],
    });
    expect([...store.selected]).toEqual(['a1']);
    store.closeReport();
    expect(store.report).toBeUndefined();
  });
});
