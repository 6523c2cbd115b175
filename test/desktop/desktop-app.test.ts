import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { commandTable } from '../../shared/rpc/commands.ts';
import { bridgeOf, firstWindow, startDesktop } from '../support/start-desktop.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a window is isolated, sandboxed, without Node, and shows the app’s own page', async () => {
  const standIn = await startDesktop();
  const window = firstWindow(standIn);
  expect(window.options.webPreferences).toEqual({
    preload: '/preload.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
  });
  expect([window.url, window.isShown]).toEqual(['app://offstage/index.html', true]);
});

test('a page stays where it is: links open outside, all else is denied', async () => {
  const standIn = await startDesktop();
  const { webContents } = firstWindow(standIn);
  const denied = (event: string, url: string): boolean => {
    let isDenied = false;
    webContents.emit(event, { preventDefault: () => (isDenied = true) }, url);
    return isDenied;
  };
  expect(denied('will-navigate', 'https://example.org/')).toBe(true);
  expect(denied('will-navigate', 'app://offstage.example.org/')).toBe(true);
  expect(denied('will-navigate', 'app://offstage/index.html')).toBe(false);
  expect(denied('will-attach-webview', '')).toBe(true);
  const urls = ['https://example.org/a', 'mailto:a@example.org', 'javascript:alert(1)', 'file:///etc/passwd', 'x'];
  expect(urls.map((url) => webContents.openHandler?.({ url }).action)).toEqual(urls.map(() => 'deny'));
  expect(standIn.openedOutside).toEqual(['https://example.org/a', 'mailto:a@example.org']);
  expect(['media', 'geolocation', 'notifications', 'clipboard-read'].map(standIn.askForPermission)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('the app’s scheme serves the renderer’s folder, strictly, and nothing outside of it', async () => {
  const { request } = await startDesktop();
  const page = await request('app://offstage/index.html');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect((await request('app://offstage/assets/index.js')).status).toBe(200);
  for (const url of [
    'app://offstage/..%2fsecret.js',
    'app://offstage/%2e%2e%2fsecret.js',
    'app://offstage/assets/..%5c..%5csecret.js',
    'app://elsewhere/index.html',
    'app://offstage/missing.js',
    'app://offstage/%',
    'app://offstage/',
  ]) {
    expect([url, (await request(url)).status]).toEqual([url, 404]);
  }
});

test('the engine answers the app’s own page, and no other frame', async () => {
  const standIn = await startDesktop();
  const window = firstWindow(standIn);
  for (const frame of [
    { url: 'https://example.org/', parent: null },
    { url: 'app://offstage.example.org/', parent: null },
    { url: 'app://offstage/index.html', parent: {} },
    null,
  ]) {
    standIn.askForBridge(window, frame);
  }
  expect(window.webContents.ports).toEqual([]);

  const bridge = await bridgeOf(standIn);
  const { eventId } = await bridge.workspace.openDemo();
  const page = await bridge.sessions.listSessionsByEvent({ tenantId: 'local', event_id: eventId, fields: 'id' });
  expect(page.Count).toBe(400);
});

test('an engine that dies is started again, and what was saved is there', async () => {
  const standIn = await startDesktop();
  const before = await bridgeOf(standIn);
  const { eventId } = await before.workspace.openDemo();
  const { Items } = await before.sessions.listSessionsByEvent({ tenantId: 'local', event_id: eventId, fields: 'id' });
  const id = String(Items[0]!.id);
  const body = [{ op: 'replace', path: '/name', value: 'Kept' }] as const;
  await before.sessions.patchSession({ tenantId: 'local', id, body: [...body] });

  await standIn.workers[0]!.terminate();
  const after = await bridgeOf(standIn);
  expect((await after.sessions.getSession({ tenantId: 'local', id })).name).toBe('Kept');
  expect(standIn.workers).toHaveLength(2);
});

test('an engine that dies again and again is told in the system’s language, with where the data are', async () => {
  const standIn = await startDesktop();
  for (let died = 1; died <= 3; died += 1) {
    await expect.poll(() => standIn.workers).toHaveLength(died);
    await standIn.workers[died - 1]!.terminate();
  }
  await expect.poll(() => standIn.app.isQuit).toBe(true);
  expect(standIn.messageBoxes).toEqual([
    {
      type: 'error',
      title: 'Offstage',
      message: 'Der Teil von Offstage, der Ihre Daten hält, lässt sich nicht starten.',
      detail: expect.stringContaining(`in ${join(standIn.folder, 'userData', 'data')}.\n\nEr endete mit dem Code `),
      buttons: ['Noch einmal versuchen', 'Beenden'],
      cancelId: 1,
    },
  ]);
});

test('a page that ends is loaded anew, and is told what was asked for meanwhile', async () => {
  const standIn = await startDesktop();
  const { webContents } = firstWindow(standIn);
  webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
  standIn.app.emit('open-url', { preventDefault() {} }, 'offstage://session/abc');
  expect([webContents.reloads, webContents.sent]).toEqual([0, []]);
  await expect.poll(() => webContents.reloads).toBe(1);
  expect(webContents.sent).toEqual([{ channel: 'offstage:intent', message: { kind: 'session', id: 'abc' } }]);
  expect(standIn.messageBoxes).toEqual([]);
});

test('a page that ends again within a minute is told, and the person decides', async () => {
  const standIn = await startDesktop();
  const { webContents } = firstWindow(standIn);
  webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
  webContents.emit('render-process-gone', {}, { reason: 'oom', exitCode: 5 });
  await expect.poll(() => standIn.app.isQuit, { timeout: 20_000 }).toBe(true);
  expect(webContents.reloads).toBe(1);
  expect(standIn.messageBoxes).toMatchObject([
    {
      message: 'Das Fenster von Offstage ist schon wieder abgestürzt.',
      detail: expect.stringContaining('„oom“ mit dem Code 5'),
      buttons: ['Neu laden', 'Beenden'],
      cancelId: 1,
    },
  ]);
});

test('a page that ends because it is closed stays closed', async () => {
  const standIn = await startDesktop();
  const window = firstWindow(standIn);
  window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 });
  window.webContents.emit('render-process-gone', {}, { reason: 'killed', exitCode: 15 });
  window.close();
  await setImmediate();
  expect([window.webContents.reloads, standIn.messageBoxes]).toEqual([0, []]);
});

test('a page that does not answer can be loaded anew, and is left when it answers again', async () => {
  const standIn = await startDesktop();
  const { webContents } = firstWindow(standIn);
  webContents.emit('unresponsive');
  webContents.emit('unresponsive');
  webContents.emit('responsive');
  await setImmediate();
  expect([webContents.reloads, standIn.messageBoxes]).toMatchObject([0, [{ buttons: ['Warten', 'Neu laden'] }]]);
  webContents.emit('unresponsive');
  await expect.poll(() => webContents.reloads).toBe(1);
  expect(standIn.messageBoxes).toHaveLength(2);
});

test('a log that cannot be written stops nothing', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logs', 'engine.log'), { recursive: true });
  const { eventId } = await (await bridgeOf(await startDesktop({ folder }))).workspace.openDemo();
  expect(eventId).toBe('demo-2026');
});

