import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';

import { startBuiltHub } from '../support/hub-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { axeFindings, firstScreen, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Finds a session of the demonstration event and opens it beside the table. */
async function openSession(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/sessions');
  await page.getByRole('searchbox', { name: 'Find by name' }).fill(name);
  await page.getByRole('gridcell', { name, exact: true }).click();
  await page.getByRole('complementary', { name: 'Session' }).waitFor();
  await expect.poll(async () => await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe(name);
}

test('what is typed is saved as one goes, told in the history, and undone after a reload', async () => {
  const { page } = await openApp({ isDemo: true });
  await openSession(page, 'Software for the long run');
  const editor = page.getByRole('complementary', { name: 'Session' });

  await editor.getByRole('textbox', { name: 'Name' }).fill('Software that lasts');
  await editor.getByRole('textbox', { name: 'Name' }).press('Enter');
  await page.getByRole('searchbox', { name: 'Find by name' }).fill('lasts');
  await page.getByRole('gridcell', { name: 'Software that lasts' }).waitFor();

  await editor.getByRole('tab', { name: 'History' }).click();
  const change = editor.getByRole('listitem').filter({ hasText: 'You changed it' }).first();
  expect(await change.innerText()).toMatch(/Name\s+Software for the long run\s*Software that lasts/);
  expect(await axeFindings(page)).toEqual([]);

  await page.reload();
  await page.getByRole('complementary', { name: 'Session' }).waitFor();
  await page.getByRole('heading', { name: 'Software that lasts' }).waitFor();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+z');
  await page.getByRole('heading', { name: 'Software for the long run' }).waitFor();
});

test('what cannot be saved says why beside the field, and stays as it was typed', async () => {
  const { page } = await openApp({ isDemo: true });
  await openSession(page, 'Software for the long run');
  const name = page.getByRole('textbox', { name: 'Name' });

  await name.fill('');
  await name.press('Enter');
  await expect.poll(async () => await name.getAttribute('aria-invalid')).toBe('true');
  await page.getByText('This is needed.').waitFor();
  await page.getByRole('textbox', { name: 'End: time' }).fill('8:00');
  await page.getByText('The end is before the start.').waitFor();

  // Left and come back to, it still stands there; what is saved is what was.
  await page.reload();
  await page.getByText('The end is before the start.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('');
  await page.getByRole('textbox', { name: 'End: time' }).fill('10:00');
  await page.getByRole('textbox', { name: 'Name' }).fill('Software for the long run');
  await page.keyboard.press('Tab');
  await expect.poll(async () => await page.getByText('This is needed.').count()).toBe(0);
});

test('what is mended in one window does not come back from another of the same browser', async () => {
  const { page, hub } = await openApp({ isDemo: true });
  await openSession(page, 'Software for the long run');
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('');
  await name.press('Enter');
  await page.getByText('This is needed.').waitFor();

  const second = await page.context().newPage();
  await second.goto(hub.ready.app!);
  await firstScreen(second);
  await goTo(second, new URL(page.url()).hash.slice(1));
  await second.getByText('This is needed.').waitFor();

  await name.fill('Software that lasts');
  await name.press('Enter');
  const there = second.getByRole('textbox', { name: 'Name' });
  await expect.poll(async () => await there.inputValue()).toBe('Software that lasts');
  const kept = async (): Promise<string[]> =>
    await second.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('offstage-draft:')));
  await expect.poll(kept).toEqual([]);
  expect(await second.getByText('Changed meanwhile to:').count()).toBe(0);
});

