import { expect, test, vi } from 'vitest';

import { axeFindings, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a room is added, used, and stays for as long as a session is in it', async () => {
  const { page } = await openApp({ isDemo: true });
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/people?kind=rooms');

  await page.getByRole('button', { name: 'Add a room' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Rose garden');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Rose garden' }).waitFor();
  await page.getByRole('option', { name: 'Rose garden' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);

  await page.getByRole('option', { name: 'Great Hall' }).click();
  await page.getByRole('heading', { name: 'Great Hall' }).waitFor();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  const refusal = page.getByRole('dialog', { name: '“Great Hall” cannot be removed' });
  await refusal.getByText(/\d+ sessions of Open Horizons 2026 refer to it/).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await refusal.waitFor({ state: 'detached' });
  await expect.poll(async () => await page.getByRole('option', { name: 'Great Hall' }).count()).toBe(1);

  await page.getByRole('option', { name: 'Rose garden' }).click();
  await page.getByRole('heading', { name: 'Rose garden' }).waitFor();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('“Rose garden” is removed').waitFor();
  await expect.poll(async () => await page.getByRole('option', { name: 'Rose garden' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
  await page.getByRole('option', { name: 'Rose garden' }).waitFor();
});

test('what is known by its id alone is named first, by keyboard, and a new room takes a session at once', async () => {
  const { page, hub } = await openApp({ isDemo: true, flags: ['--api-key', 'k=admin'] });
  const answer = await fetch(`${hub.url}/-/local/catalog/rooms`, {
    method: 'PUT',
    headers: { authorization: 'k', 'content-type': 'application/json' },
    body: JSON.stringify([{ id: 'r-4711', name: 'r-4711', placeholder: true, floor: 3 }]),
  });
  expect(answer.status).toBe(200);
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/people?kind=rooms');
  await page.getByText('One is known only by its ID: give it a name.').waitFor();

  await page.keyboard.press('/');
  await page.keyboard.press('ArrowDown');
  await page.getByText('A session refers to the ID r-4711').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Enter');
  const name = page.getByRole('textbox', { name: 'Name' });
  await expect.poll(async () => await name.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await name.inputValue()).toBe('');
  await page.keyboard.type('Rose garden');
  await page.keyboard.press('Tab');
  await page.getByRole('heading', { name: 'Rose garden', level: 2 }).waitFor();
  await page.getByText('known only by its ID').waitFor({ state: 'detached' });
  await page.getByText('Further data').click();
  await page.getByText('floor').waitFor();

  await page.getByRole('button', { name: /^Free 07:00/ }).click();
  const editor = page.getByRole('complementary', { name: 'Session' });
  await editor.getByRole('textbox', { name: 'Name', exact: true }).fill('Yoga');
  await editor.getByRole('combobox', { name: 'Type', exact: true }).fill('Meetup');
  await page.keyboard.press('Enter');
  await page
    .getByRole('option', { name: /Rose garden/ })
    .getByText('1 session')
    .waitFor();
  await page.getByRole('button', { name: '07:00 – 07:30 Yoga', exact: true }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
});

test('what cannot be saved stands beside its field, and is kept until it is mended', async () => {
  const { page } = await openApp({ isDemo: true });
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/people?kind=event');
  const last = page.getByLabel('Last day');
  await last.fill('2026-09-01');
  await page.keyboard.press('Tab');
  await page.getByText('The end is before the start.').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('tab', { name: /Rooms/ }).click();
  await page.getByRole('tab', { name: 'The event' }).click();
  expect(await last.inputValue()).toBe('2026-09-01');
  await last.fill('2026-09-20');
  await page.keyboard.press('Enter');
  await page.getByText('Sessions: 400. Days: 4.').waitFor();

  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('');
  await page.keyboard.press('Tab');
  await page.getByText('This is needed.').waitFor();
  await page.getByRole('heading', { name: 'Open Horizons 2026', level: 2 }).waitFor();
});

test('a person is found without accents, and their sessions tell where they would have to be twice', async () => {
  const { page, hub } = await openApp({ isDemo: true, flags: ['--api-key', 'k=admin'], colorScheme: 'dark' });
  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    const headers = { authorization: 'k', 'content-type': 'application/json' };
    const answer = await fetch(`${hub.url}${path}`, { method, headers, body: JSON.stringify(body) });
    expect([path, answer.status]).toEqual([path, 200]);
  };
  await call('PUT', '/-/local/catalog/contacts', [{ id: 'twice', name: 'Dóra Doppel' }]);
  for (const [name, room] of [
    ['Juggling', 'curie'],
    ['Yodelling', 'turing'],
  ]) {
    await call('POST', '/sessions/local', {
      event_id: 'demo-2026',
      type_id: 'demo-type:talk',
      name,
      start_date: '2026-09-17T07:00:00+02:00',
      end_date: '2026-09-17T07:30:00+02:00',
      room_ids: [`demo-2026:room:${room}`],
      speakers: [{ contact_id: 'twice', type_id: 'demo-speaker:speaker' }],
    });
  }
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/people');
  await page.getByRole('searchbox', { name: 'Find a person' }).fill('DORA dop');
  await page.getByRole('option', { name: /Dóra Doppel/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '2 sessions' }).waitFor();
  const juggling = page.getByRole('button', { name: /Juggling.*Room Curie · Speaker/ });
  expect(await juggling.innerText()).toMatch(/Dóra Doppel.*Yodelling/);
  expect(await axeFindings(page)).toEqual([]);
  await juggling.click();
  await page.getByRole('complementary', { name: 'Session' }).getByRole('heading', { name: 'Juggling' }).waitFor();
});
