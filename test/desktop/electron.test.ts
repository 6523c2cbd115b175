import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { _electron, type ElectronApplication } from 'playwright-core';
import { expect, onTestFinished, test, vi } from 'vitest';

import { temporaryFolder } from '../support/temporary-folder.ts';

vi.setConfig({ testTimeout: 120_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Electron's own program, where `npm start` has fetched it; it also needs a screen (on a server: xvfb-run). */
function electronBinary(): string | undefined {
  const pathFile = join(root, 'node_modules', 'electron', 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  return join(root, 'node_modules', 'electron', 'dist', readFileSync(pathFile, 'utf8'));
}

const executablePath = electronBinary();
if (executablePath === undefined) console.log('test/desktop/electron.test.ts skipped: no Electron binary');

async function startElectron(userData: string, ...args: string[]): Promise<ElectronApplication> {
  const app = await _electron.launch({
    executablePath: executablePath!,
    args: [root, `--user-data-dir=${userData}`, '--no-sandbox', ...args],
  });
  onTestFinished(async () => await app.close().catch(() => {}));
  return app;
}

test.skipIf(executablePath === undefined)(
  'the built app opens on the first run’s doors, and keeps the demonstration event over a restart',
  async () => {
    const userData = temporaryFolder();
    const first = await startElectron(userData);
    const page = await first.firstWindow();
    await page.getByRole('button', { name: /demonstration/i }).click();
    await page.getByRole('link', { name: 'Schedule' }).waitFor();
    await first.close();

    const again = await (await startElectron(userData)).firstWindow();
    await again.getByRole('link', { name: 'Schedule' }).waitFor();
    expect(again.url()).toContain('app://offstage/');
  },
);

test.skipIf(executablePath === undefined)(
  'a schedule file that the system opens the app with is taken in',
  async () => {
    const userData = temporaryFolder();
    const file = join(userData, 'opened.csv');
    writeFileSync(file, 'Title,Start,Duration\nOpened by the system,2026-09-17T09:00,60\n');
    const page = await (await startElectron(userData, file)).firstWindow();
    const title = page.getByRole('dialog').getByText('Opened by the system').first();
    await title.waitFor();
    expect(await title.isVisible()).toBe(true);
  },
);

test.skipIf(executablePath === undefined)('a page in Electron has no Node, and its engine answers', async () => {
  const page = await (await startElectron(temporaryFolder())).firstWindow();
  expect(await page.evaluate(() => [typeof require, typeof process, Object.keys(window.offstage ?? {})])).toEqual([
    'undefined',
    'undefined',
    ['connect', 'onIntent', 'onUpdate', 'answerUpdate', 'openDataFolder', 'savePdf'],
  ]);
});

test.skipIf(executablePath === undefined)('an engine that is killed is started again', async () => {
  const app = await startElectron(temporaryFolder());
  const page = await app.firstWindow();
  await page.getByRole('button', { name: /demonstration/i }).click();
  await page.getByRole('link', { name: 'Schedule' }).waitFor();
  await app.evaluate(({ app: electronApp }) => {
    const engine = electronApp.getAppMetrics().find(({ type }) => type === 'Utility');
    if (engine !== undefined) process.kill(engine.pid, 'SIGKILL');
  });
  await page.getByRole('link', { name: 'Sessions' }).click();
  await page.getByRole('grid').waitFor();
  expect(await page.getByRole('row').count()).toBeGreaterThan(1);
});
