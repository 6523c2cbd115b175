import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';

import { callHub } from '../support/call-hub.ts';
import { startBuiltHub, type HubProcess } from '../support/hub-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { axeFindings, goTo, openApp, type AppWindow } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

const EVENT = 'demo-2026';

/** A headquarters with the demonstration event, as others speak to it. */
interface Headquarters {
  hub: HubProcess;
  call: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Stops it, and starts it again at the same address: with what somebody else does to a session of it before anybody can reach it there. */
  stop: () => Promise<void>;
  start: (meanwhile?: { id: string; patch: readonly object[] }) => Promise<void>;
}

async function startHeadquarters(): Promise<Headquarters> {
  const flags = ['--data', temporaryFolder(), '--tenant', 'hq', '--demo', '--api-key', 'hq-key=admin'];
  let hub = await startBuiltHub(...flags);
  const { port } = new URL(hub.url);
  const call: Headquarters['call'] = async (method, path, body) => await callHub(hub.url, 'hq-key', method, path, body);
  const stop = async (): Promise<void> => {
    hub.kill('SIGTERM');
    await hub.ended;
  };
  return {
    get hub() {
      return hub;
    },
    call,
    stop,
    async start(meanwhile) {
      if (meanwhile !== undefined) {
        hub = await startBuiltHub(...flags);
        await call('PATCH', `/sessions/hq/${meanwhile.id}`, meanwhile.patch);
        await stop();
      }
      hub = await startBuiltHub(...flags, '--port', port);
    },
  };
}

/** The app, kept in step with a headquarters, with everything that is there; the first sessions, as headquarters has them. */
async function openSyncedApp(): Promise<AppWindow & { headquarters: Headquarters; names: string[]; ids: string[] }> {
  const headquarters = await startHeadquarters();
  const upstream = ['--upstream', headquarters.hub.url, '--upstream-tenant', 'hq', '--upstream-key', 'hq-key'];
  const app = await openApp({ flags: [...upstream, '--event', EVENT, '--sync-interval', '1'] });
  const list = (await headquarters.call('GET', `/sessions/hq/event/${EVENT}?fields=id,name`)) as {
    Items: { id: string; name: string }[];
  };
  await goTo(app.page, '/sync');
  await app.page.getByRole('heading', { name: 'Synced', exact: true }).waitFor();
  const first = list.Items.slice(0, 5);
  return { ...app, headquarters, names: first.map(({ name }) => name), ids: first.map(({ id }) => id) };
}

/** Renames the session that is open in the editor, as a person would. */
async function rename(app: AppWindow, id: string, name: string): Promise<void> {
  await app.page.evaluate((hash) => (location.hash = hash), `#/sync?session=${encodeURIComponent(id)}`);
  const field = app.page.getByRole('textbox', { name: 'Name', exact: true });
  await field.fill(name);
  await field.press('Tab');
}

async function runCommand(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(name);
  await page.getByRole('option', { name }).first().click();
}

/** The id under which the app keeps a session of headquarters'. */
async function idHere({ hub, page }: AppWindow, name: string): Promise<string> {
  void hub;
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(name);
  await page.getByRole('option').first().click();
  await page.waitForURL(/session=/);
  return decodeURIComponent(/session=([^&]+)/.exec(page.url())?.[1] ?? '');
}

test('what is changed while headquarters is away waits, is shown field by field, and is there once it is back', async () => {
  const app = await openSyncedApp();
  const { page, headquarters, names, ids } = app;
  await headquarters.stop();
  const id = await idHere(app, names[0]!);
  await rename(app, id, 'Moved to the garden');
  await goTo(page, '/sync');
  await page.getByRole('tab', { name: /Waiting/ }).click();
  await page.getByText('Changed: Name').waitFor();
  await page.getByRole('status').filter({ hasText: 'Offline, 1 change waiting' }).waitFor();

  await headquarters.start();
  await page.getByRole('heading', { name: 'Synced', exact: true }).waitFor({ timeout: 60_000 });
  const there = (await headquarters.call('GET', `/sessions/hq/${ids[0]}`)) as { name: string };
  expect(there.name).toBe('Moved to the garden');
  await page.getByText('Nothing waits').waitFor();
});