test('a start that moves takes the end along', async () => {
  const { page } = await openApp({ isDemo: true });
  await openSession(page, 'Software for the long run');

  await page.getByRole('textbox', { name: 'Start: time' }).fill('8:15');
  await page.keyboard.press('Tab');
  await expect.poll(async () => await page.getByRole('textbox', { name: 'End: time' }).inputValue()).toBe('09:00');
  await page.getByRole('textbox', { name: 'Length' }).fill('20');
  await page.keyboard.press('Tab');
  await expect.poll(async () => await page.getByRole('textbox', { name: 'End: time' }).inputValue()).toBe('08:35');

  // Letter by letter, a time cannot be read for a moment: the length holds all the same, though the end has moved before.
  const start = page.getByRole('textbox', { name: 'Start: time' });
  await start.press('ControlOrMeta+a');
  await start.pressSequentially('7:15', { delay: 30 });
  await page.keyboard.press('Tab');
  await expect.poll(async () => await page.getByRole('textbox', { name: 'End: time' }).inputValue()).toBe('07:35');

  // What is no length is said, and stands to be mended.
  await page.getByRole('textbox', { name: 'Length' }).fill('soon');
  await page.keyboard.press('Tab');
  await page.getByText('A length in minutes is needed').waitFor();
  expect(await page.getByRole('textbox', { name: 'Length' }).inputValue()).toBe('soon');
  await page.getByRole('textbox', { name: 'Length' }).fill('1:30');
  await page.keyboard.press('Tab');
  await expect.poll(async () => await page.getByRole('textbox', { name: 'End: time' }).inputValue()).toBe('08:45');
  await page.getByText('A length in minutes is needed').waitFor({ state: 'detached' });
});

