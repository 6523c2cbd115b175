import type { Browser } from 'playwright-core';

import { openEngine } from '../../../electron/engine/engine.ts';
import { keysInMemory } from '../../../electron/engine/keys-in-memory.ts';
import { silentLogger } from '../../../shared/base/logger.ts';
import type { ScheduleBundle } from '../../../shared/catalog/schedule-bundle.ts';
import { makeDemoEvent } from '../../../shared/demo/demo-event.ts';
import { benchFolder, startAppHost } from './app-host.ts';

const DAY_MS = 24 * 60 * 60_000;
const SIZES = { ours: 25_000, rival: 250 } as const;

/**
 * From starting the browser host to the first painted board, in milliseconds, with 25,000 sessions and with 250. Both have the demonstration event's
 * days, as often as it takes: the board that is painted is the same.
 */
export async function measureColdStart(browser: Browser, { rounds = 7, warmUps = 1 } = {}) {
  const folders = { ours: benchFolder(), rival: benchFolder() };
  const found = { ours: [] as number[], rival: [] as number[] };
  try {
    for (const side of ['ours', 'rival'] as const) await fill(folders[side].path, SIZES[side]);
    for (let round = 0; round < warmUps + rounds; round++) {
      for (const side of round % 2 === 0 ? (['ours', 'rival'] as const) : (['rival', 'ours'] as const)) {
        const elapsedMs = await start(browser, folders[side].path);
        if (round >= warmUps) found[side].push(elapsedMs);
      }
    }
    return found;
  } finally {
    for (const { remove } of Object.values(folders)) remove();
  }
}

async function start(browser: Browser, dataDir: string): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const beginMs = performance.now();
  const host = await startAppHost(dataDir, '--tenant', 'local');
  await page.goto(host.app);
  await page.locator('.board-block').first().waitFor();
  // Painted: the frame after the one in which it stood in the page.
  await page.evaluate(async () => await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const elapsedMs = performance.now() - beginMs;
  await page.close();
  await host.stop();
  return elapsedMs;
}

async function fill(dataDir: string, sessions: number): Promise<void> {
  const engine = await openEngine({
    dataDir,
    tenants: ['local'],
    sync: { upstreams: [], keys: keysInMemory(), intervalMs: 0 },
    logger: silentLogger,
  });
  await engine.service.addSchedule({ id: 'bench', role: 'admin' }, 'local', () => repeated(sessions));
  await engine.close();
}

/** The demonstration event, its days repeated until there are so many sessions. */
function repeated(count: number): ScheduleBundle {
  const { event, catalog, sessions } = makeDemoEvent();
  const { registrations: _, ...kept } = catalog;
  const scheduled = sessions.filter(({ fields }) => fields.start_date !== undefined);
  const days = 3;
  const many = Array.from({ length: count }, (_unused, at) => {
    const { id, fields } = scheduled[at % scheduled.length]!;
    const laterMs = Math.floor(at / scheduled.length) * days * DAY_MS;
    const later = (date: string | undefined) =>
      date === undefined ? {} : new Date(Date.parse(date) + laterMs).toISOString();
    const { code: _code, abstract_id: _abstract, ...plain } = fields;
    return {
      id: `${id}-${at}`,
      fields: { ...plain, start_date: String(later(fields.start_date)), end_date: String(later(fields.end_date)) },
    };
  });
  const lastMs = Date.parse(event.start_date!) + (Math.ceil(count / scheduled.length) * days - 1) * DAY_MS;
  return { event: { ...event, end_date: new Date(lastMs).toISOString().slice(0, 10) }, catalog: kept, sessions: many };
}
