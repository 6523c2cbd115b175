import { fileURLToPath } from 'node:url';

import { measureInPages, workOf, type Side } from './measure-in-pages.ts';

/** What one round cost a table, in milliseconds of the main thread or, to open, until it was painted. */
interface Round {
  openMs: number;
  scrollMs: number;
  keystrokeMs: number;
  longestFrameMs: number;
}

const folder = fileURLToPath(new URL('table', import.meta.url));

/** Some of the last rows are only reached where every row in between was to be drawn. */
const STEPS = 30;
const TYPED = 'garden muller';

/** A person looks at a table before they scroll it: what opening it leaves to do, on either side, is none of the scrolling's cost. In milliseconds. */
const LOOK_MS = 1_000;

/**
 * The Sessions table of 25,000 against PrimeVue's DataTable with virtual scroll, in turns, each in a page of its own. Both sort by begin and search name,
 * code, speakers and rooms; ours without regard to accents, and with the marks of sync and clashes.
 */
export async function measureTable(): Promise<{ ours: Round[]; rival: Round[] }> {
  return await measureInPages(folder, 'drive', (source) => /^(primevue|@primeuix)\//.test(source), measureRound);
}

async function measureRound({ page, session }: Side): Promise<Round> {
  const openMs = await page.evaluate(async () => await window.drive.open());
  await page.waitForTimeout(LOOK_MS);
  let longestFrameMs = 0;
  const scrollMs = await workOf(session, async () => {
    longestFrameMs = await page.evaluate(async (steps) => await window.drive.scroll(steps), STEPS);
  });
  const typingMs = await workOf(session, async () => {
    for (let length = 1; length <= TYPED.length; length++) {
      await page.evaluate(async (text) => await window.drive.type(text), TYPED.slice(0, length));
    }
  });
  await page.evaluate(() => window.drive.close());
  return { openMs, scrollMs, keystrokeMs: typingMs / TYPED.length, longestFrameMs };
}
