import { describe, expect, test, vi } from 'vitest';

import { axeFindings, goTo, openApp } from './app-window.ts';
import { screens } from './screens.ts';

vi.setConfig({ testTimeout: 120_000 });

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test('axe finds nothing on any screen, nor in the editor, and nothing is wider than the window', async () => {
    const { page } = await openApp({ isDemo: true, colorScheme, width: 1024, height: 768 });
    await page.getByRole('navigation').first().waitFor();
    const found: Record<string, string[]> = {};
    for (const { name, path } of screens) {
      await goTo(page, path);
      await page.getByRole('heading').first().waitFor({ state: 'attached' });
      await page.waitForTimeout(500);
      found[name] = await axeFindings(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) found[name].push(`${overflow} px wider than the window`);
    }
    await goTo(page, '/sessions?session=new');
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    found['editor'] = await axeFindings(page);
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
  });
});

test('every screen can be used at 768 px and at twice its size', async () => {
  // Twice the size on a screen of 1440 px is a window of 720 px.
  for (const width of [768, 720]) {
    const { page } = await openApp({ isDemo: true, width, height: 600 });
    await page.getByRole('navigation').first().waitFor();
    for (const { name, path } of screens) {
      await goTo(page, path);
      await page.waitForTimeout(300);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect([width, name, overflow]).toEqual([width, name, 0]);
    }
  }
});