test('the editor marks what waits field by field, and a conflict is settled in it', async () => {
  const app = await openSyncedApp();
  const { page, headquarters, names, ids } = app;
  const id = await idHere(app, names[3]!);
  const editor = page.getByRole('complementary', { name: 'Session' });
  const waits = editor.getByText('Not at headquarters yet');
  await headquarters.stop();
  await rename(app, id, 'Waits in the editor');
  await waits.waitFor();
  expect(await waits.count()).toBe(1);
  expect(await axeFindings(page)).toEqual([]);

  await headquarters.start({ id: ids[3]!, patch: [{ op: 'replace', path: '/name', value: 'Theirs' }] });
  const conflict = editor.getByRole('group', { name: 'Changed here and at headquarters' });
  await conflict.waitFor();
  expect(await conflict.getByRole('definition').allInnerTexts()).toEqual([names[3], 'Waits in the editor', 'Theirs']);
  expect(await axeFindings(page)).toEqual([]);
  await conflict.getByRole('button', { name: 'Take ours' }).click();
  await expect
    .poll(async () => await headquarters.call('GET', `/sessions/hq/${ids[3]}?fields=name`), { timeout: 30_000 })
    .toEqual({
      name: 'Waits in the editor',
    });
  await conflict.waitFor({ state: 'detached' });
  await waits.waitFor({ state: 'detached' });
});

test('a field that was changed on both sides is shown with base, mine and theirs, and settled as the person decides', async () => {
  const app = await openSyncedApp();
  const { page, headquarters, names, ids } = app;
  const id = await idHere(app, names[1]!);
  await headquarters.stop();
  await rename(app, id, 'My name for it');
  await headquarters.start({ id: ids[1]!, patch: [{ op: 'replace', path: '/name', value: 'Their name for it' }] });
  await goTo(page, '/sync');
  await page.getByRole('tab', { name: /Changed on both sides/ }).click();
  const card = page.getByRole('article').filter({ hasText: 'My name for it' });
  await card.waitFor({ timeout: 60_000 });
  const cells = card.getByRole('row').nth(1).locator('th, td');
  expect(await cells.allTextContents().then((texts) => texts.map((text) => text.trim()))).toEqual([
    'Name',
    names[1],
    'My name for it',
    'Their name for it',
  ]);
  expect(await axeFindings(page)).toEqual([]);

  await card.getByRole('radio', { name: 'My name for it' }).check();
  await card.getByRole('button', { name: 'Settle' }).press('Enter');
  await page.getByText('Nothing was changed on both sides').waitFor();
  // Who settled it by keyboard goes on from the tab: the button has gone.
  await page.getByRole('tab', { name: 'Changed on both sides' }).and(page.locator(':focus')).waitFor();
  await expect
    .poll(async () => await headquarters.call('GET', `/sessions/hq/${ids[1]}?fields=name`), { timeout: 30_000 })
    .toEqual({ name: 'My name for it' });
});

test('a change that headquarters refuses stands with its reason, and is sent once it can be', async () => {
  const app = await openSyncedApp();
  const { page, headquarters, names, ids } = app;
  const id = await idHere(app, names[2]!);
  await headquarters.stop();
  await rename(app, id, 'Refused at first');
  await headquarters.start({ id: ids[2]!, patch: [{ op: 'add', path: '/sys_locked', value: true }] });
  await goTo(page, '/sync');
  await page.getByRole('tab', { name: /Refused/ }).click();
  const card = page.getByRole('article').filter({ hasText: 'Refused at first' });
  await card
    .getByText(/locked/)
    .first()
    .waitFor({ timeout: 60_000 });
  expect(await axeFindings(page)).toEqual([]);
  // The hub tells its reason as a code, too: the app says it in whatever language it speaks.
  await runCommand(page, 'Next language');
  await card.getByText('Die Sitzung ist gesperrt; ein Admin kann sie entsperren.').waitFor();
  await runCommand(page, 'Nächste Sprache');
  await card.getByText('The session is locked; an admin can unlock it.').waitFor();
  await headquarters.call('PATCH', `/sessions/hq/${ids[2]}`, [{ op: 'replace', path: '/sys_locked', value: false }]);
  // Unlocking there sends it again by itself; a person may be quicker.
  const again = card.getByRole('button', { name: 'Send again' });
  if (await again.isVisible()) await again.click({ timeout: 2_000 }).catch(() => {});
  await expect
    .poll(async () => await headquarters.call('GET', `/sessions/hq/${ids[2]}?fields=name`), { timeout: 30_000 })
    .toEqual({
      name: 'Refused at first',
    });
  await page.getByText('Nothing was refused').waitFor();
});

