import type { Locator, Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';

import { axeFindings, openApp } from './app-window.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Opens the board on the first day of the demonstration event. */
async function openBoard(page: Page): Promise<void> {
  await block(page, 'Rethinking incident response').waitFor();
  await page.getByRole('button', { name: /clashes/ }).waitFor();
}

/** A session on the board, by a part of its name. */
function block(page: Page, name: string): Locator {
  return page.getByRole('group', { name: /^Board of/ }).getByRole('button', { name });
}

/** What a session on the board says of itself. */
async function labelOf(page: Page, name: string): Promise<string> {
  return (await block(page, name).first().locator('.sr-only').textContent()) ?? '';
}

async function centreOf(what: Locator): Promise<{ x: number; y: number }> {
  const box = (await what.first().boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Presses at one point and moves to another by as many steps as a hand makes. */
async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  // One frame, for what is drawn once in each.
  await page.evaluate(async () => await new Promise(requestAnimationFrame));
}

test.each(['light', 'dark'] as const)(
  'the board shows a day, room by room, and axe finds nothing (%s)',
  async (colorScheme) => {
    const { page } = await openApp({ isDemo: true, colorScheme });
    await openBoard(page);

    expect(await labelOf(page, 'Rethinking incident response')).toBe(
      'Rethinking incident response, 10:15–10:45, Great Hall, Björn Müller, Meera Nair, Security and Privacy',
    );
    expect(await axeFindings(page)).toEqual([]);

    // What does not match stays, quietly: it takes its place all the same.
    await page.getByLabel('Find on the board').fill('bjorn muller');
    await page.getByText(/^\d of \d+ sessions of this day stand out/).waitFor();
    expect(await page.locator('.board-block.quiet').count()).toBeGreaterThan(10);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show all' }).click();

    await page.getByRole('button', { name: 'Fri 18 Sept' }).click();
    await block(page, 'Registration desk, day 2').waitFor();
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Time across, rooms down' }).click();
    await block(page, 'Registration desk, day 2').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  },
);

test('a session is moved by mouse to another room and time, and back by undo', async () => {
  const { page } = await openApp({ isDemo: true });
  await openBoard(page);
  const name = 'How a railway operator';
  const before = await labelOf(page, name);
  expect(before).toContain('11:25–11:55, Great Hall');

  const from = await centreOf(block(page, name));
  const above = await centreOf(block(page, 'Explaining internationalised forms'));
  // From 11:25 to 10:50, in the room of the session that begins at 10:15.
  await drag(page, from, {
    x: above.x,
    y: above.y + (from.y - (await centreOf(block(page, 'Rethinking incident'))).y) / 2,
  });
  expect(await page.locator('[data-ghost]').innerText()).toContain('10:50–11:20');
  await page.mouse.up();

  await expect.poll(async () => await labelOf(page, name)).toContain('10:50–11:20, Hall Süd');
  await page.keyboard.press('Control+z');
  await expect.poll(async () => await labelOf(page, name)).toBe(before);

  // Given up, it stays where it was.
  await drag(page, from, above);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  expect(await page.locator('[data-ghost]').count()).toBe(0);
  expect(await labelOf(page, name)).toBe(before);

  // Held over a day's tab, that day comes; dropped there, it stays there, also after the window was closed.
  await drag(page, from, await centreOf(page.getByRole('button', { name: 'Sat 19 Sept' })));
  await page.getByRole('button', { name: 'Sat 19 Sept', pressed: true }).waitFor();
  const coffee = (await block(page, 'Morning coffee, day 3').boundingBox())!;
  await page.mouse.move(coffee.x + 40, coffee.y + coffee.height + 60, { steps: 3 });
  await page.evaluate(async () => await new Promise(requestAnimationFrame));
  await page.mouse.up();
  await block(page, name).waitFor();
  const moved = await labelOf(page, name);
  expect(moved).toContain('Foyer');
  await page.reload();
  await openBoard(page);
  expect(await block(page, name).count()).toBe(0);
  await page.getByRole('button', { name: 'Sat 19 Sept' }).click();
  await block(page, name).waitFor();
  expect(await labelOf(page, name)).toBe(moved);
});

test('while a session is moved its clashes are told, and what the rules forbid is refused with the reason', async () => {
  const { page } = await openApp({ isDemo: true });
  await openBoard(page);
  const name = 'Rethinking incident response';
  const before = await labelOf(page, name);

  await drag(page, await centreOf(block(page, name)), await centreOf(block(page, 'Service design at the')));
  await page.locator('[data-hint]').getByText('Hall Nord is taken by Service design').waitFor();
  // The others light up, and so do the times at which one of its speakers is elsewhere.
  await expect.poll(async () => await page.locator('[data-lit]').count()).toBeGreaterThan(0);
  await expect.poll(async () => await page.locator('[data-forbidden="speaker_overlap"]').count()).toBeGreaterThan(0);
  await page.mouse.up();

  await page.getByText("Not moved: the event's rules forbid it").waitFor();
  await page.getByText(/^Hall Nord is taken by Service design/).waitFor();
  expect(await labelOf(page, name)).toBe(before);

  // A clash that is there lights up on both sides, and can be acknowledged.
  const clashing = page.locator('.board-block.clash-block').first();
  await clashing.hover();
  await expect.poll(async () => await page.locator('[data-lit]').count()).toBe(2);
  await page.getByRole('button', { name: '8 clashes' }).click();
  const list = page.getByRole('dialog', { name: 'Clashes' });
  await expect.poll(async () => await list.getByRole('listitem').count()).toBe(8);
  expect(await axeFindings(page)).toEqual([]);
  await list.getByRole('button', { name: 'It is all right' }).first().click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '7 clashes' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: '7 clashes' }).click();
  await list.getByRole('listitem').last().getByRole('button').first().click();
  await expect.poll(async () => await page.evaluate(() => document.activeElement?.matches('.board-block'))).toBe(true);
});