test('a date that is typed is saved as it is meant, and not with every digit of its year', async () => {
  const { page } = await openApp({ isDemo: true });
  await openSession(page, 'Software for the long run');
  const date = page.locator('input[data-field="start_date"]');

  await date.click();
  // To its first part; each that is full leads to the next. Month or day, whichever is first here, is the ninth.
  for (let parts = 0; parts < 3; parts += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('09092026', { delay: 40 });
  await page.keyboard.press('Tab');
  expect(await date.inputValue()).toBe('2026-09-09');
  await expect.poll(async () => await page.locator('input[data-field="end_date"]').inputValue()).toBe('2026-09-09');
  await page.getByRole('tab', { name: 'History' }).click();
  const changes = page.getByRole('complementary', { name: 'Session' }).getByText('You changed it');
  await changes.first().waitFor();
  expect(await changes.count()).toBe(1);
});

test('a session that is left with something that cannot be saved says so, and leads back', async () => {
  const { page } = await openApp({ isDemo: true });
  await openSession(page, 'Software for the long run');
  await page.getByRole('textbox', { name: 'Name' }).fill('');
  await page.keyboard.press('Escape');
  await page.getByRole('complementary', { name: 'Session' }).waitFor({ state: 'detached' });
  await page.getByText('Not saved yet of “Software for the long run”: Name').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('This is needed.').waitFor();
});

test('a session is created and scheduled on one screen, in a room that is added on the way', async () => {
  const { page } = await openApp({ isDemo: true });
  await page.getByRole('navigation').first().waitFor();
  await goTo(page, '/sessions?session=new&start=2026-09-17T12:00:00%2B02:00');
  const editor = page.getByRole('complementary', { name: 'Session' });
  await editor.getByText('Still needed: Name and Type.').waitFor();

  await page.keyboard.type('Lunch in the garden');
  await editor.getByRole('combobox', { name: 'Rooms' }).fill('Rose garden');
  await page.getByRole('option', { name: 'Add “Rose garden”' }).click();
  await editor.getByRole('combobox', { name: 'Type', exact: true }).fill('brea');
  await page.keyboard.press('Enter');
  await expect.poll(async () => await editor.getByText('Not created yet').count()).toBe(0);
  await page.getByRole('searchbox', { name: 'Find by name' }).fill('rose garden');
  await page.getByRole('gridcell', { name: 'Lunch in the garden' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
});

test('what someone else saves meanwhile is shown beside what is typed, and overwrites nothing', async () => {
  const { page, another } = await openApp({ isDemo: true });
  const other = await another();
  await openSession(page, 'Software for the long run');
  await openSession(other, 'Software for the long run');

  const mine = page.getByRole('textbox', { name: 'Name' });
  // A session without a name cannot be saved: what is typed waits.
  await mine.fill('');
  await other.getByRole('textbox', { name: 'Name' }).fill('Software for two');
  await other.keyboard.press('Tab');
  await page.getByText('Changed meanwhile to: Software for two').waitFor();
  expect(await mine.inputValue()).toBe('');
  expect(await axeFindings(page)).toEqual([]);

  await page.getByRole('button', { name: 'Take the change' }).click();
  await expect.poll(async () => await mine.inputValue()).toBe('Software for two');
});

test('what is typed while the host stops is kept, and sent when it is back, with no editor open', async () => {
  const dataDir = temporaryFolder();
  const { page, hub } = await openApp({ dataDir, isDemo: true });
  // The screens come by themselves, the settings last: none is asked for when the host is away.
  await page.waitForResponse((response) => response.url().includes('/SettingsView-'));
  await openSession(page, 'Software for the long run');
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.press('End');
  await name.pressSequentially(' and the');
  hub.kill('SIGKILL');
  await hub.ended;
  await name.pressSequentially(' short');
  await page.getByText('Kept; saved when Offstage answers').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Alt+7');
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  // What cannot be saved now is told, or done when it can be; no more is said in the console.
  await page.keyboard.press('Alt+2');
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Time across, rooms down' }).click();
  await page.locator('.board-block.turned').first().waitFor();

  // Each start has an address of its own: the window says so, and is loaded anew by it.
  const port = new URL(hub.url).port;
  const again = await startBuiltHub('--data', dataDir, '--tenant', 'local', '--app', '--port', port);
  await page.getByRole('heading', { name: 'This window is not let in' }).waitFor();
  const loaded = page.waitForEvent('load');
  await page.goto(again.ready.app!);
  await loaded;
  await firstScreen(page);
  await goTo(page, '/sessions');
  await page.getByRole('searchbox', { name: 'Find by name' }).fill('Software for the long run');
  await page.getByRole('gridcell', { name: 'Software for the long run and the short', exact: true }).waitFor();
  expect(await page.getByRole('complementary', { name: 'Session' }).count()).toBe(0);
});

test('speakers are put in another order by dragging them, and by keys', async () => {
  const { page } = await openApp({ isDemo: true });
  await openSession(page, 'Panel: is data contracts ready for everyone?');
  const speakers = page.getByRole('list', { name: 'Speakers' });
  const order = async (): Promise<string[]> =>
    await speakers
      .getByRole('button', { name: /^Move / })
      .evaluateAll((grips) =>
        grips.map((grip) => /^Move (.*): /.exec(grip.getAttribute('aria-label') ?? '')?.[1] ?? ''),
      );
  const [first, second, third, last] = ['Lucía Vázquez', 'Kwame Nkosi', 'Henrik Kjær', 'Κατερίνα Αναγνώστου'];
  await expect.poll(async () => await order()).toEqual([first, second, third, last]);

  const grip = speakers.getByRole('button', { name: `Move ${first}: arrow keys`, exact: true });
  await grip.scrollIntoViewIfNeeded();
  const [from, to] = [await grip.boundingBox(), await speakers.getByRole('listitem').nth(2).boundingBox()];
  await page.mouse.move(from!.x + from!.width / 2, from!.y + from!.height / 2);
  await page.mouse.down();
  await page.mouse.move(to!.x + 10, to!.y + to!.height - 4, { steps: 5 });
  await page.mouse.up();
  await expect.poll(order).toEqual([second, third, first, last]);

  await speakers.getByRole('button', { name: `Move ${last}: arrow keys`, exact: true }).press('Home');
  await expect.poll(order).toEqual([last, second, third, first]);
  // It is saved, and one thing that is taken back at a time.
  await page.getByRole('heading', { name: 'Panel' }).click();
  await page.keyboard.press('Control+z');
  await expect.poll(order).toEqual([second, third, first, last]);
});
