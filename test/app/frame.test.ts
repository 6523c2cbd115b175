import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';

import { axeFindings, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

async function openDemo(): Promise<Page> {
  const { page } = await openApp({ isDemo: true });
  await firstScreen(page);
  return page;
}

/** Waits for the board: an address that is set before the first screen is there is not heard. */
async function firstScreen(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /Software for the long run/ })
    .first()
    .waitFor();
}

function hashOf(page: Page): string {
  return new URL(page.url()).hash;
}

describe('the palette', () => {
  test('finds a session without its accents, opens it beside the screen, and runs commands', async () => {
    const page = await openDemo();
    await goTo(page, '/settings');
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Find a session' });
    await field.fill('software for the LÒNG');
    await page
      .getByRole('option', { name: /Software for the long run/ })
      .first()
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await field.press('Enter');
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    expect(hashOf(page)).toMatch(/^#\/settings\?session=/);
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe(
      'Software for the long run',
    );

    await page.getByRole('heading', { name: 'Settings' }).click();
    await page.keyboard.press('Control+k');
    await field.fill('no such thing');
    await page.getByText('Nothing is called “no such thing” here.').waitFor();
    await field.fill('go to people');
    await field.press('Enter');
    await page.waitForURL((url) => url.hash.startsWith('#/people'));
  });
});

describe('keys', () => {
  test('lead to every screen, and the sheet tells them', async () => {
    const page = await openDemo();
    const screens = ['now', 'schedule', 'sessions', 'abstracts', 'people', 'sync', 'settings'];
    for (const [at, name] of screens.entries()) {
      await page.keyboard.press(`Alt+${at + 1}`);
      await page.waitForURL((url) => url.hash.startsWith(`#/${name}`));
    }
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.waitForURL((url) => url.hash.startsWith('#/now'));
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('Go to the schedule').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
  });

  test('take back and do again, in words, and leave a field of text its own', async () => {
    const page = await openDemo();
    await goTo(page, '/settings');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a session' }).fill('software for the long run');
    await page.keyboard.press('Enter');
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('Software for a longer run');
    await name.press('Control+z');
    await name.fill('Software for a longer run');
    await name.press('Tab');
    await page.getByRole('button', { name: 'Undo: Change Name of “Software for a longer run”' }).waitFor();
    await page.getByRole('heading', { name: 'Settings' }).click();
    await page.keyboard.press('Control+z');
    await page.getByText('Undone: Change Name of “Software for a longer run”').waitFor();
    await expect.poll(async () => await name.inputValue()).toBe('Software for the long run');
    await page.keyboard.press('Control+y');
    await page.getByText('Done again: Change Name').waitFor();
    await expect.poll(async () => await name.inputValue()).toBe('Software for a longer run');
  });
});

describe('settings', () => {
  test('change colours, language and clash rules at once, in every window, and last', async () => {
    const { page, another } = await openApp({ isDemo: true });
    await firstScreen(page);
    const second = await another();
    await goTo(page, '/settings#appearance');
    await page.getByRole('combobox', { name: 'Colours' }).selectOption({ label: 'Dark' });
    await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Deutsch' });
    await page.getByRole('heading', { name: 'Einstellungen', level: 1 }).waitFor();
    for (const window of [page, second]) {
      await window.getByRole('link', { name: 'Zeitplan' }).waitFor();
      expect(
        await window.evaluate(() => [document.documentElement.dataset['theme'], document.documentElement.lang]),
      ).toEqual(['dark', 'de']);
    }
    expect(await axeFindings(page)).toEqual([]);
    await goTo(page, '/settings#clashes');
    const rule = page.getByRole('combobox', { name: 'Derselbe Code zweimal' });
    await rule.selectOption({ label: 'Nicht beachten' });
    const minutes = page.getByRole('spinbutton', { name: 'Weg von Raum zu Raum' });
    await minutes.fill('12');
    await minutes.press('Tab');
    await page.reload();
    await expect.poll(async () => [await rule.inputValue(), await minutes.inputValue()]).toEqual(['off', '12']);
  });
});

test('the licences of all parts are read in the settings, by keyboard, too; a browser is offered no update', async () => {
  const page = await openDemo();
  await goTo(page, '/settings#about');
  expect(await page.getByRole('button', { name: 'Install and restart' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Licences of its parts' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Licences of its parts' });
  await dialog.getByText('better-sqlite3').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('while the engine is away the app says so calmly, and keeps what is seen', async () => {
  const { page, hub } = await openApp({ isDemo: true });
  await firstScreen(page);
  await goTo(page, '/settings');
  await page.getByRole('heading', { name: 'Clash rules' }).waitFor();
  hub.kill('SIGTERM');
  await hub.ended;
  await page.getByText('Offstage’s engine does not answer.').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  // What cannot be saved now is so all the same, and is saved when the engine is back (saved-setting.test.ts).
  await page.getByRole('combobox', { name: 'The same code twice' }).selectOption({ label: 'Not watched' });
  await page.keyboard.press('Alt+t');
  await expect.poll(async () => await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await page.getByRole('heading', { name: 'Clash rules' }).waitFor();
});

test('how sync stands is read in full on the smallest window, beside the day and the clocks of the event', async () => {
  const { page } = await openApp({ isDemo: true, width: 768, language: 'de-DE' });
  const head = page.getByRole('banner');
  const state = head.getByRole('status').filter({ hasText: 'Auf diesem Rechner aufbewahrt' });
  expect(await state.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  expect(await head.getByText('Europe/Berlin').isVisible()).toBe(true);
});
