import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { CancellationToken } from 'electron-updater';
import { expect, test, vi } from 'vitest';

import type { Updater } from '../../electron/main/updates.ts';
import { bridgeOf, firstWindow, startDesktop } from '../support/start-desktop.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** An updater that finds what the test says and fetches when the test says. */
class UpdaterStandIn extends EventEmitter {
  autoDownload = true;
  autoInstallOnAppQuit = true;
  found: string | undefined = '0.2.0';
  isInstalled = false;
  fetching = Promise.withResolvers<string[]>();

  async checkForUpdates() {
    if (this.found === undefined) throw new Error('net::ERR_INTERNET_DISCONNECTED');
    return { isUpdateAvailable: true, updateInfo: { version: this.found } };
  }
  async downloadUpdate(token: CancellationToken) {
    token.on('cancel', () => this.fetching.reject(new Error('cancelled')));
    return await this.fetching.promise;
  }
  quitAndInstall() {
    this.isInstalled = true;
  }
}

async function start(standIn: UpdaterStandIn, folder = temporaryFolder()) {
  const app = await startDesktop({ folder, updater: standIn as unknown as Updater });
  const window = firstWindow(app);
  return {
    ...app,
    window,
    answer: (request: unknown, frame?: { url: string; parent: unknown }) => app.answerUpdate(window, request, frame),
    told: () =>
      window.webContents.sent.filter(({ channel }) => channel === 'offstage:update').map(({ message }) => message),
  };
}

const available = { state: 'available', version: '0.2.0', isDeclined: false };

test('a newer version is told, and nothing of it is fetched or installed by itself', async () => {
  const updater = new UpdaterStandIn();
  const { told, answer } = await start(updater);
  expect(told()).toEqual([available]);
  expect([updater.autoDownload, updater.autoInstallOnAppQuit]).toEqual([false, false]);
  answer('state');
  expect(told()).toEqual([available, available]);
});

test('without a network nothing is told', async () => {
  const updater = new UpdaterStandIn();
  updater.found = undefined;
  const { told, answer } = await start(updater);
  answer('state');
  answer('install');
  expect(told()).toEqual([]);
});

test('the app’s own page answers, and nobody else', async () => {
  const { told, answer } = await start(new UpdaterStandIn());
  answer('install', { url: 'https://example.org/', parent: null });
  answer('install', { url: 'app://offstage/index.html', parent: {} });
  answer({ install: true });
  answer('everything');
  expect(told()).toEqual([available]);
});

test('it is installed when the person says so, once the engine has closed its file', async () => {
  const updater = new UpdaterStandIn();
  const app = await start(updater);
  await (await bridgeOf(app)).workspace.openDemo();
  let engineEnded = false;
  app.workers[0]!.once('exit', () => (engineEnded = true));
  const installing = vi.spyOn(updater, 'quitAndInstall').mockImplementation(() => expect(engineEnded).toBe(true));

  app.answer('install');
  updater.emit('download-progress', { percent: 40 });
  expect(app.told().slice(1)).toEqual([
    { state: 'fetching', version: '0.2.0', share: 0 },
    { state: 'fetching', version: '0.2.0', share: 0.4 },
  ]);
  expect(installing).not.toHaveBeenCalled();
  updater.fetching.resolve([]);
  await expect.poll(() => installing, { timeout: 20_000 }).toHaveBeenCalledWith(true, true);
  expect(app.told().at(-1)).toEqual({ state: 'installing', version: '0.2.0' });
});

test('an installation that fails starts the app again, as the version that it is', async () => {
  const updater = new UpdaterStandIn();
  const { app, answer } = await start(updater);
  answer('install');
  updater.fetching.resolve([]);
  await expect.poll(() => updater.isInstalled, { timeout: 20_000 }).toBe(true);
  expect([app.isRelaunched, app.isQuit]).toEqual([false, false]);
  updater.emit('error', new Error('The person did not give their password.'));
  expect([app.isRelaunched, app.isQuit]).toEqual([true, true]);
});

test('fetching that fails is told with its reason, and can be tried again', async () => {
  const updater = new UpdaterStandIn();
  const { told, answer } = await start(updater);
  answer('install');
  updater.emit('error', new Error('The connection broke.'));
  updater.fetching.reject(new Error('The connection broke.'));
  const failed = { state: 'failed', version: '0.2.0', reason: 'The connection broke.' };
  await expect.poll(() => told().at(-1)).toEqual(failed);
  updater.fetching = Promise.withResolvers();
  answer('install');
  expect(told().at(-1)).toEqual({ state: 'fetching', version: '0.2.0', share: 0 });
});

test('declined, it is not offered again by itself, after a restart neither; a still newer one is', async () => {
  const folder = temporaryFolder();
  const first = await start(new UpdaterStandIn(), folder);
  first.answer('decline');
  const declined = { ...available, isDeclined: true };
  expect(first.told().at(-1)).toEqual(declined);
  expect((await start(new UpdaterStandIn(), folder)).told()).toEqual([declined]);

  const newer = new UpdaterStandIn();
  newer.found = '0.3.0';
  expect((await start(newer, folder)).told()).toEqual([{ ...available, version: '0.3.0' }]);
});

test('declined while it is fetched, it is given up, and can be taken up again', async () => {
  const updater = new UpdaterStandIn();
  const { told, answer } = await start(updater);
  answer('install');
  answer('decline');
  await expect(updater.fetching.promise).rejects.toThrow('cancelled');
  expect(told().at(-1)).toEqual({ ...available, isDeclined: true });

  updater.fetching = Promise.withResolvers();
  answer('install');
  updater.fetching.resolve([]);
  await expect.poll(() => updater.isInstalled, { timeout: 20_000 }).toBe(true);
});

test('what was declined and cannot be read offers the version again', async () => {
  const folder = temporaryFolder();
  const first = await start(new UpdaterStandIn(), folder);
  first.answer('decline');
  writeFileSync(join(folder, 'userData', 'declined-update'), '');
  expect((await start(new UpdaterStandIn(), folder)).told()).toEqual([available]);
});