test('quitting waits until the engine has closed its file', async () => {
  const standIn = await startDesktop();
  await (await bridgeOf(standIn)).workspace.openDemo();
  standIn.electron.app.quit();
  expect(standIn.app.isQuit).toBe(false);
  await expect.poll(() => standIn.app.isQuit, { timeout: 20_000 }).toBe(true);
  // Closed cleanly, the write-ahead log is gone.
  expect(readdirSync(join(standIn.folder, 'userData', 'data')).filter((name) => name.endsWith('-wal'))).toEqual([]);
});

test('the native menus hold every command, in the system’s language, and run it in the window', async () => {
  const standIn = await startDesktop();
  const items = standIn.menu().flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
  const undo = items.find(({ label }) => label === 'Rückgängig')!;
  expect(undo).toMatchObject({ accelerator: 'CmdOrCtrl+Z', registerAccelerator: false });
  expect(items.filter(({ click }) => click !== undefined)).toHaveLength(commandTable.length);
  // What the system does by itself is named in the same language: Electron's own names are English.
  const named = items.filter(({ role }) => role !== undefined).map(({ label }) => label);
  expect(named).toEqual(
    ['Beenden', 'Ausschneiden', 'Kopieren', 'Einfügen', 'Alles auswählen'].concat([
      'Vergrößern',
      'Verkleinern',
      'Originalgröße',
      'Vollbild',
    ]),
  );
  (undo.click as () => void)();
  expect(firstWindow(standIn).webContents.sent).toEqual([
    { channel: 'offstage:intent', message: { kind: 'command', id: 'undo' } },
  ]);
});

test('a second instance ends at once, and the first is shown what it was asked for', async () => {
  const second = await startDesktop({ isFirst: false });
  expect([second.app.isQuit, second.windows]).toEqual([true, []]);

  const first = await startDesktop();
  first.app.emit('second-instance', {}, ['electron', '--flag', 'offstage://session/abc%3A1'], '/');
  expect(firstWindow(first).webContents.sent).toEqual([
    { channel: 'offstage:intent', message: { kind: 'session', id: 'abc:1' } },
  ]);
});

