import { expect, test, vi } from 'vitest';

import { axeFindings, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

test('sessions are made of two abstracts at once, and one undo takes both back', async () => {
  const { page } = await openApp({ isDemo: true });
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

  // Which they are is shown, and one of them can be left out and taken in again.
  await page.getByRole('button', { name: 'Show which' }).click();
  const which = page.getByRole('list', { name: 'What sessions are made of' }).getByRole('checkbox');
  await expect.poll(async () => await which.count()).toBe(2);
  await which.first().uncheck();
  await page.getByRole('button', { name: 'Make the session' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await which.first().check();

  // Without types nothing is made, and it is said what is missing.
  await page.getByRole('button', { name: 'Make 2 sessions' }).click();
  await expect.poll(async () => await page.getByText('This is needed.').count()).toBe(2);
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
  const { page } = await openApp({ isDemo: true });
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

test('a formatted description keeps its form, and nothing in it runs, loads or leads astray', async () => {
  const { page, hub } = await openApp({ isDemo: true, flags: ['--api-key', 'k=admin'] });
  const description =
    '<h1>Why</h1><ul><li>One <b>bold</b> word</li></ul><script>window.hurt=1</script><img src=x onerror="window.hurt=1">' +
    '<a href="javascript:window.hurt=1">bad</a> <a href="https://example.org/">good</a><p style="position:fixed">end</p>';
  const answer = await fetch(`${hub.url}/-/local/catalog/abstracts`, {
    method: 'PUT',
    headers: { authorization: 'k', 'content-type': 'application/json' },
    body: JSON.stringify([{ id: 'html', event_id: 'demo-2026', name: 'Zzz formatted', description }]),
  });
  expect(answer.status).toBe(200);
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/abstracts');
  await page.getByRole('searchbox', { name: 'Find an abstract' }).fill('zzz FÓRMATTED');
  await page.getByRole('option', { name: 'Zzz formatted' }).click();

  const article = page.getByRole('article');
  await article.locator('strong', { hasText: 'Why' }).waitFor();
  expect(await article.locator('ul li b').innerText()).toBe('bold');
  expect(await article.locator('script, img, [style], [onerror]').count()).toBe(0);
  const links = await article.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(links).toEqual([null, 'https://example.org/']);
  expect(await article.getByRole('link', { name: 'good' }).getAttribute('rel')).toBe('noopener noreferrer');
  expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
  expect(await axeFindings(page)).toEqual([]);
});
