import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import nodeIcal from 'node-ical';
import Papa from 'papaparse';
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';

import { parseInstant } from '../../shared/base/date-time.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import type { HubProcess } from '../support/hub-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { goTo, openApp } from './app-window.ts';
import { packed, readPdf, type PdfPage, type PrintedText } from './read-pdf.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A session as the hub's table has it. */
interface Row {
  id: string;
  title: string;
  start: string;
  starts_at: string;
  ends_at: string;
  rooms: string;
  speakers: string;
  hidden: string;
}

const KEY = 'print-test';
const flags = ['--api-key', `${KEY}=admin`];
const headers = { authorization: `Bearer ${KEY}` };

async function readSessions(hub: HubProcess): Promise<Row[]> {
  const [event] = (await (await fetch(`${hub.ready.url}/-/local/catalog/events`, { headers })).json()) as [
    { id: string },
  ];
  const table = await fetch(`${hub.ready.url}/-/local/export/csv?event_id=${event.id}`, { headers });
  return Papa.parse<Row>(await table.text(), { header: true, skipEmptyLines: true }).data;
}

/** The sessions that begin on a calendar date and before four the next morning, with those that run on into it. */
function onDay(rows: readonly Row[], date: string): Row[] {
  const zoned = (text: string): string => `${date}T04:00:00${text.slice(19)}`;
  return rows.filter(({ starts_at: start, ends_at: end }) => {
    const [startMs, endMs] = [parseInstant(start), parseInstant(end)];
    if (startMs === undefined) return false;
    const dayMs = parseInstant(zoned(start))!;
    return startMs < dayMs + 24 * 3_600_000 && (endMs ?? startMs) > dayMs;
  });
}

async function choose(page: Page, kind: string): Promise<void> {
  await page.getByRole('radio', { name: kind }).check();
  await pagesReady(page);
}

async function pagesReady(page: Page): Promise<void> {
  // Changes of what is chosen are gathered before they are laid out.
  await page.waitForTimeout(300);
  await page.locator('section[aria-busy="false"]').waitFor();
}

