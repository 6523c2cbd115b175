import type { Locator, Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';

import { callHub } from '../support/call-hub.ts';
import { goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

type Call = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** A weekend on which the clocks are put back, in three halls: a party through that night, and an exhibition over all days. */
async function openNightOfTheClocks(): Promise<{ page: Page; call: Call }> {
  const { page, hub } = await openApp({ flags: ['--api-key', 'k=admin'] });
  const call: Call = async (method, path, body) => await callHub(hub.url, 'k', method, path, body);
  const event = {
    id: 'e',
    name: 'Clocks',
    time_zone: 'Europe/Berlin',
    start_date: '2026-10-23',
    end_date: '2026-10-26',
  };
  await call('PUT', '/-/local/catalog/events', [event]);
  await call('PUT', '/-/local/catalog/session_types', [{ id: 't', name: 'Talk' }]);
  const halls = ['Hall 1', 'Hall 2', 'Hall 3'].map((name) => ({ id: name, name }));
  await call('PUT', '/-/local/catalog/rooms', halls);
  const sessions: [name: string, place: object][] = [
    ['Party', { start_date: '2026-10-24T22:00:00+02:00', end_date: '2026-10-25T02:45:00+01:00', room_ids: ['Hall 1'] }],
    ['Talk', { start_date: '2026-10-25T02:30:00+02:00', end_date: '2026-10-25T03:00:00+02:00', room_ids: ['Hall 2'] }],
    ['Show', { start_date: '2026-10-23T09:00:00+02:00', end_date: '2026-10-26T18:00:00+01:00', room_ids: ['Hall 3'] }],
    ['In the tray', { code: 'X1' }],
    ['In the tray, too', { code: 'X1' }],
  ];
  for (const [name, place] of sessions) {
    await call('POST', '/sessions/local', { event_id: 'e', type_id: 't', name, ...place });
  }
  await goTo(page, '/schedule');
  await page.getByRole('button', { name: 'Sat 24 Oct', exact: true }).click();
  // Another day is looked at by the same hours; this leads to its first session.
  await page.keyboard.press('t');
  await block(page, 'Party').waitFor();
  return { page, call };
}

function block(page: Page, name: string): Locator {
  return page.locator('.board-block').filter({ has: page.getByText(name, { exact: true }) });
}

test('a day begins with what begins on it, and what lasts for days keeps its name in sight', async () => {
  const { page } = await openNightOfTheClocks();
  // The first that begins on this day stands at the top; the show has gone on since the day before.
  const board = await page
    .getByRole('group', { name: /^Board of/ })
    .locator('..')
    .locator('..')
    .boundingBox();
  const party = await block(page, 'Party').boundingBox();
  expect(party!.y).toBeGreaterThan(board!.y);
  expect(party!.y).toBeLessThan(board!.y + 200);
  expect((await block(page, 'Party').locator('.time').boundingBox())!.y).toBeLessThan(party!.y + 10);
  const name = await block(page, 'Show').locator('.name').boundingBox();
  expect(name!.y).toBeGreaterThan(board!.y);
  expect(name!.y).toBeLessThan(board!.y + 100);
  // A night is told by its clocks, days by their dates.
  expect(await block(page, 'Party').locator('.time').innerText()).toBe('22:00–02:45');
  expect(await block(page, 'Show').locator('.time').innerText()).toBe('Fri 23 Oct, 09:00 – Mon 26 Oct, 18:00');
});

test('a session that is drawn into the hour that comes twice is made in that of the two in which it was drawn', async () => {
  const { page, call } = await openNightOfTheClocks();
  const talk = block(page, 'Talk');
  // Away from the edges, near which the board scrolls.
  await talk.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const { x, y, height } = (await talk.boundingBox())!;
  // It lasts for half an hour, and one hour later the clocks show the same.
  const halfHour = height + 2;
  await page.mouse.move(x + 20, y + 2 * halfHour + 2);
  await page.mouse.down();
  await page.mouse.move(x + 20, y + 3 * halfHour, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('dialog', { name: 'New session' }).getByLabel('Name').fill('Once more');
  await page.keyboard.press('Enter');
  await block(page, 'Once more').waitFor();
  const { Items } = (await call('GET', '/sessions/local/event/e?fields=name,start_date,end_date')) as {
    Items: { name: string }[];
  };
  expect(Items.find(({ name }) => name === 'Once more')).toEqual({
    name: 'Once more',
    start_date: '2026-10-25T02:30:00+01:00',
    end_date: '2026-10-25T03:00:00+01:00',
  });
});

test('a clash of what is not on the board leads to the editor', async () => {
  const { page } = await openNightOfTheClocks();
  await page.getByRole('button', { name: '1 clash' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'In the tray', exact: true }).click();
  const heading = page.getByRole('complementary', { name: 'Session' }).getByRole('heading', { level: 2 });
  expect(await heading.innerText()).toBe('In the tray');
});

test('what the keys have taken up goes back when the hand goes to the mouse', async () => {
  const { page } = await openNightOfTheClocks();
  const party = block(page, 'Party');
  await party.focus();
  await page.keyboard.press(' ');
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('[data-ghost]').count()).toBe(1);
  await page.getByLabel('Find on the board').click();
  expect(await page.locator('[data-ghost]').count()).toBe(0);
  expect(await party.locator('.time').innerText()).toBe('22:00–02:45');

  const { x, y } = (await party.boundingBox())!;
  await page.mouse.move(x + 40, y + 40);
  await page.mouse.down();
  await page.mouse.move(x + 40, y + 10, { steps: 4 });
  await page.locator('[data-ghost]').waitFor();
  await page.keyboard.press('Escape');
  await page.mouse.up();
});

test('where the system chooses the colours, sessions have edges, and what is chosen is marked', async () => {
  const { page } = await openNightOfTheClocks();
  await page.emulateMedia({ forcedColors: 'active' });
  const styleOf = async (what: Locator, name: 'borderTopWidth' | 'backgroundColor'): Promise<string> =>
    await what.evaluate((element, property) => getComputedStyle(element)[property], name);
  expect(await styleOf(block(page, 'Party'), 'borderTopWidth')).toBe('1px');
  const chosen = page.getByRole('button', { name: 'Sat 24 Oct', exact: true });
  const other = page.getByRole('button', { name: 'Sun 25 Oct', exact: true });
  expect(await styleOf(chosen, 'backgroundColor')).not.toBe(await styleOf(other, 'backgroundColor'));
});
