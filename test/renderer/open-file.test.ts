// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { useOpenFile } from '../../renderer/stores/open-file.ts';
import { useWorkspace } from '../../renderer/stores/workspace.ts';
import { createFakeApp, createFakeHost, type FakeAnswers } from './fake-host.ts';

const report = { tenantId: 'local', eventId: 'e1', added: 3, changed: 0, unchanged: 0, refused: [] };
const preview = {
  headers: ['Titel'],
  mapping: { title: 0 },
  samples: [['A']],
  rows: 1,
  sessions: 1,
  first: [],
  skipped: [],
};

function start(answers: FakeAnswers) {
  const host = createFakeHost(answers);
  createFakeApp(host);
  host.emit('workspace.watch', {
    events: [
      { tenantId: 'local', event: { id: 'e0', name: 'Other' } },
      { tenantId: 'local', event: { id: 'e1', name: 'Day of tables', time_zone: 'Europe/Berlin' } },
    ],
    host: { version: '1', dataDir: '/', kind: 'browser' },
  });
  return { host, store: useOpenFile(), workspace: useWorkspace() };
}

describe('a schedule file', () => {
  test('is taken in, and its event is looked at', async () => {
    const { store, workspace } = start({ 'files.open': () => report });
    await store.open(new File(['<schedule/>'], 'day.xml'));
    expect(store.opening).toEqual({ step: 'taken', name: 'day.xml', report });
    await expect.poll(() => workspace.current?.event.id).toBe('e1');
  });

  test('that is none says why', async () => {
    const { store } = start({
      'files.open': () => {
        throw new ContractError('invalid', because('file_empty'));
      },
    });
    await store.open(new File([''], 'day.xml'));
    expect(store.opening).toEqual({ step: 'failed', name: 'day.xml', message: 'The file is empty.' });
  });

  test('tells how far it is, by the id that its call came with', async () => {
    const { promise, resolve } = Promise.withResolvers<typeof report>();
    const { store, host } = start({ 'files.open': async () => await promise });
    const opening = store.open(new File(['<schedule/>'], 'day.xml'));
    const [work] = host.calls.flatMap(({ path, input }) =>
      path === 'work.watch' ? [(input as { work: string }).work] : [],
    );
    expect(host.calls.find(({ path }) => path === 'files.open')?.input).toMatchObject({ work });
    host.emit('work.watch', { done: 100, total: 300 });
    await expect.poll(() => store.progress).toEqual({ done: 100, total: 300 });
    resolve(report);
    await opening;
    expect(store.progress).toBeUndefined();
  });

  test('that is given up tells nothing when it is done after all', async () => {
    const { promise, resolve } = Promise.withResolvers<typeof report>();
    const { store } = start({ 'files.open': async () => await promise });
    const opening = store.open(new File(['<schedule/>'], 'day.xml'));
    expect(store.opening).toEqual({ step: 'reading', name: 'day.xml' });
    store.close();
    resolve(report);
    await opening;
    expect(store.opening).toEqual({ step: 'closed' });
  });
});

describe('a spreadsheet', () => {
  const file = new File(['Titel\nA'], 'My day.csv');

  test('is asked about first: its event is called as the file', async () => {
    const { store } = start({ 'files.previewCsv': () => preview });
    await store.open(file);
    expect(store.opening).toMatchObject({ step: 'columns', event: { name: 'My day' }, preview, isReading: false });
  });

  test('in a format of its own is told what to do with it', async () => {
    const refuse = (): never => {
      throw new ContractError('invalid', because('csv_no_text'));
    };
    for (const name of ['day.xlsx', 'day.XLS', 'day.ods']) {
      const { store } = start({ 'files.previewCsv': refuse });
      await store.open(new File(['PK'], name));
      const message = 'The file is no text: save the spreadsheet as CSV first.';
      expect(store.opening).toMatchObject({ step: 'failed', name, message });
    }
  });

  test('of an event that is here goes into that one', async () => {
    const { store, workspace } = start({ 'files.previewCsv': () => ({ ...preview, eventId: 'e1' }) });
    await expect.poll(() => workspace.isKnown).toBe(true);
    await store.open(file);
    expect(store.opening).toMatchObject({ event: { id: 'e1', name: 'Day of tables', time_zone: 'Europe/Berlin' } });
  });

  test('is taken in by the columns that a person chose', async () => {
    const mapping = { title: 0, code: 1 };
    const { host, store } = start({
      'files.previewCsv': (input: { mapping?: object }) => ({ ...preview, mapping: input.mapping ?? preview.mapping }),
      'files.openCsv': () => report,
    });
    await store.open(file);
    const event = { name: 'Tables', time_zone: 'UTC' };
    await store.readAgain(mapping, event);
    await store.takeSpreadsheet();
    expect(host.calls.findLast(({ path }) => path === 'files.openCsv')?.input).toMatchObject({ file, mapping, event });
    expect(store.opening).toMatchObject({ step: 'taken', report });
  });

  test('whose columns cannot be read so keeps them to be mended', async () => {
    const { store } = start({
      'files.previewCsv': (input: { mapping?: { title?: number } }) => {
        if (input.mapping !== undefined) throw new ContractError('invalid', because('csv_no_titles'));
        return preview;
      },
    });
    await store.open(file);
    await store.readAgain({ code: 0 }, { name: 'Tables', time_zone: 'UTC' });
    expect(store.opening).toMatchObject({
      step: 'columns',
      fault: 'Say which column holds the titles: nothing is taken without one.',
    });
  });
});
