import { fileURLToPath } from 'node:url';

import { fullestDay } from './board/fullest-day.ts';
import { measureInPages, workOf, type Side } from './measure-in-pages.ts';

/** What one round cost a board, in milliseconds of the main thread or, to open, until it was painted. */
interface Round {
  openMs: number;
  dragMs: number;
  longestFrameMs: number;
}

const folder = fileURLToPath(new URL('board', import.meta.url));

/** How far a session is dragged, in pixels, and by how many moves of the mouse. */
const ACROSS_PX = 600;
const DOWN_PX = 120;
const STEPS = 20;

/**
 * The board of the fullest day against event-calendar's view of resources, in turns, each in a page of its own, with the same rooms, hours, widths and
 * sessions. The drag goes from the press to the last move; ours tells clashes meanwhile.
 */
export async function measureBoard(): Promise<{ name: string; sessions: number; ours: Round[]; rival: Round[] }> {
  const { name, day } = fullestDay();
  const measured = await measureInPages(
    folder,
    'boardDrive',
    (source) => source.startsWith('@event-calendar/'),
    async (side) => await measureRound(side, day),
  );
  return { name, sessions: day.sessions.length, ...measured };
}

async function measureRound({ page, session }: Side, day: ReturnType<typeof fullestDay>['day']): Promise<Round> {
  await page.evaluate((inHand) => window.boardDrive.prepare(inHand), day);
  const openMs = await page.evaluate(async () => await window.boardDrive.open());
  const { x, y } = await page.evaluate(() => window.boardDrive.grip());
  await page.mouse.move(x, y);
  await page.evaluate(() => window.boardDrive.watchFrames());
  const dragMs = await workOf(session, async () => {
    await page.mouse.down();
    for (let step = 1; step <= STEPS; step++) {
      await page.mouse.move(x + (ACROSS_PX * step) / STEPS, y + (DOWN_PX * step) / STEPS);
      // As a hand does, at most once a frame.
      await page.evaluate(async () => await new Promise(requestAnimationFrame));
    }
  });
  const longestFrameMs = await page.evaluate(async () => await window.boardDrive.longestFrameMs());
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await page.evaluate(() => window.boardDrive.close());
  return { openMs, dragMs, longestFrameMs };
}
