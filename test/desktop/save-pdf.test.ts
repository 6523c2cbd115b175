import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { firstWindow, startDesktop } from '../support/start-desktop.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('what a window would print', () => {
  test('is saved as a PDF where the person says, under a name that every system takes', async () => {
    const saveTo = join(temporaryFolder(), 'day.pdf');
    const standIn = await startDesktop({ saveTo });
    const window = firstWindow(standIn);
    const name = 'Conf/2026: “A” <b>\u0000 – Day by room';
    expect(await standIn.invoke(window, 'offstage:save-pdf', name)).toBe('saved');
    expect(standIn.saveDialogs).toEqual(['Conf 2026  “A”  b  – Day by room.pdf']);
    expect(readFileSync(saveTo, 'utf8')).toBe('%PDF-');
    expect(window.webContents.printed).toMatchObject([{ preferCSSPageSize: true }]);
  });

  test('is saved nowhere where the person gives it up, or another page asks', async () => {
    const standIn = await startDesktop();
    const window = firstWindow(standIn);
    expect(await standIn.invoke(window, 'offstage:save-pdf', 'Day')).toBe('cancelled');
    expect(standIn.saveDialogs).toEqual(['Day.pdf']);
    for (const frame of [{ url: 'https://example.org/', parent: null }, { url: window.url, parent: {} }, null]) {
      expect(await standIn.invoke(window, 'offstage:save-pdf', 'Day', frame)).toBe('cancelled');
    }
    expect(standIn.saveDialogs).toEqual(['Day.pdf']);
    expect(window.webContents.printed).toEqual([]);
  });

  test('that cannot be written says why', async () => {
    const standIn = await startDesktop({ saveTo: join(temporaryFolder(), 'no such folder', 'day.pdf') });
    const answer = await standIn.invoke(firstWindow(standIn), 'offstage:save-pdf', 7);
    expect(answer).toMatchObject({ failed: 'internal', why: expect.stringContaining('ENOENT') as string });
    expect(standIn.saveDialogs).toEqual(['Offstage.pdf']);
  });
});
