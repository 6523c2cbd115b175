// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import type { Restoring } from '../../shared/rpc/messages.ts';
import { useRecovery } from '../../renderer/stores/recovery.ts';
import { createFakeApp, createFakeHost, type FakeAnswers } from './fake-host.ts';

const PREVIEW = { events: ['Event'], sessions: 3, held: 2 };
const COPY = { id: 'offstage-a.sqlite', at: '2026-02-01T09:30:00.000Z', sizeBytes: 1, kind: 'copy' } as const;
const WORKSPACE = { events: [], host: { version: '1', dataDir: '/data', kind: 'browser' } };

/** A stream that tells these messages, and then stays open until it is given up. */
async function* telling<Message>(messages: readonly Message[], signal?: AbortSignal): AsyncGenerator<Message> {
  yield* messages;
  await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
}

function start(answers: FakeAnswers) {
  const ended: string[] = [];
  const host = createFakeHost({
    'backups.receive': (_, { signal }) => {
      signal?.addEventListener('abort', () => ended.push('receive'));
      return telling([{ transfer: 'a file' }], signal);
    },
    'backups.put': () => undefined,
    'backups.confirm': () => undefined,
    ...answers,
  });
  createFakeApp(host);
  const recovery = useRecovery();
  const asked = (path: string): unknown[] => host.calls.filter((call) => call.path === path).map(({ input }) => input);
  return { host, recovery, ended, asked };
}

const restoring =
  (...messages: Restoring[]) =>
  (_: unknown, { signal }: { signal?: AbortSignal }) =>
    telling(messages, signal);

test('a copy is looked into, and given up: the engine hears of it, and nothing is confirmed', async () => {
  const { recovery, asked } = start({
    'backups.restore': restoring({ state: 'preparing' }, { state: 'ready', restore: 'r1', preview: PREVIEW }),
  });
  const run = recovery.restoreKept(COPY);
  await expect.poll(() => recovery.current).toMatchObject({ step: 'ready', preview: PREVIEW });
  recovery.close();
  await run;
  expect(recovery.current).toEqual({ step: 'closed' });
  expect(asked('backups.confirm')).toEqual([]);
});

test('once it is confirmed, it cannot be given up, and is done when the engine is back', async () => {
  let decide = (): void => undefined;
  const decided = new Promise<void>((resolve) => (decide = resolve));
  const { host, recovery } = start({
    async *'backups.restore'() {
      yield { state: 'ready', restore: 'r1', preview: PREVIEW };
      await decided;
      yield { state: 'decided' };
    },
    'backups.confirm': () => decide(),
  });
  host.emit('workspace.watch', WORKSPACE);
  void recovery.restoreKept(COPY);
  await expect.poll(() => recovery.current.step).toBe('ready');
  await recovery.confirm();
  await expect.poll(() => recovery.current.step).toBe('restoring');
  recovery.close();
  // Told by the data that are about to go.
  host.emit('workspace.watch', WORKSPACE);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(recovery.current.step).toBe('restoring');
});

test('a file goes over in parts, with its progress; giving it up ends that', async () => {
  let release = (): void => undefined;
  const { recovery, ended, asked } = start({
    'backups.put': async () => await new Promise<void>((resolve) => (release = resolve)),
  });
  const file = new File([new Uint8Array(9 * 1024 * 1024)], 'all.offstage');
  const run = recovery.restoreFile(file);
  await expect.poll(() => asked('backups.put')).toHaveLength(1);
  release();
  await expect.poll(() => asked('backups.put')).toHaveLength(2);
  expect(recovery.current).toMatchObject({ step: 'sending', done: 4 * 1024 * 1024, total: file.size });
  recovery.close();
  release();
  await run;
  expect([ended, recovery.current, asked('backups.restore')]).toEqual([['receive'], { step: 'closed' }, []]);
});

test('what cannot be used is told with its reason', async () => {
  const { recovery } = start({
    'backups.restore': restoring({ state: 'refused', because: 'newer', message: 'It is newer.' }),
  });
  await recovery.restoreKept(COPY);
  expect(recovery.current).toMatchObject({ step: 'refused', because: 'newer' });
});