test('what is kept here though headquarters has it no more is sent there anew or removed, one by one and all at once', async () => {
  const { page, headquarters } = await openSyncedApp();
  const idsThere = async (): Promise<string[]> => {
    const { Items } = (await headquarters.call('GET', `/sessions/hq/event/${EVENT}?fields=id`)) as {
      Items: { id: string }[];
    };
    return Items.map(({ id }) => id);
  };
  const ids = await idsThere();
  // While it is paused, all go at once. For some there are registrations: those stay.
  await page.getByRole('button', { name: 'Pause' }).press('Enter');
  await page.getByRole('heading', { name: 'Sync is paused' }).waitFor();
  for (const id of ids) await headquarters.call('DELETE', `/sessions/hq/${id}`).catch(() => {});
  const left = (await idsThere()).length;
  const gone = ids.length - left;
  await page.getByRole('button', { name: 'Resume' }).press('Enter');
  await page.getByRole('heading', { name: `Headquarters no longer has ${gone} sessions` }).waitFor();
  await page.getByRole('button', { name: 'Keep them here' }).press('Enter');
  await page.getByRole('tab', { name: `Kept here ${gone}` }).press('Enter');
  const kept = page.getByRole('list', { name: 'Kept here' }).getByRole('listitem');
  await page.getByText(`Headquarters does not have these ${gone} sessions.`).waitFor();
  expect(await axeFindings(page)).toEqual([]);

  await kept.first().getByRole('button', { name: 'Send as a new session' }).press('Enter');
  await page
    .getByRole('tab', { name: `Kept here ${gone - 1}` })
    .and(page.locator(':focus'))
    .waitFor();
  await expect.poll(idsThere, { timeout: 30_000 }).toHaveLength(left + 1);
  await kept.first().getByRole('button', { name: 'Remove here' }).press('Enter');
  const dialog = page.getByRole('alertdialog', { name: 'Remove here' });
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Remove here' }).press('Enter');
  await page.getByText(`Headquarters does not have these ${gone - 2} sessions.`).waitFor();
  await runCommand(page, 'Next language');
  await page.getByText(`Die Zentrale hat diese ${gone - 2} Sitzungen nicht.`).waitFor();
  await page.getByRole('button', { name: 'Alle senden' }).press('Enter');
  await page.getByRole('tab', { name: 'Wartet' }).and(page.locator(':focus')).waitFor();
  expect(await page.getByRole('tab', { name: 'Hier behalten' }).count()).toBe(0);
  await expect.poll(idsThere, { timeout: 60_000 }).toHaveLength(ids.length - 1);
  await page.getByRole('heading', { name: 'Abgeglichen', exact: true }).waitFor();
});

test('sync can be paused and resumed, and tells in its log what it did', async () => {
  const { page } = await openSyncedApp();
  await page.getByRole('button', { name: 'Pause' }).press('Enter');
  await page.getByRole('heading', { name: 'Sync is paused' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Resume' }).and(page.locator(':focus')).press('Enter');
  await page.getByRole('heading', { name: 'Synced', exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Log' }).click();
  const lines = page.getByRole('region', { name: 'Log' }).getByRole('listitem').locator('> span');
  expect((await lines.allTextContents()).map((line) => line.trim())).toEqual([
    'Resumed.',
    'Paused.',
    expect.stringMatching(/^\d+ sessions came\.$/),
  ]);
});

test('an event without headquarters says that it is kept here alone, and where to go on', async () => {
  const { page } = await openApp({ isDemo: true, colorScheme: 'dark' });
  await page.getByRole('navigation').waitFor();
  await goTo(page, '/sync');
  await page.getByRole('heading', { name: 'Kept on this computer alone' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('link', { name: 'Connect to headquarters' }).click();
  await page.getByRole('textbox', { name: 'Address' }).waitFor();
});
