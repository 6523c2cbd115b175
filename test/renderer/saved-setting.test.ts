import { expect, test } from 'vitest';
import { shallowRef } from 'vue';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { useSavedSetting, type SavedSetting } from '../../renderer/stores/saved-setting.ts';
import { createFakeApp, createFakeHost, type FakeAnswers, type FakeHost } from './fake-host.ts';

const NAME = 'zoom/e';

/** A setting that is a number, 4 where nothing is saved. */
function followZoom(answers: FakeAnswers = {}, name = (): string => NAME): { host: FakeHost } & SavedSetting<number> {
  const host = createFakeHost(answers);
  const app = createFakeApp(host);
  const setting = app.runWithContext(() =>
    useSavedSetting<number>(name, (saved) => (typeof saved === 'number' ? saved : 4)),
  );
  return { host, ...setting };
}

const saves = (host: FakeHost): unknown[] =>
  host.calls.filter(({ path }) => path === 'settings.save').map(({ input }) => input);

test('a setting is what the engine tells, and the usual of what cannot be understood', async () => {
  const { host, value } = followZoom();
  expect(value.value).toBe(4);
  host.emit('settings.watch', 7);
  await expect.poll(() => value.value).toBe(7);
  host.emit('settings.watch', 'of another version');
  await expect.poll(() => value.value).toBe(4);
});

test('what is changed stands at once, and what was told before it is saved does not move it back', async () => {
  const saving = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let asked = 0;
  const { host, value, save } = followZoom({ 'settings.save': async () => await saving[asked++]!.promise });
  const first = save(5);
  const second = save(6);
  expect(value.value).toBe(6);
  host.emit('settings.watch', 5);
  saving[0]!.resolve();
  await first;
  expect(value.value).toBe(6);
  saving[1]!.resolve();
  await second;
  host.emit('settings.watch', 3);
  await expect.poll(() => value.value).toBe(3);
});

test('what is changed while the engine is away is saved when it is back', async () => {
  let isAway = true;
  const streams: (() => void)[] = [];
  const { host, value, save } = followZoom({
    'settings.save'() {
      if (isAway) throw new ContractError('unreachable', because('no_engine'));
    },
    async *'settings.watch'() {
      yield 4;
      await new Promise<void>((resolve) => streams.push(resolve));
    },
  });
  await expect.poll(() => streams).toHaveLength(1);
  await save(8);
  expect([value.value, saves(host)]).toEqual([8, [{ name: NAME, value: 8 }]]);

  isAway = false;
  streams[0]!();
  await expect.poll(() => saves(host)).toHaveLength(2);
  expect([value.value, saves(host)[1]]).toEqual([8, { name: NAME, value: 8 }]);
  await expect.poll(() => streams).toHaveLength(2);
  expect(value.value).toBe(8);
});

test('what the engine refuses is thrown and taken back', async () => {
  const refused = new ContractError('storage_full', because('disk_full'));
  const { host, value, save } = followZoom({
    'settings.save'() {
      throw refused;
    },
  });
  host.emit('settings.watch', 7);
  await expect.poll(() => value.value).toBe(7);
  await expect(save(8)).rejects.toBe(refused);
  expect(value.value).toBe(7);
});

test('another event has its own', async () => {
  const event = shallowRef('e');
  const { host, value, save } = followZoom({}, () => `zoom/${event.value}`);
  await save(9);
  event.value = 'f';
  expect(value.value).toBe(4);
  expect(host.calls.filter(({ path }) => path === 'settings.watch').map(({ input }) => input)).toEqual([
    { name: 'zoom/e' },
    { name: 'zoom/f' },
  ]);
});
