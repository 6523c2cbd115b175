import { expect, test, vi } from 'vitest';

import { axeFindings, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

test('sessions are made of two abstracts at once, and one undo takes both back', async () => {
  const { page } = await openApp({ flags: ['--demo'] });
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/abstracts');
  const list = page.getByRole('listbox', { name: 'Abstracts' });
  const shown = page.getByRole('combobox', { name: 'Which abstracts are shown' });
  const waiting = page.getByRole('checkbox', { name: 'Choose all 12 shown' });

  await shown.selectOption('without');
  await waiting.waitFor();
  await list.focus();
  for (const key of ['ArrowDown', 'Space', 'ArrowDown', 'Space']) await page.keyboard.press(key);
  await page.getByText('2 chosen').waitFor();
  expect(await axeFindings(page)).toEqual([]);

  // Without types nothing is made, and it is said what is missing.
  await page.getByRole('button', { name: 'Make 2 sessions' }).click();
  expect(await page.getByText('This is needed.').count()).toBe(2);
  await page.getByRole('combobox', { name: 'Session type' }).selectOption({ label: 'Talk' });
  await page.getByRole('combobox', { name: 'Main presenter becomes' }).selectOption({ label: 'Speaker' });
  await page.getByRole('button', { name: 'Make 2 sessions' }).click();

  const report = page.getByRole('region', { name: 'What was made' });
  await report.getByRole('heading', { name: '2 sessions were made' }).waitFor();
  await page.getByRole('checkbox', { name: 'Choose all 10 shown' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);

  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await waiting.waitFor();
  await report.waitFor({ state: 'detached' });
});

test('an abstract that has a session gets another only if that is wanted, and its report names it', async () => {
  const { page } = await openApp({ flags: ['--demo'] });
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/abstracts');
  await page.getByRole('combobox', { name: 'Which abstracts are shown' }).selectOption('with');
  await page.getByRole('listbox', { name: 'Abstracts' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('heading', { name: 'One session was made of it' }).waitFor();
  const name = await page.getByRole('article').getByRole('heading', { level: 2 }).innerText();
  await page.getByRole('combobox', { name: 'Session type' }).selectOption({ label: 'Talk' });
  await page.getByRole('combobox', { name: 'Main presenter becomes' }).selectOption({ label: 'Speaker' });

  await page.getByRole('button', { name: 'Make sessions' }).click();
  const refused = page.getByRole('list', { name: 'Abstracts of which no session was made' }).getByRole('listitem');
  expect(await refused.innerText()).toContain(name);
  expect(await refused.innerText()).toContain('There is a session of it already.');
  expect(await axeFindings(page)).toEqual([]);

  await page.getByRole('checkbox', { name: /Make another/ }).check();
  await page.getByRole('button', { name: 'Make the session' }).click();
  const report = page.getByRole('region', { name: 'What was made' });
  await report.getByRole('button', { name }).click();
  await page.getByRole('complementary', { name: 'Session' }).getByRole('heading', { name }).waitFor();
});
