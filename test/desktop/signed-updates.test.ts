import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { AppImageUpdater, type AppUpdater } from 'electron-updater';
import { ElectronHttpExecutor } from 'electron-updater/out/electronHttpExecutor.js';
import { expect, onTestFinished, test, vi } from 'vitest';

import { followSigned } from '../../electron/main/signed-provider.ts';
import { newUpdateKeys, signUpdates } from '../../packaging/sign-updates.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = Buffer.from('the new program');

/** electron-updater's requests without Electron: the same reading and checking, over Node's own client. */
class NodeExecutor extends ElectronHttpExecutor {
  override createRequest(
    options: Parameters<ElectronHttpExecutor['createRequest']>[0],
    callback: Parameters<ElectronHttpExecutor['createRequest']>[1],
  ) {
    return request(options as object, callback as never) as never;
  }
}

/** A release in a folder of a web server, as it is published, and the updater of an app at version 0.1.0 that looks there. */
async function publish(options: { version?: string } = {}) {
  const folder = temporaryFolder();
  const release = join(folder, 'release');
  mkdirSync(release);
  const keys = newUpdateKeys();
  const sha512 = createHash('sha512').update(PROGRAM).digest('base64');
  const file = 'Offstage-0.2.0.AppImage';
  writeFileSync(join(release, file), PROGRAM);
  writeFileSync(
    join(release, 'latest-linux.yml'),
    `version: ${options.version ?? '0.2.0'}\nfiles:\n  - url: ${file}\n    sha512: ${sha512}\n    size: ${PROGRAM.length}\npath: ${file}\nsha512: ${sha512}\nreleaseDate: '2026-01-01T00:00:00.000Z'\n`,
  );
  signUpdates(release, keys);

  const asked: { url: string | undefined; staging: unknown }[] = [];
  const server = createServer(({ url, headers }, answer) => {
    asked.push({ url, staging: headers['x-user-staging-id'] });
    try {
      answer.end(readFileSync(join(release, new URL(url ?? '', 'http://localhost').pathname)));
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { folder, release, file, asked, updater: updaterOf(folder, { url, publicKey: keys.publicKey }) };
}

function updaterOf(folder: string, source: { url: string; publicKey: string }): AppUpdater {
  vi.stubEnv('APPIMAGE', join(folder, 'Offstage.AppImage'));
  onTestFinished(() => void vi.unstubAllEnvs());
  writeFileSync(join(folder, 'app-update.yml'), 'updaterCacheDirName: offstage\n');
  const updater = new AppImageUpdater(null, {
    version: '0.1.0',
    name: 'offstage',
    isPackaged: true,
    appUpdateConfigPath: join(folder, 'app-update.yml'),
    userDataPath: folder,
    baseCachePath: folder,
    whenReady: async () => {},
    relaunch() {},
    quit() {},
    onQuit() {},
  });
  Object.assign(updater, { httpExecutor: new NodeExecutor() });
  Object.assign(updater, { autoDownload: false, logger: null });
  updater.on('error', () => {});
  followSigned(updater, source);
  return updater;
}

test('a signed newer version is found and fetched, and nobody is told who asks', async () => {
  const { updater, asked } = await publish();
  const found = await updater.checkForUpdates();
  expect([found?.isUpdateAvailable, found?.updateInfo.version]).toEqual([true, '0.2.0']);
  const [path] = await updater.downloadUpdate();
  expect(readFileSync(path!)).toEqual(PROGRAM);
  expect(new Set(asked.map(({ staging }) => staging))).toEqual(new Set([undefined]));
});

test('an older version is not offered, signed or not', async () => {
  const { updater } = await publish({ version: '0.0.9' });
  expect((await updater.checkForUpdates())?.isUpdateAvailable).toBe(false);
});

const metadata = 'latest-linux.yml';
const replaceIn = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));

test.each<[string, (release: string) => void]>([
  ['changed after signing', (release) => replaceIn(join(release, metadata), (text) => text.replace('0.2.0', '0.3.0'))],
  ['signed by another', (release) => void signUpdates(release, newUpdateKeys())],
  ['with half a signature', (release) => replaceIn(join(release, `${metadata}.sig`), (text) => text.slice(0, 40))],
  ['with an empty signature', (release) => replaceIn(join(release, `${metadata}.sig`), () => '')],
])('metadata %s offer nothing', async (_, spoil) => {
  const { updater, release } = await publish();
  spoil(release);
  await expect(updater.checkForUpdates()).rejects.toThrow('is not signed as Offstage');
});

test('metadata without a signature offer nothing', async () => {
  const { updater, release } = await publish();
  rmSync(join(release, `${metadata}.sig`));
  await expect(updater.checkForUpdates()).rejects.toThrow('404');
});

test('a program that is not the one that was signed is thrown away', async () => {
  const { updater, release, file } = await publish();
  writeFileSync(join(release, file), 'the bad program');
  await updater.checkForUpdates();
  await expect(updater.downloadUpdate()).rejects.toThrow('sha512 checksum mismatch');
});

test('who signs with another key than the app was built for is stopped, and so is who signs nothing', () => {
  const folder = temporaryFolder();
  const keys = newUpdateKeys();
  expect(() => signUpdates(folder, keys)).toThrow('no update metadata');
  writeFileSync(join(folder, 'latest.yml'), 'version: 0.2.0\n');
  const { publicKey } = newUpdateKeys();
  expect(() => signUpdates(folder, { ...keys, publicKey })).toThrow('not the key that the app was built to believe');
  expect(signUpdates(folder, keys)).toEqual(['latest.yml']);
});
