import { gzipSync } from 'node:zlib';

import type { Browser } from 'playwright-core';

import { benchFolder, startAppHost } from './app-host.ts';

/** The scripts that are sent until the board of the demonstration event is painted, in bytes as gzip makes them. */
export async function measureJavaScript(browser: Browser): Promise<number> {
  const folder = benchFolder();
  const host = await startAppHost(folder.path, '--tenant', 'local', '--demo');
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const bodies: Promise<Buffer>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') bodies.push(response.body());
    });
    await page.goto(host.app);
    await page.locator('.board-block').first().waitFor();
    const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body, { level: 9 }).length);
    await page.close();
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    await host.stop();
    folder.remove();
  }
}