async function pdfOf(page: Page): Promise<PdfPage[]> {
  return await readPdf(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
}

const bare = (text: string): string => text.replaceAll(/\s/g, '');

/** The rows of a printed list: the second column's text, between one time in the first and the next, by the group that it stands in. */
function rowsOf(pages: readonly PdfPage[]): { group: string; text: string }[] {
  const rows: { group: string; text: string }[] = [];
  let group = '';
  for (const { texts } of pages) {
    const titleLine = texts.find(({ text }) => text === 'Time')!.baseline;
    const footLine = texts.findLast(({ text }) => /Page \d+ of \d+/.test(text))!.baseline;
    const [first, second, third] = texts.filter(({ baseline }) => baseline === titleLine).map(({ left }) => left);
    let row: PrintedText[] | undefined;
    const end = (): void => {
      if (row !== undefined) rows.push({ group, text: packed(row) });
      row = undefined;
    };
    for (const each of texts.filter(({ baseline }) => baseline > titleLine && baseline < footLine)) {
      const isHeading = each.size > 10;
      const isTime = Math.abs(each.left - first!) < 1 && !isHeading;
      if (isHeading || isTime) end();
      if (isHeading) group = bare(each.text);
      if (isTime) row = [];
      if (each.left > second! - 1 && each.left < third! - 1) row?.push(each);
    }
    end();
  }
  return rows;
}

/** What stands outside of the margins of its page. */
function outOfPage(pages: readonly PdfPage[]): string[] {
  const margin = 24;
  return pages.flatMap(({ texts, width, height }, at) =>
    texts
      .filter(
        ({ left, right, baseline, size }) =>
          left < margin || right > width - margin || baseline - size < margin || baseline > height - margin / 2,
      )
      .map(({ text }) => `${at + 1}: ${text}`),
  );
}

describe('on paper', () => {
  test('a day by room has every session of the day, once in each of its rooms and nowhere else, and none is cut', async () => {
    const { page, hub } = await openApp({ isDemo: true, flags });
    const rows = await readSessions(hub);
    await page.getByRole('button', { name: 'Print …' }).click();
    await page.waitForURL(/#\/print\?day=/);
    const date = /day=([\d-]+)/.exec(page.url())![1]!;
    await pagesReady(page);
    const pages = await pdfOf(page);

    const wanted = onDay(rows, date).flatMap(({ title, rooms }) =>
      rooms === '' ? [`Noroom: ${bare(title)}`] : rooms.split('; ').map((room) => `${bare(room)}: ${bare(title)}`),
    );
    expect(wanted.length).toBeGreaterThan(50);
    // A code, or that it is hidden, stands behind a name.
    const printed = rowsOf(pages).map(({ group, text }) => `${group}: ${text.replace(/\(hidden\)$/, '')}`);
    const unprinted = wanted.filter((each) => !printed.some((row) => row.startsWith(each)));
    expect(unprinted).toEqual([]);
    expect(printed).toHaveLength(wanted.length);
    expect(outOfPage(pages)).toEqual([]);
    for (const [at, { width, height, texts }] of pages.entries()) {
      expect([Math.round(width), Math.round(height)]).toEqual([595, 842]);
      const all = packed(texts);
      expect(all).toContain(`Page${at + 1}of${pages.length}`);
      expect(all).toMatch(/Timesin\w+\/\w+·Printed/);
    }

    // What is asked for at the screen goes to the browser's own print, and is remembered.
    await page.evaluate(() => {
      window.print = () => void window.dispatchEvent(new Event('afterprint'));
    });
    await page.getByRole('button', { name: 'Print or save as PDF' }).click();
    await choose(page, 'What has changed');
    await page.getByRole('option', { name: /the days by room were printed/ }).waitFor({ state: 'attached' });

    // And from then on changes are told.
    const [moved, gone] = rows.filter(({ rooms, start }) => rooms !== '' && start !== '') as [Row, Row];
    const address = (id: string): string => `${hub.ready.url}/sessions/local/${encodeURIComponent(id)}`;
    await page.getByText('Nothing has changed since then').waitFor();
    const body = JSON.stringify([{ op: 'add', path: '/start_date', value: moved.starts_at.replace(/T\d\d/, 'T06') }]);
    const json = { ...headers, 'content-type': 'application/json-patch+json' };
    expect(await (await fetch(address(moved.id), { method: 'PATCH', headers: json, body })).text()).toContain(moved.id);
    expect((await fetch(address(gone.id), { method: 'DELETE', headers })).status).toBe(200);
    await page.locator('.print-page').getByText('Cancelled (1)').waitFor();
    await pagesReady(page);
    const changes = await pdfOf(page);
    expect([Math.round(changes[0]!.width), changes.length]).toEqual([842, 1]);
    const told = packed(changes[0]!.texts);
    for (const part of ['Moved(1)', bare(moved.title), 'Cancelled(1)', bare(gone.title)]) expect(told).toContain(part);
  });

  test('each door has a sheet of its own sessions, in large type, black on white, in the person’s language', async () => {
    const { page, hub } = await openApp({ isDemo: true, flags, colorScheme: 'dark', language: 'de-DE' });
    const rows = await readSessions(hub);
    await goTo(page, '/print');
    await page.getByRole('radio', { name: 'Türschilder' }).check();
    await pagesReady(page);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const look = await page
      .locator('.print-page')
      .first()
      .evaluate((sheet) => {
        const { color, backgroundColor } = getComputedStyle(sheet);
        const seen = [...document.querySelectorAll('nav, header, button, input')].filter(
          (element) => !element.closest('.print-page') && element.getClientRects().length > 0,
        );
        return { color, backgroundColor, others: seen.length };
      });
    expect(look).toEqual({ color: 'rgb(0, 0, 0)', backgroundColor: 'rgb(255, 255, 255)', others: 0 });
    await page.emulateMedia({ media: null, colorScheme: 'dark' });
    const pages = await pdfOf(page);
    expect(outOfPage(pages)).toEqual([]);

    // The title is the largest text of a page.
    const sheets = pages.map(({ texts }) => {
      const largest = Math.max(...texts.map(({ size }) => size));
      return { room: packed(texts.filter(({ size }) => size === largest)), text: packed(texts), texts };
    });
    for (const { texts } of sheets) expect(Math.min(...texts.map(({ size }) => size))).toBeGreaterThan(7.5);
    const wanted = rows.filter(({ rooms, start, hidden }) => rooms !== '' && start !== '' && hidden !== 'true');
    const missing = wanted.flatMap(({ title, rooms }) =>
      rooms
        .split('; ')
        .filter((room) => !sheets.some((sheet) => sheet.room === bare(room) && sheet.text.includes(bare(title))))
        .map((room) => `${room}: ${title}`),
    );
    expect(missing).toEqual([]);
    const hidden = rows.filter(
      ({ hidden: isHidden, title }) => isHidden === 'true' && !wanted.some((row) => row.title === title),
    );
    expect(hidden.filter(({ title }) => sheets.some(({ text }) => text.includes(bare(title))))).toEqual([]);
    expect(sheets[0]!.text).toContain('Seite1von');
  });
});

test('a name of the event as long as can be, and doors of few and of many sessions, stay on their pages, in type as large as fits', async () => {
  const file = join(temporaryFolder(), 'crowded.xml');
  const demo = makeDemoEvent();
  const [crowded, calm] = demo.catalog.rooms ?? [];
  const placed = demo.sessions.filter(
    ({ fields }) => fields.start_date !== undefined && fields.hide_from_schedule !== true,
  );
  const quarter = (nth: number): string => new Date(Date.parse('2026-05-11T07:00:00Z') + nth * 900_000).toISOString();
  // Now many in a room, now few: what one sheet was measured at must not be what another is laid out by.
  const sessions = placed.slice(0, 33).map(({ id, fields }, nth) => ({
    id,
    fields: {
      ...fields,
      start_date: quarter(nth),
      end_date: quarter(nth + 1),
      room_ids: [(nth < 30 ? crowded : calm)!.id],
    },
  }));
  const name = 'A conference whose name says everything that it is about '.repeat(8).trim();
  writeFileSync(
    file,
    exportFormats['frab.xml'].write({ ...demo, event: { ...demo.event, name }, sessions }, Date.now()),
  );

  const { page } = await openApp({ flags: ['--import', file] });
  await goTo(page, '/print');
  await choose(page, 'Sheets for the doors');
  const pages = await pdfOf(page);
  expect(outOfPage(pages)).toEqual([]);
  const feet = pages.map(({ texts }) => /Timesin.*Printed.*Page(\d+of\d+)$/.exec(packed(texts))?.[1]);
  expect(feet).toEqual(['1of2', '2of2', '1of1']);
  const sizes = pages.map(({ texts }) => Math.round(texts.find(({ text }) => / – /.test(text))!.size));
  expect([sizes[1], sizes[2]]).toEqual([sizes[0], 21]);
  expect(sizes[0]).toBeLessThan(18);
});

test('files are saved: the whole event, a room’s calendar, a speaker’s, and what changed', async () => {
  const { page, hub } = await openApp({ isDemo: true, flags });
  const rows = await readSessions(hub);
  await page.keyboard.press('Control+Shift+E');
  await page.waitForURL(/#\/print#files/);
  const saved = async (button: string): Promise<{ name: string; text: string }> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  };
  expect((await saved('Save Schedule as XML')).text).toContain('<schedule');

  const shown = rows.filter(({ hidden, start }) => hidden !== 'true' && start !== '');
  const [room = ''] = shown.find(({ rooms }) => rooms !== '')!.rooms.split('; ');
  await page.getByRole('combobox', { name: 'Room' }).fill(room);
  await page.getByRole('option', { name: room, exact: true }).click();
  const calendar = await saved('Save calendar of the room');
  const events = Object.values(nodeIcal.sync.parseICS(calendar.text)).filter((entry) => entry?.type === 'VEVENT');
  expect(events).toHaveLength(shown.filter(({ rooms }) => rooms.split('; ').includes(room)).length);
  expect(calendar.name).toMatch(/\.ics$/);

  const [speaker = ''] = shown.find(({ speakers }) => speakers !== '')!.speakers.split('; ');
  await page.getByRole('combobox', { name: 'Speaker' }).fill(speaker);
  await page.getByRole('option', { name: speaker, exact: true }).first().click();
  expect((await saved('Save calendar of the speaker')).text).toContain('BEGIN:VEVENT');

  // The demonstration came today: all of it is new.
  const changes = Papa.parse<{ change: string }>((await saved('Save What has changed')).text.slice(1), {
    header: true,
    skipEmptyLines: true,
  }).data;
  expect(changes.map(({ change }) => change)).toEqual(rows.map(() => 'added'));
});
