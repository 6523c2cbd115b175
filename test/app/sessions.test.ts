import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';

import { axeFindings, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Opens the table with all of the demonstration event in it. */
async function openTable(page: Page): Promise<void> {
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/sessions');
  await page.getByText('400 sessions').waitFor();
}

function rowNamed(page: Page, name: string) {
  return page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });
}

test('a session is found as one types, whatever its accents, and opened by keys alone', async () => {
  const { page } = await openApp({ isDemo: true });
  await openTable(page);

  await page.keyboard.press('/');
  await page.keyboard.type('ETIENNE hands-on');
  await page.getByText('1 of 400').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');

  await page.getByRole('complementary', { name: 'Session' }).waitFor();
  const name = page.getByRole('textbox', { name: 'Name' });
  await expect.poll(async () => await name.inputValue()).toBe('Hands-on: circular electronics');
  expect(await axeFindings(page)).toEqual([]);
});

test('a double click that opens a session under the pointer selects nothing in it, and leaves the keys to the table', async () => {
  const { page } = await openApp({ isDemo: true, width: 1024, height: 768 });
  await openTable(page);
  await rowNamed(page, 'Hands-on: circular electronics').dblclick();
  await page.getByRole('textbox', { name: 'Name' }).waitFor();
  const selected = await page.evaluate(() => [String(getSelection()), document.activeElement?.role]);
  expect(selected).toEqual(['', 'grid']);
});

test('many are changed in one step, after a preview that names what cannot be, and undone in one', async () => {
  const { page } = await openApp({ isDemo: true });
  await openTable(page);

  // One of three is locked, and so cannot be changed.
  await rowNamed(page, 'Registration desk, day 1').getByText('Registration desk, day 1').click();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Lock' }).click();
  await page.getByText('This session is locked').waitFor();
  await page.getByRole('tab', { name: 'Fields' }).focus();
  await page.keyboard.press('Alt+ArrowDown');
  await page.getByRole('heading', { name: 'Software for the long run' }).waitFor();
  await page.getByRole('complementary', { name: 'Session' }).getByRole('button', { name: 'Close' }).click();

  await page.getByRole('grid').focus();
  for (const key of ['Control+Home', 'Shift+ArrowDown', 'Shift+ArrowDown', 'e']) await page.keyboard.press(key);
  const dialog = page.getByRole('dialog', { name: 'Change 3 sessions' });
  await dialog.getByLabel('Field').selectOption('Location');
  await dialog.getByRole('textbox', { name: 'Location' }).fill('By the lake');
  await dialog.getByText('2 sessions will change.').waitFor();
  await dialog.getByText('Registration desk, day 1').waitFor();
  expect(await dialog.getByText(/The session is locked/).count()).toBe(1);
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Leave those out, change 2' }).click();
  await page.getByText('2 sessions changed').waitFor();

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Location' }).check();
  await page.keyboard.press('Escape');
  await expect.poll(async () => await page.getByRole('gridcell', { name: 'By the lake' }).count()).toBe(2);

  await page.keyboard.press('Control+z');
  await expect.poll(async () => await page.getByRole('gridcell', { name: 'By the lake' }).count()).toBe(0);
});

test('rows of a spreadsheet change the sessions of their codes and make the others, in one step', async () => {
  const { page } = await openApp({ isDemo: true });
  await openTable(page);

  await page.getByRole('button', { name: 'Paste' }).click();
  const dialog = page.getByRole('dialog', { name: 'Paste from a spreadsheet' });
  const rows = [
    'Code\tTitle\tRoom',
    'K-001\tSoftware for the longer run\tGreat Hall',
    '\tAn extra hour\tPavilion',
    'X\t\t',
  ];
  await dialog.getByLabel('Rows').fill(rows.join('\n'));
  await dialog.getByText('1 new, 1 changed').waitFor();
  await dialog.getByText('New rooms: Pavilion').waitFor();
  await dialog.getByText('has no title').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Take 2 sessions' }).click();

  await page.getByText('401 sessions').waitFor();
  await rowNamed(page, 'Software for the longer run').waitFor();
  await page.keyboard.press('Control+z');
  await page.getByText('400 sessions').waitFor();
  await rowNamed(page, 'Software for the long run').waitFor();

  // The same by the clipboard: rows go out as a spreadsheet takes them, and come back changed.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('grid').focus();
  for (const key of ['Control+Home', 'Shift+ArrowDown', 'Control+c']) await page.keyboard.press(key);
  const copied = await page.evaluate(async () => await navigator.clipboard.readText());
  const lines = copied.split('\n').filter((line) => line !== '');
  expect(lines).toHaveLength(3);
  expect(new Set(lines.map((line) => line.split('\t').length)).size).toBe(1);
  await page.evaluate(
    async (text) => await navigator.clipboard.writeText(text),
    copied.replace('Registration desk, day 1', 'Registration, from a spreadsheet'),
  );
  await page.keyboard.press('Control+v');
  await dialog.getByText('0 new, 1 changed, 1 as they are.').waitFor();
  await dialog.getByRole('button', { name: 'Take 1 session' }).click();
  await rowNamed(page, 'Registration, from a spreadsheet').waitFor();
});

test('the table stays as it was laid out, also after a reload', async () => {
  const { page } = await openApp({ isDemo: true, colorScheme: 'dark' });
  await openTable(page);

  const name = page.getByRole('columnheader', { name: 'Name' });
  await name.getByRole('button', { name: 'Name', exact: true }).click();
  await page
    .getByRole('columnheader', { name: 'Type' })
    .getByRole('button', { name: 'Type', exact: true })
    .click({ modifiers: ['Shift'] });
  await page.getByLabel('Group').selectOption('By room');
  await page.getByRole('row', { name: /^Foyer/ }).waitFor();
  expect(await name.getAttribute('aria-sort')).toBe('ascending');
  expect(await axeFindings(page)).toEqual([]);
  // A column is made wider at its edge, and moved by keys.
  const widthOf = async (): Promise<number> => Math.round((await name.boundingBox())!.width);
  const before = await widthOf();
  const edge = (await name.locator('.cursor-col-resize').boundingBox())!;
  await page.mouse.move(edge.x + edge.width / 2, edge.y + edge.height / 2);
  await page.mouse.down();
  await page.mouse.move(edge.x + edge.width / 2 + 80, edge.y + edge.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect.poll(widthOf).toBe(before + 80);
  const columns = async (): Promise<string[]> =>
    await page.getByRole('columnheader').locator('button:first-of-type .truncate').allInnerTexts();
  const order = await columns();
  const at = order.indexOf('Name');
  await name.getByRole('button').first().press('Alt+ArrowRight');
  const moved = order.with(at, order[at + 1]!).with(at + 1, 'Name');
  await expect.poll(columns).toEqual(moved);
  // The layout is saved a moment after its last change.
  await page.waitForTimeout(1_000);

  await page.reload();
  await openTable(page);
  await page.getByRole('row', { name: /^Foyer/ }).waitFor();
  expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('ascending');
  expect([await columns(), await widthOf()]).toEqual([moved, before + 80]);
});
