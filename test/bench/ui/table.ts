import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import { chromium, type CDPSession, type Page } from 'playwright-core';
import { build, type Plugin } from 'vite';

import { chromiumOptions } from '../../app/find-chromium.ts';

/** What one round cost a table, in milliseconds of the main thread or, to open, until it was painted. */
interface Round {
  openMs: number;
  scrollMs: number;
  keystrokeMs: number;
  longestFrameMs: number;
}

const folder = fileURLToPath(new URL('table', import.meta.url));
const rivals = fileURLToPath(new URL('../rivals/package.json', import.meta.url));

/** Finds the rival where the rivals are installed, apart from what Offstage is made of. */
const fromRivals: Plugin = {
  name: 'from-rivals',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!/^(primevue|@primeuix)\//.test(source) || importer?.startsWith(folder) !== true) return null;
    return await this.resolve(source, rivals);
  },
};

/** Some of the last rows are only reached where every row in between was to be drawn. */
const STEPS = 30;
const TYPED = 'garden muller';

/**
 * The Sessions table of 25,000 against PrimeVue's DataTable with virtual scroll, in turns, each in a page of its own. Both sort by begin and search name,
 * code, speakers and rooms; ours without regard to accents, and with the marks of sync and clashes.
 */
export async function measureTable({ rounds = 7, warmUps = 2 } = {}): Promise<{ ours: Round[]; rival: Round[] }> {
  const outDir = mkdtempSync(join(tmpdir(), 'offstage-bench-ui-'));
  await build({
    configFile: false,
    root: folder,
    logLevel: 'warn',
    plugins: [vue(), tailwindcss(), fromRivals],
    // Both sides run on the same Vue.
    resolve: { dedupe: ['vue'] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome130',
      rolldownOptions: { input: [join(folder, 'ours.html'), join(folder, 'rival.html')] },
    },
  });
  const server = await serve(outDir);
  const browser = await chromium.launch(chromiumOptions());
  try {
    const open = async (name: string) => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
      page.setDefaultTimeout(60_000);
      page.on('pageerror', (error) => process.stderr.write(`${name}: ${String(error)}\n`));
      await page.goto(`${server.url}/${name}.html`);
      await page.waitForFunction(() => 'drive' in window);
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable');
      return { page, session };
    };
    const sides = { ours: await open('ours'), rival: await open('rival') };
    const found = { ours: [] as Round[], rival: [] as Round[] };
    for (let round = 0; round < warmUps + rounds; round++) {
      const order = round % 2 === 0 ? (['ours', 'rival'] as const) : (['rival', 'ours'] as const);
      for (const side of order) {
        const cost = await measureRound(sides[side].page, sides[side].session);
        if (round >= warmUps) found[side].push(cost);
      }
    }
    return found;
  } finally {
    await browser.close();
    server.close();
    rmSync(outDir, { recursive: true });
  }
}

async function measureRound(page: Page, session: CDPSession): Promise<Round> {
  await page.bringToFront();
  const openMs = await page.evaluate(async () => await window.drive.open());
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

/** What the page's main thread worked meanwhile, in milliseconds: a clock on the wall would count the waiting for the next frame, too. */
async function workOf(session: CDPSession, action: () => Promise<void>): Promise<number> {
  const read = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const before = await read();
  await action();
  return (await read()) - before;
}

async function serve(root: string): Promise<{ url: string; close: () => void }> {
  const types: Readonly<Record<string, string>> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  const server = createServer((request, response) => {
    const path = join(root, new URL(request.url ?? '/', 'http://localhost').pathname);
    readFile(path).then(
      (bytes) => response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}
