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
import { installRivals } from '../load-rival.ts';

/** A side of a comparison, in a page of its own that is ready to be driven. */
export interface Side {
  page: Page;
  session: CDPSession;
}

const rivals = fileURLToPath(new URL('../rivals/package.json', import.meta.url));

/**
 * Builds the pages `ours.html` and `rival.html` of a folder, which are ready when their window has what `handle` names, and measures both sides in turns, each in its page: the rounds after the first, which only
 * warm up. Packages that `isRivals` names are found where the rivals are installed, apart from what Offstage is made of.
 */
export async function measureInPages<Round>(
  folder: string,
  handle: string,
  isRivals: (source: string) => boolean,
  measureRound: (side: Side) => Promise<Round>,
  { rounds = 7, warmUps = 2 } = {},
): Promise<{ ours: Round[]; rival: Round[] }> {
  installRivals();
  const outDir = mkdtempSync(join(tmpdir(), 'offstage-bench-ui-'));
  const fromRivals: Plugin = {
    name: 'from-rivals',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!isRivals(source) || importer?.startsWith(folder) !== true) return null;
      return await this.resolve(source, rivals);
    },
  };
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
    const open = async (name: string): Promise<Side> => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
      page.setDefaultTimeout(60_000);
      page.on('pageerror', (error) => process.stderr.write(`${name}: ${String(error)}\n`));
      await page.goto(`${server.url}/${name}.html`);
      await page.waitForFunction((name) => name in window, handle);
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable');
      return { page, session };
    };
    const sides = { ours: await open('ours'), rival: await open('rival') };
    const found = { ours: [] as Round[], rival: [] as Round[] };
    for (let round = 0; round < warmUps + rounds; round++) {
      const order = round % 2 === 0 ? (['ours', 'rival'] as const) : (['rival', 'ours'] as const);
      for (const side of order) {
        await sides[side].page.bringToFront();
        const cost = await measureRound(sides[side]);
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

/** What the page's main thread worked meanwhile, in milliseconds: a clock on the wall would count the waiting for the next frame, too. */
export async function workOf(session: CDPSession, action: () => Promise<void>): Promise<number> {
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
