import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test, vi } from 'vitest';

import type { Bridge } from '../../shared/rpc/contract.ts';
import type { ElectronStandIn } from '../support/electron-stand-in.ts';
import { bridgeOf, firstWindow, startDesktop } from '../support/start-desktop.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Restores a copy and answers the way to the data that are there then; the window asks for it as soon as its port has closed. */
async function restore(standIn: ElectronStandIn, bridge: Bridge, kept: string): Promise<Bridge> {
  const { port } = firstWindow(standIn).webContents.ports.at(-1)!;
  const closed = new Promise((resolve) => port.on('close', resolve));
  const messages = await bridge.backups.restore({ source: { kept } });
  for (let restoring = await messages.next(); restoring.done !== true; restoring = await messages.next()) {
    if (restoring.value.state === 'ready') await bridge.backups.confirm({ restore: restoring.value.restore });
    if (restoring.value.state === 'decided') break;
  }
  await closed;
  return await bridgeOf(standIn);
}

test('a copy is restored in the same process, and windows ask for the data that are there then', async () => {
  const standIn = await startDesktop();
  const before = await bridgeOf(standIn);
  const { eventId } = await before.workspace.openDemo();
  const { id: kept } = await before.backups.make();
  const list = { tenantId: 'local', event_id: eventId, fields: 'id,name' };
  const [first] = (await before.sessions.listSessionsByEvent(list)).Items as { id: string; name: string }[];
  const body = [{ op: 'replace' as const, path: '/name', value: 'After the copy' }];
  await before.sessions.patchSession({ tenantId: 'local', id: first!.id, body });

  const after = await restore(standIn, before, kept);
  expect((await after.sessions.getSession({ tenantId: 'local', id: first!.id })).name).toBe(first!.name);
  expect(standIn.workers).toHaveLength(1);
});

test('everything passes the window’s port, out and in', async () => {
  const standIn = await startDesktop();
  const bridge = await bridgeOf(standIn);
  await bridge.workspace.openDemo();
  const end = new AbortController();
  const { signal } = end;
  const parts: Blob[] = [];
  let isWhole = false;
  for await (const message of await bridge.backups.save(undefined, { signal })) {
    if (message.state !== 'ready') continue;
    for (let offset = 0; offset < message.sizeBytes; offset += parts.at(-1)!.size) {
      parts.push(await bridge.backups.read({ transfer: message.transfer, offset }));
    }
    isWhole = new Blob(parts).size === message.sizeBytes;
    break;
  }
  expect([isWhole, parts.length > 1]).toEqual([true, true]);

  const receiving = await bridge.backups.receive({ sizeBytes: new Blob(parts).size }, { signal });
  const { transfer } = (await receiving.next()).value as { transfer: string };
  for (const part of parts) await bridge.backups.put({ transfer, part: new File([part], 'part') });
  const messages = await bridge.backups.restore({ source: { received: transfer } }, { signal });
  await messages.next();
  expect((await messages.next()).value).toMatchObject({
    state: 'ready',
    preview: { sessions: 400, held: 0, replaces: { added: 0, changed: 0, deleted: 0, waiting: 0 } },
  });
  end.abort();
});

test('damaged data are told in the window, with the newest good copy, and the same process goes on with that', async () => {
  const folder = temporaryFolder();
  const first = await startDesktop({ folder });
  const bridge = await bridgeOf(first);
  await bridge.workspace.openDemo();
  const { id: kept } = await bridge.backups.make();
  first.electron.app.quit();
  await expect.poll(() => first.app.isQuit, { timeout: 20_000 }).toBe(true);
  const path = join(folder, 'userData', 'data', 'offstage.sqlite');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 16_384, 16_384 * 8);
  writeFileSync(path, bytes);

  const standIn = await startDesktop({ folder });
  const damaged = await bridgeOf(standIn);
  expect((await (await damaged.workspace.watch()).next()).value).toMatchObject({
    damaged: { path, newestGood: { id: kept, sessions: 400 } },
  });
  const after = await restore(standIn, damaged, kept);
  expect((await (await after.workspace.watch()).next()).value).toMatchObject({ events: [{ tenantId: 'local' }] });
  expect(standIn.workers).toHaveLength(1);
});

test('the data folder opens for the app’s own page alone', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'userData'), { recursive: true });
  const standIn = await startDesktop({ folder });
  const window = firstWindow(standIn);
  standIn.askForDataFolder(window, { url: 'https://example.org/', parent: null });
  standIn.askForDataFolder(window, { url: 'app://offstage/index.html', parent: {} });
  standIn.askForDataFolder(window, null);
  expect(standIn.openedOutside).toEqual([]);
  standIn.askForDataFolder(window);
  expect(standIn.openedOutside).toEqual([join(folder, 'userData', 'data')]);
});
