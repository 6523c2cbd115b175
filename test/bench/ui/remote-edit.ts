import type { Browser } from 'playwright-core';

import { benchFolder, startAppHost } from './app-host.ts';

const EVENT = 'demo-2026';
const KEY = 'bench-key';

/** From an edit at the hub to the changed cell on the screen of an app that is kept in step with it, in milliseconds. */
export async function measureRemoteEdit(browser: Browser, { rounds = 20 } = {}): Promise<number[]> {
  const folders = [benchFolder(), benchFolder()] as const;
  const hub = await startAppHost(folders[0].path, '--tenant', 'hq', '--demo', '--api-key', `${KEY}=admin`);
  const upstream = ['--upstream', hub.url, '--upstream-tenant', 'hq', '--upstream-key', KEY, '--event', EVENT];
  const app = await startAppHost(folders[1].path, '--tenant', 'local', ...upstream);
  const headers = { authorization: KEY, 'content-type': 'application/json' };
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(app.app);
    await page.waitForURL(/#\/schedule/);
    await page.evaluate(() => (location.hash = '#/sessions'));
    const firstName = page.getByRole('row').nth(1).getByRole('gridcell').nth(3);
    await firstName.filter({ hasText: /\w/ }).waitFor();
    const name = (await firstName.textContent())?.trim();
    const answer = await fetch(`${hub.url}/sessions/hq/event/${EVENT}?fields=id,name`, { headers });
    const { Items } = (await answer.json()) as { Items: { id: string; name: string }[] };
    const id = Items.find((item) => item.name === name)?.id;
    if (id === undefined) throw new Error(`The hub has no session named ${name}.`);

    const elapsedMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const changed = `Changed ${round}`;
      const seen = page.evaluate(
        async (text) =>
          await new Promise<number>((resolve) => {
            const look = (): void => {
              const isThere = [...document.querySelectorAll('[role=gridcell]')].some(
                (cell) => cell.textContent?.trim() === text,
              );
              if (isThere) resolve(performance.timeOrigin + performance.now());
              else requestAnimationFrame(look);
            };
            look();
          }),
        changed,
      );
      const beginMs = performance.timeOrigin + performance.now();
      const body = JSON.stringify([{ op: 'replace', path: '/name', value: changed }]);
      await fetch(`${hub.url}/sessions/hq/${id}`, { method: 'PATCH', headers, body });
      elapsedMs.push((await seen) - beginMs);
    }
    await page.close();
    return elapsedMs;
  } finally {
    await app.stop();
    await hub.stop();
    for (const { remove } of folders) remove();
  }
}
