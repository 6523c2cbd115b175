// `npm run screenshots`: takes a picture of every screen with the demonstration event, in both themes and two widths, into docs/screens.
// `npm run screenshots -- --import FILE --out DIR` does it with another schedule, elsewhere.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { chromium, type Page } from 'playwright-core';

import { chromiumOptions } from './find-chromium.ts';
import { screens } from './screens.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { import: { type: 'string' }, out: { type: 'string' } } });
const out = values.out ?? join(root, 'docs', 'screens');

/** What a screen alone does not show. */
const scenes: { name: string; path: string; prepare?: (page: Page) => Promise<void> }[] = [
  ...screens,
  {
    name: 'editor',
    path: '/sessions',
    async prepare(page) {
      await page.getByRole('grid').getByRole('row').nth(3).dblclick();
      await page.waitForTimeout(800);
    },
  },
  {
    name: 'palette',
    path: '/schedule',
    async prepare(page) {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('open');
    },
  },
];

const dataDir = mkdtempSync(join(tmpdir(), 'offstage-screens-'));
const source = values.import === undefined ? ['--demo'] : ['--import', values.import];
const hub = spawn(
  process.execPath,
  [join(root, 'out', 'hub.js'), '--data', dataDir, '--tenant', 'local', '--app', '--port', '0', ...source],
  { stdio: ['ignore', 'pipe', 'ignore'] },
);
try {
  const line = await new Promise<string>((resolve) => createInterface({ input: hub.stdout }).once('line', resolve));
  const { app } = JSON.parse(line) as { app: string };
  mkdirSync(out, { recursive: true });
  const browser = await chromium.launch(chromiumOptions());
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 1024]) {
      const viewport = { width, height: width === 1440 ? 900 : 768 };
      const page = await browser.newPage({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' });
      await page.goto(app);
      await page.getByRole('navigation').first().waitFor();
      for (const { name, path, prepare } of scenes) {
        await page.evaluate((hash) => (location.hash = hash), `#${path}`);
        await page.waitForTimeout(1_000);
        await prepare?.(page);
        await page.screenshot({ path: join(out, `${name}-${colorScheme}-${width}.png`) });
        await page.keyboard.press('Escape');
      }
      await page.close();
    }
  }
  await browser.close();
  console.log(`The screens are in ${out}.`);
} finally {
  hub.kill('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
}
