// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import { useToldWork } from '../../renderer/composables/use-told-work.ts';
import { useNotices } from '../../renderer/stores/notices.ts';
import { createFakeApp, createFakeHost } from './fake-host.ts';

/** Work in the context of an app, as a component or a store has it. */
function start() {
  const host = createFakeHost();
  const app = createFakeApp(host);
  return { host, notices: useNotices(), told: app.runWithContext(() => useToldWork()) };
}

test('work that takes long is told with how far it is, and its notice goes with it', async () => {
  const { host, notices, told } = start();
  const { promise, resolve } = Promise.withResolvers<string>();
  const running = told.run('At work', { canCancel: false }, async () => await promise);
  expect(notices.notices).toEqual([]);
  await expect.poll(() => notices.notices).toMatchObject([{ kind: 'working', text: 'At work' }]);
  host.emit('work.watch', { done: 3, total: 9 });
  await expect.poll(() => notices.notices[0]?.work?.progress.value).toEqual({ done: 3, total: 9 });
  expect(notices.notices[0]?.work?.cancel).toBeUndefined();
  resolve('done');
  expect(await running).toBe('done');
  expect(notices.notices).toEqual([]);
});

test('work is given up by its notice', async () => {
  const { notices, told } = start();
  const running = told.run('At work', { canCancel: true }, async (_, signal) => {
    await new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  });
  await expect.poll(() => notices.notices).toHaveLength(1);
  notices.notices[0]?.work?.cancel?.();
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(notices.notices).toEqual([]);
});
