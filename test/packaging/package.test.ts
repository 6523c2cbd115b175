import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MessageChannel, Worker } from 'node:worker_threads';

import { extractAll, listPackage } from '@electron/asar';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import createDebianPackage from 'electron-installer-debian';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';

import { builderConfig } from '../../packaging/builder-config.ts';
import type { Bridge } from '../../shared/rpc/contract.ts';
import { createElectronFolder } from '../support/electron-folder.ts';
import { exchange } from '../support/http-exchange.ts';
import { startPackedHub } from '../support/hub-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Packing starts npm and reads the whole of what was built, on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

const isLinux = process.platform === 'linux';
if (!isLinux) console.log('test/packaging/package.test.ts skipped: its Electron is made for Linux');
const hasDpkg = isLinux && existsSync('/usr/bin/dpkg') && existsSync('/usr/bin/fakeroot');
if (isLinux && !hasDpkg) console.log('test/packaging/package.test.ts: no .deb is made, there is no dpkg or fakeroot');

/** The app as it is packed, and what is in its archive. */
const packed = { folder: '', app: '', extracted: '' };

beforeAll(async () => {
  if (!isLinux) return;
  packed.folder = mkdtempSync(join(tmpdir(), 'offstage-packed-'));
  const electron = createElectronFolder(join(packed.folder, 'electron'));
  const flags = ['--dir', '--electron', electron, '--output', join(packed.folder, 'dist')];
  await run(process.execPath, [join(root, 'packaging', 'package.ts'), ...flags], { cwd: root });
  packed.app = join(packed.folder, 'dist', 'linux-unpacked');
  packed.extracted = join(packed.folder, 'extracted');
  extractAll(join(packed.app, 'resources', 'app.asar'), packed.extracted);
});

afterAll(() => {
  if (isLinux) rmSync(packed.folder, { recursive: true });
});

