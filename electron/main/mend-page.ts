import type * as Electron from 'electron';

import { wordsFor } from './words.ts';

/** A page that ends again within this time is told, and the person decides; in milliseconds. */
const MINUTE_MS = 60_000;

/**
 * Loads the page of a window anew when its process ends, and offers to when the page does not answer: what was saved is with the engine, and what
 * was typed is kept as drafts. A page that ends again within a minute is told in a dialog.
 */
export function mendPage({ app, dialog }: typeof Electron, window: Electron.BrowserWindow): void {
  const { webContents: page } = window;
  let endedAt = -Infinity;
  let asking: AbortController | undefined;

  async function ended({ reason, exitCode }: Electron.RenderProcessGoneDetails): Promise<void> {
    if (window.isDestroyed()) return;
    const now = Date.now();
    const isAgain = now - endedAt < MINUTE_MS;
    endedAt = now;
    if (isAgain) {
      const t = wordsFor(app);
      const { response } = await dialog.showMessageBox(window, {
        type: 'error',
        title: 'Offstage',
        message: t('desktop.page.ended'),
        detail: `${t('desktop.page.kept')}\n\n${t('desktop.page.why', { reason, code: `${exitCode}` })}`,
        buttons: [t('desktop.page.loadAnew'), t('desktop.crash.quit')],
        cancelId: 1,
      });
      if (response === 1) {
        app.quit();
        return;
      }
    }
    if (!window.isDestroyed()) page.reload();
  }

  async function hangs(): Promise<void> {
    if (asking !== undefined) return;
    const t = wordsFor(app);
    asking = new AbortController();
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      title: 'Offstage',
      message: t('desktop.page.hangs'),
      detail: t('desktop.page.kept'),
      buttons: [t('desktop.page.wait'), t('desktop.page.loadAnew')],
      cancelId: 0,
      signal: asking.signal,
    });
    asking = undefined;
    if (response === 0 || window.isDestroyed()) return;
    // This end is wanted: it counts for nothing, and the page is loaded anew after it.
    endedAt = -Infinity;
    page.forcefullyCrashRenderer();
  }

  page.on('unresponsive', () => void hangs());
  page.on('responsive', () => asking?.abort());
  page.on('render-process-gone', (_, details) => {
    asking?.abort();
    // Electron itself can go down when a page is loaded anew while its end is still being told (electron/electron#51900).
    if (details.reason !== 'clean-exit') setImmediate(() => void ended(details));
  });
}
