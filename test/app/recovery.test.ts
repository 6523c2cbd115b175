import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';

import { startBuiltHub } from '../support/hub-process.ts';
import { openBridge } from '../support/open-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { axeFindings, goTo, openApp, type AppWindow } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

const FULL_DISK = new URL('../support/full-disk.ts', import.meta.url).href;

/** A session of the demonstration event. */
const SESSION = 'Hands-on: circular electronics';

/** Finds a session with the palette. */
async function find(page: Page, name: string): Promise<Locator> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill(name);
  const found = page.getByRole('option', { name }).first();
  await found.waitFor();
  return found;
}

/** Finds a session and opens it in the editor. */
async function openSession(page: Page, name: string): Promise<void> {
  await (await find(page, name)).click();
  await expect.poll(async () => await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe(name);
}

async function rename(page: Page, name: string): Promise<void> {
  await openSession(page, SESSION);
  const field = page.getByRole('textbox', { name: 'Name', exact: true });
  await field.fill(name);
  await field.press('Enter');
  await isThere(page, name);
}

/** Waits until there is a session of this name. */
async function isThere(page: Page, name: string): Promise<void> {
  await find(page, name);
  await page.keyboard.press('Escape');
}

async function backUp(page: Page): Promise<void> {
  await goTo(page, '/settings');
  const copies = page.getByRole('list', { name: 'Backups' }).getByRole('listitem');
  const before = await copies.count();
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect.poll(async () => await copies.count()).toBeGreaterThan(before);
}

/** Restores the newest copy of that name in Settings. */
async function restore(page: Page, name: RegExp): Promise<void> {
  await goTo(page, '/settings');
  await page.getByRole('button', { name }).first().click();
  await page.getByRole('dialog').getByText('What is here now is kept').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText('The copy is restored.').waitFor();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

test('a copy is restored in Settings, after it was said what that means, and what was here can be had back', async () => {
  const { page } = await openApp({ isDemo: true });
  await backUp(page);
  await rename(page, 'Changed after the copy');

  await goTo(page, '/settings');
  expect(await axeFindings(page)).toEqual([]);
  await page
    .getByRole('button', { name: /^Restore …/ })
    .first()
    .click();
  await page.getByRole('dialog').getByText('One session becomes as it is in the copy.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await restore(page, /^Restore …/);
  // The same page goes on, with the data of the copy.
  await isThere(page, SESSION);
  await restore(page, /^Restore …\s*What was here until/);
  await isThere(page, 'Changed after the copy');
});

test('what waited in a copy is told as from the backup, and goes to headquarters only when a person says so', async () => {
  const flags = ['--data', temporaryFolder(), '--tenant', 'hq', '--demo', '--api-key', 'hq-key=admin'];
  const headquarters = await startBuiltHub(...flags);
  const upstream = ['--upstream', headquarters.url, '--upstream-tenant', 'hq', '--upstream-key', 'hq-key'];
  const { page, hub } = await openApp({ flags: [...upstream, '--event', 'demo-2026', '--sync-interval', '1'] });
  await goTo(page, '/sync');
  await page.getByRole('heading', { name: 'Synced', exact: true }).waitFor();
  const { bridge, close } = await openBridge(hub);
  await bridge.sync.pause({ tenantId: 'local' });
  await rename(page, 'Waited in the copy');
  await bridge.backups.make();
  close();
  await restore(page, /^Restore …/);
  await page.getByText('A change of one session is from the backup, and waits for you.').waitFor();
  await page.getByRole('button', { name: 'Look through' }).click();
  await page.getByText('One change is from the backup. It is sent only when you say so.').waitFor();

  const again = await openBridge(hub);
  await again.bridge.sync.resume({ tenantId: 'local' });
  const atHeadquarters = async (): Promise<string> =>
    await (
      await fetch(`${headquarters.url}/sessions/hq/event/demo-2026`, { headers: { authorization: 'hq-key' } })
    ).text();
  // A sync goes by, and leaves it where it is.
  await again.bridge.sync.run({ tenantId: 'local' });
  expect(await atHeadquarters()).not.toContain('Waited in the copy');
  again.close();
  await page.getByRole('button', { name: 'Send all' }).click();
  await expect.poll(atHeadquarters, { timeout: 30_000 }).toContain('Waited in the copy');
});

test('everything goes into one file, and out of it into an empty app; what is no such file changes nothing', async () => {
  const { page } = await openApp({ isDemo: true });
  await rename(page, 'Taken along');
  await goTo(page, '/settings');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save everything to one file' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^offstage-\d{4}-\d{2}-\d{2}\.offstage$/);
  const path = join(temporaryFolder(), saved.suggestedFilename());
  copyFileSync(await saved.path(), path);

  const other = await openApp();
  const choose = async (files: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> => {
    const chooser = other.page.waitForEvent('filechooser');
    await other.page.getByRole('button', { name: 'Choose a file …' }).click();
    await (await chooser).setFiles(files);
  };
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(5_000_000)]);
  await choose({ name: '../../etc/passwd.offstage', mimeType: 'application/zip', buffer: zip });
  await other.page.getByText('This is not a file that Offstage saved.').waitFor();
  expect(await axeFindings(other.page)).toEqual([]);
  await other.page.getByRole('button', { name: 'Close' }).last().click();
  await choose(path);
  await other.page.getByText('It holds 400 sessions.').waitFor();
  await other.page.getByRole('button', { name: 'Restore', exact: true }).click();
  await other.page.getByText('The copy is restored.').waitFor();
  await isThere(other.page, 'Taken along');
});

/** An app whose data are damaged, with a copy that is good; its last change is later than that. */
async function openDamaged(): Promise<AppWindow & { dataDir: string }> {
  const dataDir = temporaryFolder();
  const first = await startBuiltHub('--data', dataDir, '--tenant', 'local', '--app', '--demo');
  const { bridge, close } = await openBridge(first);
  await bridge.backups.make();
  await bridge.settings.save({ name: 'later', value: 'than the copy' });
  close();
  first.kill('SIGTERM');
  await first.ended;
  const path = join(dataDir, 'offstage.sqlite');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 16_384, 16_384 * 8);
  writeFileSync(path, bytes);
  return { ...(await openApp({ dataDir })), dataDir };
}

test('a damaged file is told at the start, stays as it is, and one click goes on with the newest good copy', async () => {
  const { page, dataDir, hub } = await openDamaged();
  await page.getByRole('heading', { name: 'Your data cannot be read' }).waitFor();
  await page.getByText(/^The newest good copy is from/).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  expect((await fetch(`${hub.url}/sessions/local`)).status).toBe(500);
  const before = readFileSync(join(dataDir, 'offstage.sqlite'));

  await page.getByRole('button', { name: 'Go on with this copy' }).click();
  await page.getByText('The copy is restored.').waitFor();
  await isThere(page, SESSION);
  const kept = readdirSync(join(dataDir, 'backups')).find((file) => /^replaced-.*\.sqlite$/.test(file));
  expect(readFileSync(join(dataDir, 'backups', kept!))).toEqual(before);
});

test('that no copy could be made is said on every screen, until one is made', async () => {
  const dataDir = temporaryFolder();
  const { page } = await openApp({ dataDir, isDemo: true });
  // A file stands where the folder of the copies was.
  const folder = join(dataDir, 'backups');
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(folder, '');
  await goTo(page, '/settings');
  await page.getByRole('button', { name: 'Back up now' }).click();
  await goTo(page, '/sessions');
  const told = page.getByRole('alert').filter({ hasText: 'Your data are not being backed up.' });
  await told.waitFor();
  expect(await axeFindings(page)).toEqual([]);

  rmSync(folder);
  await told.getByRole('button', { name: 'Backups and data' }).click();
  await page.getByRole('button', { name: 'Back up now' }).click();
  await told.waitFor({ state: 'hidden' });
});

test('a full disk is said at once, what was typed stays in its field, and is saved once there is room', async () => {
  const sign = join(temporaryFolder(), 'full');
  vi.stubEnv('NODE_OPTIONS', `--import ${FULL_DISK}`);
  vi.stubEnv('OFFSTAGE_FULL_DISK', sign);
  const { page } = await openApp({ isDemo: true });
  vi.unstubAllEnvs();
  await openSession(page, SESSION);
  writeFileSync(sign, '');
  const field = page.getByRole('textbox', { name: 'Description' });
  const typed = 'Far too much for what is left. '.repeat(3_000);
  await field.fill(typed);
  await field.press('Tab');
  await page.getByText('There is no room left on the disk: nothing was saved.').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  expect(await field.inputValue()).toBe(typed);
  // Reading goes on.
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('listitem').first().waitFor();
  rmSync(sign);
  await page.getByRole('tab', { name: 'Fields' }).click();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('There is no room left on the disk').waitFor({ state: 'hidden' });
});
