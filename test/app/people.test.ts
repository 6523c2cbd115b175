import { expect, test, vi } from 'vitest';

import { axeFindings, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a room is added, used, and stays for as long as a session is in it', async () => {
  const { page } = await openApp({ flags: ['--demo'] });
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
  expect(await page.getByRole('option', { name: 'Great Hall' }).count()).toBe(1);

  await page.getByRole('option', { name: 'Rose garden' }).click();
  await page.getByRole('heading', { name: 'Rose garden' }).waitFor();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('“Rose garden” is removed').waitFor();
  await expect.poll(async () => await page.getByRole('option', { name: 'Rose garden' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
  await page.getByRole('option', { name: 'Rose garden' }).waitFor();
});