test.runIf(isLinux)('what is packed is what was built and better-sqlite3, for this system alone', () => {
  const paths = listPackage(join(packed.app, 'resources', 'app.asar'), { isPack: false });
  const tops = new Set(
    paths.map((path) =>
      path
        .split('/')
        .slice(1, path.startsWith('/node_modules') ? 3 : 2)
        .join('/'),
    ),
  );
  expect([...tops].sort()).toEqual(['node_modules', 'node_modules/better-sqlite3', 'out', 'package.json']);
  expect(paths.filter((path) => path.endsWith('.node'))).toEqual([
    `/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
  ]);
  expect(paths.filter((path) => path.startsWith('/out/') && path.split('/').length === 3).sort()).toEqual([
    '/out/chunks',
    '/out/engine.js',
    '/out/hub.js',
    '/out/main.js',
    '/out/preload.cjs',
    '/out/renderer',
  ]);
  expect(sizeOf(join(packed.app, 'resources'))).toBeLessThan(12_000_000);
});

test.runIf(isLinux)('Electron gets our name, our licences and the languages that we speak', () => {
  expect(readdirSync(packed.app).sort()).toEqual([
    'LICENSE.electron.txt',
    'LICENSES.chromium.html',
    'locales',
    'offstage',
    'resources',
    'version',
  ]);
  expect(readdirSync(join(packed.app, 'locales')).sort()).toEqual(['de.pak', 'en-US.pak']);
  for (const name of ['LICENSE.txt', 'THIRD-PARTY-NOTICES.txt']) {
    expect(statSync(join(packed.app, 'resources', name)).size).toBeGreaterThan(1_000);
  }
});

test.runIf(isLinux)(
  'the packed hub runs in an empty folder and serves the demonstration event and the app',
  async () => {
    const key = 'a-viewers-key';
    const flags = ['--data', temporaryFolder(), '--tenant', 'local', '--demo', '--app', '--api-key', `${key}=viewer`];
    const hub = await startPackedHub(packed.extracted, ...flags);
    const list = await exchange(hub.url, {
      method: 'GET',
      path: '/sessions/local/event/demo-2026?fields=id',
      headers: { authorization: key },
    });
    expect(JSON.parse(list.text)).toMatchObject({ Count: 400 });
    const page = await exchange(hub.url, { method: 'GET', path: '/', headers: {} });
    expect([page.status, page.text.includes('<div id="app">')]).toEqual([200, true]);
  },
);

test.runIf(isLinux)(
  'the packed engine runs as the process that the desktop app starts, and opens the demonstration event',
  async () => {
    const shim = new URL('../support/utility-process-shim.ts', import.meta.url).href;
    const worker = new Worker(join(packed.extracted, 'out', 'engine.js'), { execArgv: ['--import', shim] });
    onTestFinished(async () => void (await worker.terminate()));
    const ready = new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const dataDir = join(temporaryFolder(), 'data');
    const start = { data: { kind: 'start', dataDir, version: '0.1.0', keys: {} }, ports: [] };
    worker.postMessage(start, []);
    expect(await ready).toEqual({ kind: 'ready' });
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ data: { kind: 'connect' }, ports: [port2] }, [port2]);
    port1.start();
    const bridge: Bridge = createORPCClient(new RPCLink({ port: port1 }));
    const { eventId } = await bridge.workspace.openDemo();
    const page = await bridge.sessions.listSessionsByEvent({ tenantId: 'local', event_id: eventId, fields: 'id' });
    expect(page.Count).toBe(400);
    port1.close();
  },
);

test.runIf(isLinux)(
  'the packed app starts over the stand-in for Electron, with its own engine, pages and menus',
  async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'userData'));
    const program = fileURLToPath(new URL('../support/run-main.ts', import.meta.url));
    const { stdout } = await run(process.execPath, [program, join(packed.extracted, 'out', 'main.js'), folder]);
    expect(JSON.parse(stdout)).toEqual({
      url: 'app://offstage/index.html',
      status: 200,
      menus: 5,
      eventId: 'demo-2026',
    });
    expect(existsSync(join(folder, 'userData', 'data', 'offstage.sqlite'))).toBe(true);
  },
);

test.runIf(hasDpkg)('a .deb is made of it, and installed, listed and removed by dpkg', async () => {
  const folder = temporaryFolder();
  const { linux } = builderConfig({ output: folder, isRelease: false });
  // The maker looks for the licence under another name than electron-builder's.
  const src = join(folder, 'app');
  cpSync(packed.app, src, { recursive: true });
  cpSync(join(root, 'LICENSE'), join(src, 'LICENSE'));
  await createDebianPackage({
    src,
    dest: folder,
    arch: 'amd64',
    options: {
      name: 'offstage',
      productName: 'Offstage',
      bin: 'offstage',
      maintainer: String(linux?.maintainer),
      description: String(linux?.synopsis),
      productDescription: String(linux?.description),
      mimeType: [...(linux?.mimeTypes ?? []), 'x-scheme-handler/offstage'],
      icon: Object.fromEntries(
        [16, 32, 48, 64, 128, 256, 512].map((size) => [
          `${size}x${size}`,
          join(root, 'packaging', 'icons', `${size}x${size}.png`),
        ]),
      ),
      compression: 'gzip',
    },
  });
  const deb = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.deb'))!,
  );
  const described = await run('dpkg-deb', ['--field', deb, 'Package', 'Version', 'Maintainer']);
  expect(described.stdout).toBe('Package: offstage\nVersion: 0.1.0\nMaintainer: The contributors of Offstage\n');

  // A system of its own, so that this one stays as it is: what the package needs is not there, and need not be.
  const system = join(folder, 'system');
  const admin = join(system, 'var', 'lib', 'dpkg');
  for (const path of ['info', 'updates']) mkdirSync(join(admin, path), { recursive: true });
  await run('touch', [join(admin, 'status'), join(admin, 'available')]);
  const dpkg = async (...args: string[]): Promise<string> => {
    const own = [`--root=${system}`, '--force-depends', '--force-not-root', '--log=/dev/null'];
    return (await run('fakeroot', ['dpkg', ...own, ...args])).stdout;
  };
  await dpkg('--install', deb);
  const files = (await dpkg('--listfiles', 'offstage')).split('\n');
  expect(files).toEqual(
    expect.arrayContaining([
      '/usr/bin/offstage',
      '/usr/lib/offstage/resources/app.asar',
      '/usr/lib/offstage/resources/THIRD-PARTY-NOTICES.txt',
      '/usr/share/applications/offstage.desktop',
      '/usr/share/icons/hicolor/512x512/apps/offstage.png',
    ]),
  );
  const entry = readFileSync(join(system, 'usr', 'share', 'applications', 'offstage.desktop'), 'utf8');
  expect(entry).toContain('MimeType=application/xml;application/json;text/csv;x-scheme-handler/offstage;');
  expect(existsSync(join(system, 'usr', 'lib', 'offstage', 'offstage'))).toBe(true);

  await dpkg('--remove', 'offstage');
  expect(existsSync(join(system, 'usr', 'lib', 'offstage'))).toBe(false);
});

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