test('the keyboard walks the board, moves, lengthens, takes off and makes sessions', async () => {
  const { page } = await openApp({ isDemo: true });
  await openBoard(page);
  const name = 'How a railway operator';
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = async (): Promise<string> =>
    await page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? '');

  await block(page, name).focus();
  await press('ArrowUp');
  expect(await focused()).toBe('Free: Great Hall, 11:20–11:25. Enter makes a session here.');
  await press('ArrowUp');
  expect(await focused()).toContain('Supply chain attestation');
  await press('ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft');
  expect(await focused()).toContain(name);

  // Taken up and put down: 35 minutes earlier, two rooms on.
  await press(' ', 'ArrowRight', 'ArrowRight', ...Array.from({ length: 7 }, () => 'ArrowUp'));
  await page.locator('[aria-live="polite"]').getByText('10:50–11:20, Hall Süd').waitFor({ state: 'attached' });
  await press('Enter');
  await expect.poll(async () => await labelOf(page, name)).toContain('10:50–11:20, Hall Süd');
  expect(await focused()).toContain(name);

  await press('Shift+ArrowDown', 'Escape');
  expect(await labelOf(page, name)).toContain('10:50–11:20');
  await press('Shift+ArrowUp', 'ArrowUp', 'Enter');
  await expect.poll(async () => await labelOf(page, name)).toContain('10:50–11:10');

  await press('Delete');
  const tray = page.getByRole('region', { name: 'Unscheduled' });
  await tray.getByRole('button', { name: /^How a railway operator/ }).waitFor();
  await expect.poll(async () => await block(page, name).count()).toBe(0);

  // Where nothing is, Enter makes a session: a name is enough.
  await block(page, 'Rethinking incident response').focus();
  await press('Home', 'Enter');
  await page.getByRole('dialog', { name: 'New session' }).getByLabel('Name').fill('Soundcheck');
  expect(await axeFindings(page)).toEqual([]);
  await press('Enter');
  await block(page, 'Soundcheck').waitFor();
  await expect.poll(async () => await labelOf(page, 'Soundcheck')).toContain('Great Hall');
  await page.getByRole('complementary', { name: 'Session' }).waitFor();
});

test('sessions are lengthened by their edge, made on the board, and dragged from the tray and back', async () => {
  const { page } = await openApp({ isDemo: true });
  await openBoard(page);

  const desk = (await block(page, 'Registration desk, day 1').boundingBox())!;
  const hourPx = desk.height + 2;
  await drag(
    page,
    { x: desk.x + 40, y: desk.y + desk.height - 2 },
    { x: desk.x + 40, y: desk.y + desk.height - 2 + hourPx / 2 },
  );
  await page.mouse.up();
  await expect.poll(async () => await labelOf(page, 'Registration desk, day 1')).toContain('08:00–09:30');

  // Drawn over an empty stretch.
  const lab = (await block(page, 'Planning immutable servers').boundingBox())!;
  await drag(page, { x: lab.x + 40, y: lab.y - hourPx }, { x: lab.x + 40, y: lab.y - hourPx / 2 });
  await page.mouse.up();
  const panel = page.getByRole('dialog', { name: 'New session' });
  await panel.getByLabel('Name').fill('Setting up');
  await panel.getByRole('button', { name: 'Create' }).click();
  await block(page, 'Setting up').waitFor();
  await expect.poll(async () => await labelOf(page, 'Setting up')).toMatch(/^Setting up, 09:15–09:45, Lab 2/);
  await page.getByRole('complementary', { name: 'Session' }).getByRole('button', { name: 'Close' }).click();

  const tray = page.getByRole('region', { name: 'Unscheduled' });
  await tray.getByLabel('Find').fill('river');
  const item = tray.getByRole('button', { name: /river level alerts/ });
  const hall = (await block(page, 'Service design at the').boundingBox())!;
  await drag(page, await centreOf(item), { x: hall.x + 40, y: hall.y - hourPx * 2.5 });
  await page.mouse.up();
  const name = 'A practical guide to river level alerts';
  await block(page, name).waitFor();
  expect(await labelOf(page, name)).toContain('Hall Nord');

  await drag(page, await centreOf(block(page, name)), await centreOf(tray.getByRole('heading')));
  await page.mouse.up();
  await item.waitFor();
  await expect.poll(async () => await block(page, name).count()).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await block(page, name).waitFor();

  // Several selected are moved as one.
  await block(page, name).click({ modifiers: ['Control'] });
  await block(page, 'Software for the long run').click({ modifiers: ['Control'] });
  const both = await Promise.all([labelOf(page, name), labelOf(page, 'Software for the long run')]);
  const grabbed = await centreOf(block(page, name));
  await drag(page, grabbed, { x: grabbed.x, y: grabbed.y - hourPx / 4 });
  await page.mouse.up();
  await expect.poll(async () => await labelOf(page, 'Software for the long run')).toContain('08:45–09:30');
  await page.keyboard.press('Control+z');
  await expect
    .poll(async () => await Promise.all([labelOf(page, name), labelOf(page, 'Software for the long run')]))
    .toEqual(both);
});
