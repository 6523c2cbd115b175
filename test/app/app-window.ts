import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, expect, onTestFinished } from 'vitest';
import type { App } from 'vue';

import { startBuiltHub, type HubProcess } from '../support/hub-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { copyDemo } from './demo-folder.ts';
import { chromiumOptions } from './find-chromium.ts';

export interface AppWindow {
  page: Page;
  /** The host: a built hub that serves the app. */
  hub: HubProcess;
  /** Opens another window of the same app: a second person at the same machine. */
  another(): Promise<Page>;
}

export interface AppWindowOptions {
  /** The data folder; a new one where none is given. */
  dataDir?: string;
  /** The demonstration event is there. */
  isDemo?: boolean;
  /** Flags of the hub beside `--data`, `--tenant local` and `--app`. */
  flags?: readonly string[];
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
  language?: string;
}

let browser: Browser | undefined;

/** One browser serves all tests of a file. */
async function openBrowser(): Promise<Browser> {
  browser ??= await chromium.launch(chromiumOptions());
  return browser;
}

afterAll(async () => {
  await browser?.close();
  browser = undefined;
});

/**
 * Starts the browser host on a free port and opens the app in a real Chromium, as `npm start` does. When the test ends, any error or warning
 * that stood in the console fails it.
 */
export async function openApp(options: AppWindowOptions = {}): Promise<AppWindow> {
  const dataDir = options.dataDir ?? temporaryFolder();
  if (options.isDemo === true) copyDemo(dataDir);
  const hub = await startBuiltHub('--data', dataDir, '--tenant', 'local', '--app', ...(options.flags ?? []));
  const another = async (): Promise<Page> => await openWindow(hub, options);
  return { page: await another(), hub, another };
}

async function openWindow(hub: HubProcess, options: AppWindowOptions): Promise<Page> {
  const { app } = hub.ready;
  if (app === undefined) throw new Error('The hub serves no app.');
  const context = await (
    await openBrowser()
  ).newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.colorScheme ?? 'light',
    locale: options.language ?? 'en-GB',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  // A machine that is busy with other tests is slow, and not wrong.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  onTestFinished(async () => {
    await context.close();
    expect(complaints.filter((text) => !isOfNetwork(text))).toEqual([]);
  });
  await page.goto(app);
  await firstScreen(page);
  return page;
}

/** Waits until the first screen of a load stands: before that the router takes its own address for the last word. */
export async function firstScreen(page: Page): Promise<void> {
  await page.waitForURL(/#\/(schedule|welcome)/);
  await page.locator('#app h1, #app h2').first().waitFor({ state: 'attached' });
}

/** What Chromium itself says of a host that is away: tests that stop it cannot avoid it, and no page can. */
function isOfNetwork(text: string): boolean {
  return /WebSocket connection to .* failed|net::ERR_CONNECTION_REFUSED/.test(text);
}

/** Goes to a screen by its address and waits until it is drawn: an address alone changes before the screen that it names has come. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(async (hash) => {
    if (location.hash === hash) return;
    const { __vue_app__: app } = document.querySelector('#app') as Element & { __vue_app__: App };
    const { $router: router } = app.config.globalProperties;
    const isThere = new Promise<void>((resolve) => {
      const stop = router.afterEach(() => {
        stop();
        resolve();
      });
    });
    location.hash = hash;
    await isThere;
  }, `#${path}`);
}

/** Every finding of axe on the page as it is, by rule and place. */
export async function axeFindings(page: Page): Promise<string[]> {
  // The pages have no frames: without the mode for one document alone, each run opens a window to put the frames' findings together.
  // Places are only worked out for what is found: to name all that passes takes longer than to look.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}
