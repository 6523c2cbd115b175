// `npm run screenshots`: takes a picture of every screen with the demonstration event, in both themes and two widths, into docs/screens.
// `npm run screenshots -- --import FILE --out DIR` does it with another schedule, elsewhere.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { chromium, type Browser, type Page } from 'playwright-core';

import { chromiumOptions } from './find-chromium.ts';
import { screens } from './screens.ts';

/** One picture: where, and what a person does there first. */
interface Scene {
  name: string;
  path: string;
  prepare?: (page: Page) => Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { import: { type: 'string' }, out: { type: 'string' } } });
const out = values.out ?? join(root, 'docs', 'screens');
const source = values.import === undefined ? ['--demo'] : ['--import', values.import];

const scenes: readonly Scene[] = [
  ...screens.filter(({ name }) => name !== 'now'),
  {
    name: 'now',
    path: '/now',
    async prepare(page) {
      // Where it is not on today, a late morning of it is looked at.
      const days = page.getByRole('main').getByRole('button', { name: /^\w{3} \d/ });
      if ((await days.count()) === 0) return;
      await days.nth(-2).click();
      for (let quarter = 0; quarter < 12; quarter++) await page.keyboard.press('Shift+ArrowRight');
    },
  },
  {
    name: 'editor',
    path: '/sessions',
    async prepare(page) {
      await page.getByRole('row').nth(6).dblclick();
      await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
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

const started: { process: ChildProcess; dataDir: string }[] = [];

async function startHub(...flags: string[]): Promise<{ url: string; app: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'offstage-screens-'));
  const common = ['--data', dataDir, '--port', '0', '--app', '--log-level', 'error'];
  const hub = spawn(process.execPath, [join(root, 'out', 'hub.js'), ...common, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push({ process: hub, dataDir });
  const line = await new Promise<string>((resolve) => createInterface({ input: hub.stdout }).once('line', resolve));
  return JSON.parse(line) as { url: string; app: string };
}

async function takePictures(browser: Browser, app: string, wanted: readonly Scene[]): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 1024]) {
      const viewport = { width, height: width === 1440 ? 900 : 768 };
      const page = await browser.newPage({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' });
      await page.goto(app);
      await page.waitForURL(/#\/(schedule|welcome)/);
      await page.getByRole('navigation').first().waitFor();
      for (const { name, path, prepare } of wanted) {
        await page.evaluate((hash) => (location.hash = hash), `#${path}`);
        await page.waitForTimeout(1_000);
        await prepare?.(page);
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(out, `${name}-${colorScheme}-${width}.png`) });
        await page.keyboard.press('Escape');
      }
      await page.close();
    }
  }
}

/** An app that is kept in step with a headquarters, with a session that was changed on both sides, and a few that wait. */
async function startWithConflict(): Promise<string> {
  const key = 'screens';
  const hub = await startHub('--tenant', 'hq', '--api-key', `${key}=admin`, '--demo');
  const upstream = ['--upstream', hub.url, '--upstream-tenant', 'hq', '--upstream-key', key, '--event', 'demo-2026'];
  const app = await startHub('--tenant', 'local', '--api-key', `${key}=admin`, '--sync-interval', '0', ...upstream);
  const call = async (url: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = { authorization: key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return await answer.json();
  };
  const rename = (name: string, location: string) => [
    { op: 'replace', path: '/name', value: name },
    { op: 'add', path: '/location', value: location },
  ];
  await call(app.url, 'POST', '/-/local/sync');
  const there = (await call(hub.url, 'GET', '/sessions/hq/event/demo-2026?fields=id,name')) as {
    Items: { id: string; name: string }[];
  };
  const here = (await call(app.url, 'GET', '/sessions/local/event/demo-2026?fields=id,name')) as typeof there;
  const [session, ...others] = here.Items;
  const same = there.Items.find(({ name }) => name === session?.name);
  await call(app.url, 'PATCH', `/sessions/local/${session?.id}`, rename(`${session?.name} (moved)`, 'Winter Garden'));
  await call(hub.url, 'PATCH', `/sessions/hq/${same?.id}`, rename(`${session?.name}, part 2`, 'Foyer'));
  await call(app.url, 'POST', '/-/local/sync');
  for (const { id } of others.slice(0, 4)) {
    await call(app.url, 'PATCH', `/sessions/local/${id}`, [{ op: 'add', path: '/location', value: 'Side entrance' }]);
  }
  return app.app;
}

const browser = await chromium.launch(chromiumOptions());
try {
  mkdirSync(out, { recursive: true });
  await takePictures(browser, (await startHub('--tenant', 'local', ...source)).app, scenes);
  await takePictures(browser, await startWithConflict(), [{ name: 'conflict', path: '/sync' }]);
  console.log(`The screens are in ${out}.`);
} finally {
  await browser.close();
  for (const { process: hub, dataDir } of started) {
    hub.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
}
