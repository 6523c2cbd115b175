import { expect, test, vi } from 'vitest';
import type { Page } from 'playwright-core';

import { axeFindings, goTo, openApp, type AppWindowOptions } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A moment of the demonstration event at which two clash and one is full. */
const BUSY = '/now?at=2026-09-18T10:30';

async function openNow(path: string, options: AppWindowOptions = {}): Promise<Page> {
  const { page } = await openApp({ isDemo: true, ...options });
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, path);
  return page;
}

/** The room's tile on the screen. */
const tile = (page: Page, room: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: room, exact: true }) });

test.each(['light', 'dark'] as const)(
  'a moment shows what runs, room by room, and what needs a person, %s',
  async (colorScheme) => {
    const page = await openNow(BUSY, { colorScheme, width: 1024 });
    await page.getByRole('heading', { name: '3 things need you' }).waitFor();
    await page.getByText('This is not now').waitFor();
    await page.getByText('Europe/Berlin (CEST)').waitFor();
    await expect.poll(async () => await page.locator('[data-clock]').innerText()).toBe('10:30');

    const attention = page.getByRole('list', { name: '3 things need you' }).getByRole('listitem');
    expect((await attention.allInnerTexts()).map((text) => text.split(':')[0])).toEqual([
      'Saal Meitner',
      'Saal Humboldt',
      '“Hands-on',
    ]);
    await tile(page, 'Great Hall').getByText('15 mins left').waitFor();
    await tile(page, 'Foyer').getByText('Free until 12:30').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    const rooms = page.getByRole('region', { name: 'Rooms' }).getByRole('heading');
    await expect.poll(async () => await rooms.count()).toBe(14);
    await page.getByRole('button', { name: 'Free 3' }).click();
    await expect.poll(async () => await rooms.allInnerTexts()).toEqual(['Foyer', 'Room Noether', 'Winter Garden']);
  },
);

test('time goes on by a quarter of an hour at a key, the address keeps the moment, and another leads back to now', async () => {
  const page = await openNow(BUSY);
  const clock = page.locator('[data-clock]');
  await tile(page, 'Great Hall').getByText('15 mins left').waitFor();
  await page.keyboard.press('Shift+ArrowRight');
  await tile(page, 'Great Hall').getByText('Free until 10:50').waitFor();
  await expect.poll(async () => await clock.innerText()).toBe('10:45');
  await page.keyboard.press('Shift+ArrowLeft');
  await tile(page, 'Great Hall').getByText('15 mins left').waitFor();

  await page.getByRole('combobox', { name: 'Day' }).selectOption({ label: 'Sat 19 Sept' });
  await page.getByLabel('Time', { exact: true }).fill('14:00');
  await page.keyboard.press('Tab');
  await page.waitForURL((url) => url.hash.includes('at=2026-09-19T14:00'));
  await page.reload();
  await page.getByText('Saturday, 19 September 2026').waitFor();
  await expect.poll(async () => await clock.innerText()).toBe('14:00');

  await page.keyboard.press('b');
  await page.waitForURL((url) => !url.hash.includes('at='));
  await page.getByText('This is not now').waitFor({ state: 'detached' });
});

test('on a day without sessions it says so, and leads to the days that have some', async () => {
  const page = await openNow('/now?at=2026-09-10T10:30');
  await page.getByRole('heading', { name: 'Open Horizons 2026 begins in 7 days' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await goTo(page, '/now?at=2026-10-10T10:30');
  await page.getByRole('heading', { name: 'Open Horizons 2026 ended on Saturday, 19 September 2026' }).waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Fri 18 Sept' }).click();
  await page.getByRole('heading', { name: '3 things need you' }).waitFor();
  await expect.poll(async () => await page.locator('[data-clock]').innerText()).toBe('10:30');
});

test('the clock is the event’s and goes on by itself', async () => {
  const { page } = await openApp({ isDemo: true });
  await page.getByRole('navigation').first().waitFor();
  await page.clock.install({ time: new Date('2026-09-18T08:44:52Z') });
  await goTo(page, '/now');
  await tile(page, 'Great Hall').getByText('1 min left').waitFor();
  expect(await page.locator('[data-clock]').innerText()).toBe('10:44');
  await page.clock.runFor(10_000);
  await tile(page, 'Great Hall').getByText('Free until 10:50').waitFor();
  await expect.poll(async () => await page.locator('[data-clock]').innerText()).toBe('10:45');
});

test('F fills the screen for a wall, and whatever is chosen there opens beside the screen', async () => {
  const page = await openNow(BUSY, { width: 1920, height: 1080 });
  await page.getByRole('heading', { name: '3 things need you' }).waitFor();
  await page.keyboard.press('f');
  const wall = page.getByRole('dialog', { name: 'Now' });
  await wall.getByRole('heading', { name: 'Great Hall' }).waitFor();
  expect(await wall.evaluate((element) => element.scrollHeight <= element.clientHeight)).toBe(true);
  const isOnWall = await page.evaluate(() => document.elementFromPoint(30, 200)?.closest('dialog') !== null);
  expect(isOnWall).toBe(true);
  expect(await axeFindings(page)).toEqual([]);

  await page.reload();
  await wall.getByRole('heading', { name: 'Great Hall' }).waitFor();
  await page.keyboard.press('Escape');
  await wall.waitFor({ state: 'detached' });
  await page.getByRole('navigation').first().waitFor();

  await page.keyboard.press('f');
  await wall.getByRole('button', { name: /Saal Meitner/ }).click();
  await page.getByRole('complementary', { name: 'Session' }).waitFor();
  await expect.poll(async () => await page.getByRole('dialog').count()).toBe(0);
});