test('links that name no session, and files that are none of ours, are ignored', async () => {
  const standIn = await startDesktop();
  for (const url of ['offstage://session/', 'offstage://other/1', 'offstage://session/%00', 'offstage://session/%zz']) {
    standIn.app.emit('open-url', { preventDefault() {} }, url);
  }
  standIn.app.emit('second-instance', {}, ['electron', '/etc/passwd'], '/');
  for (const name of ['file://elsewhere/day.xml', 'file:///etc/passwd', 'file:', '--day.xml']) {
    standIn.app.emit('second-instance', {}, ['electron', name], '/');
  }
  standIn.app.emit('open-file', { preventDefault() {} }, join(standIn.folder, 'gone.xml'));
  expect(firstWindow(standIn).webContents.sent).toEqual([]);
});

test('a schedule file named at the start reaches the window once it is loaded', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'day.xml'), '<schedule/>');
  const standIn = await startDesktop({ folder, args: [join(folder, 'day.xml')] });
  expect(firstWindow(standIn).webContents.sent).toEqual([
    { channel: 'offstage:intent', message: { kind: 'file', name: 'day.xml', bytes: Buffer.from('<schedule/>') } },
  ]);
});

test('a schedule file is opened however the system names it, and by a window that was closed', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'day one.csv'), 'name');
  const standIn = await startDesktop({ folder });
  const opened = {
    channel: 'offstage:intent',
    message: { kind: 'file', name: 'day one.csv', bytes: Buffer.from('name') },
  };
  const address = pathToFileURL(join(folder, 'day one.csv')).href;

  standIn.app.emit('second-instance', {}, ['offstage', 'day one.csv'], folder);
  standIn.app.emit('second-instance', {}, ['offstage', address], '/');
  standIn.app.emit('open-file', { preventDefault() {} }, join(folder, 'day one.csv'));
  expect(firstWindow(standIn).webContents.sent).toEqual([opened, opened, opened]);

  firstWindow(standIn).close();
  standIn.app.emit('open-file', { preventDefault() {} }, join(folder, 'day one.csv'));
  expect(standIn.windows.map(({ webContents }) => webContents.sent.length)).toEqual([3, 1]);
});

test('of a file that is too large so much reaches the window that the engine can refuse it', async () => {
  const folder = temporaryFolder();
  const limit = 32 * 1024 * 1024;
  writeFileSync(join(folder, 'huge.json'), '');
  truncateSync(join(folder, 'huge.json'), 3 * limit);
  const standIn = await startDesktop({ folder, args: [join(folder, 'huge.json')] });
  expect(
    firstWindow(standIn).webContents.sent.map(({ message }) => (message as { bytes: Buffer }).bytes.length),
  ).toEqual([limit + 1]);
});

test('the window comes back where it stood, if there is still a screen', async () => {
  const folder = temporaryFolder();
  const first = firstWindow(await startDesktop({ folder }));
  first.bounds = { x: 200, y: 100, width: 1100, height: 700 };
  first.close();
  expect(firstWindow(await startDesktop({ folder })).options).toMatchObject({
    x: 200,
    y: 100,
    width: 1100,
    height: 700,
  });

  writeFileSync(
    join(folder, 'userData', 'window.json'),
    JSON.stringify({ x: 5000, y: 100, width: 1100, height: 700, isMaximized: true }),
  );
  const elsewhere = firstWindow(await startDesktop({ folder }));
  expect([elsewhere.options.x, elsewhere.options.width, elsewhere.maximized]).toEqual([undefined, 1100, true]);
  writeFileSync(join(folder, 'userData', 'window.json'), '{');
  expect(firstWindow(await startDesktop({ folder })).options).toMatchObject({ width: 1440, height: 900 });
});

test('keys to headquarters are kept encrypted, over a restart, and outside of the data folder', async () => {
  const folder = temporaryFolder();
  const upstream = { url: 'http://127.0.0.1:9', remoteTenantId: 't1', eventIds: ['e1'] };
  const standIn = await startDesktop({ folder });
  const bridge = await bridgeOf(standIn);
  await bridge.sync.connect({ ...upstream, key: 'the-secret-key' });
  const keyFile = join(folder, 'userData', 'keys');
  await expect.poll(() => statSync(keyFile).mode & 0o777).toBe(0o600);
  const everything = [keyFile, ...filesBelow(join(folder, 'userData', 'data'))].map((path) => readFileSync(path));
  expect(everything.some((bytes) => bytes.includes('the-secret-key'))).toBe(false);
  const { safeStorage } = standIn.electron;
  expect(Object.values(JSON.parse(safeStorage.decryptString(readFileSync(keyFile))) as object)).toEqual([
    'the-secret-key',
  ]);
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
