import { readFileSync } from 'node:fs';

import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';

import { startBuiltHub } from '../support/hub-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { axeFindings, goTo, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A schedule of one talk. */
const XML = `<?xml version="1.0"?>
<schedule><conference><title>Small day</title><acronym>small</acronym><time_zone_name>Europe/Berlin</time_zone_name></conference>
<day index="1" date="2025-02-01"><room name="Hall"><event id="1" guid="7b0a8a70-0b0a-5a5a-8a8a-0a0a0a0a0a01">
<title>The only talk</title><date>2025-02-01T10:00:00+01:00</date><start>10:00</start><duration>01:00</duration></event></room></day></schedule>`;

const CSV =
  'Titel;Saal;Beginn;Ende\nEröffnung;Aula;1.2.2025 9:30;10:00\n;Aula;1.2.2025 11:00;12:00\nAbschluss;Aula;1.2.2025 17:00;18:00\n';

async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content ?? ''], fileName ?? ''));
      return data;
    },
    [name, text],
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

describe('a first run', () => {
  test('leads to the demonstration in one click; its table, saved and taken in again, changes nothing', async () => {
    const { page } = await openApp();
    await page.getByRole('heading', { name: 'Welcome to Offstage' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Open the demonstration' }).click();
    await page.waitForURL((url) => url.hash.startsWith('#/schedule'));
    await page.getByText('Kept on this computer').waitFor();

    await page.getByRole('button', { name: /Open Horizons 2026/ }).click();
    await page.getByRole('menuitem', { name: /Add an event/ }).click();
    await page.getByRole('heading', { name: 'Add an event' }).waitFor();
    await page.getByRole('button', { name: 'Back to Open Horizons 2026' }).click();
    await goTo(page, '/print#files');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save Table (CSV)' }).click();
    const path = await (await download).path();
    await dropFile(page, 'demo.csv', readFileSync(path, 'utf8'));
    await page.getByRole('button', { name: 'Take 400 sessions in' }).click();
    await page.getByText('Taken in: 0 new sessions, 0 changed.').waitFor();
  });

  test('opens a schedule file that is chosen, and another that is dropped, and refuses what is none', async () => {
    const { page } = await openApp();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file …' }).click();
    await (await chooser).setFiles({ name: 'none.xml', mimeType: 'text/xml', buffer: Buffer.from('{"a": 1}') });
    await page.getByText('it has no member schedule.conference').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).first().click();

    await dropFile(page, 'small.xml', XML);
    await page.getByRole('button', { name: /The only talk/ }).waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#\/schedule/);
  });

  test('opens a table: its columns are guessed, mended by hand, and what cannot be taken is named', async () => {
    const { page } = await openApp({ colorScheme: 'dark' });
    await page.getByRole('heading', { name: 'Welcome to Offstage' }).waitFor();
    await dropFile(page, 'Mein Tag.csv', CSV);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Eröffnung').first().waitFor();
    await dialog.getByText('row 3').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    const room = dialog.getByRole('combobox', { name: 'What “Saal” holds' });
    await expect.poll(async () => await room.inputValue()).toBe('rooms');
    await room.selectOption({ label: 'Place in words' });
    await dialog.getByRole('cell', { name: 'Aula' }).first().waitFor({ state: 'detached' });
    await room.selectOption({ label: 'Room' });
    await dialog.getByRole('cell', { name: 'Aula' }).first().waitFor();
    const zone = dialog.getByRole('combobox', { name: 'Time zone' });
    await zone.fill('berlin');
    await zone.press('Enter');
    await dialog
      .getByText(/9:30|09:30/)
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Take 2 sessions in' }).click();
    await dialog.getByText('2 new sessions').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: /Eröffnung/ }).waitFor();
    await page.getByRole('button', { name: /Mein Tag/ }).waitFor();
  });

  test('connects to headquarters, says what is wrong on the way, and fetches the events that are offered', async () => {
    const headquarters = await startBuiltHub(
      '--data',
      temporaryFolder(),
      '--tenant',
      'org',
      '--api-key',
      'secret=editor',
      '--demo',
    );
    const { page } = await openApp();
    await page.getByRole('button', { name: 'Connect …' }).click();
    await page.getByRole('textbox', { name: 'Address' }).and(page.locator(':focus')).waitFor();
    await page.getByLabel('Address').fill('http://hq.example');
    await page.getByLabel('Tenant').fill('nobody');
    const check = page.getByRole('button', { name: 'Check' });
    await check.click();
    await page.getByText('This address is not encrypted.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Address').fill(headquarters.url);
    await check.click();
    await page.getByText('A key is needed.').waitFor();
    await page.getByLabel('Key').fill('secret');
    await check.click();
    await page.getByText('There is no such tenant.').waitFor();
    await page.getByLabel('Tenant').fill('org');
    await check.click();
    await page.getByLabel('Open Horizons 2026').and(page.locator(':focus')).check();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Fetch the event' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /^Synced/ })
      .waitFor({ timeout: 60_000 });
    await page
      .getByRole('button', { name: /Keynote|Opening|Software for the long run/ })
      .first()
      .waitFor();
    headquarters.kill('SIGTERM');
    await headquarters.ended;
  });
});
