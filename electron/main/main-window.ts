import type * as Electron from 'electron';

import { APP_ORIGIN, desktopChannels, type Intent } from '../../shared/rpc/desktop.ts';
import { mendPage } from './mend-page.ts';
import type { WindowState } from './window-state.ts';

/** The one window of the app. */
export interface MainWindow {
  /** Brings the window to the front, and opens it where it was closed. */
  show(): void;
  /** Tells the page what the person asks for, as soon as it can hear. */
  ask(intent: Intent): void;
  /** Tells the page that is open; one that opens later asks by itself. */
  tell(channel: string, message: unknown): void;
}

export function createMainWindow(electron: typeof Electron, preload: string, state: WindowState): MainWindow {
  let window: Electron.BrowserWindow | undefined;
  /** The page that listens; a window that still loads would lose what it is told. */
  let page: Electron.WebContents | undefined;
  const waiting: Intent[] = [];

  function open(): void {
    const opened = createWindow(electron, preload, state.bounds());
    window = opened;
    state.follow(opened);
    opened.on('closed', () => {
      window = undefined;
      page = undefined;
    });
    mendPage(electron, opened);
    opened.webContents.on('render-process-gone', () => (page = undefined));
    opened.webContents.on('did-finish-load', () => {
      page = opened.webContents;
      for (const intent of waiting.splice(0)) page.send(desktopChannels.intent, intent);
    });
    void opened.loadURL(`${APP_ORIGIN}/index.html`);
  }

  return {
    show() {
      if (window === undefined) open();
      else if (window.isMinimized()) window.restore();
      window?.focus();
    },
    ask(intent) {
      if (page === undefined) waiting.push(intent);
      else page.send(desktopChannels.intent, intent);
    },
    tell: (channel, message) => page?.send(channel, message),
  };
}

function createWindow(
  { BrowserWindow }: typeof Electron,
  preload: string,
  bounds: Partial<Electron.Rectangle>,
): Electron.BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    ...bounds,
    minWidth: 768,
    minHeight: 560,
    show: false,
    webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
  });
  window.once('ready-to-show', () => window.show());
  return window;
}
