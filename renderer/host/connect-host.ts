import type { DesktopWindow } from '../../shared/rpc/desktop.ts';
import { connectBrowser } from './connect-browser.ts';
import { connectDesktop } from './connect-desktop.ts';
import type { Host } from './host.ts';

declare global {
  interface Window {
    /** What the desktop app's preload script gives to the page; a browser has none. */
    offstage?: DesktopWindow;
  }
}

/** The way to the engine, wherever this page runs. */
export function connectHost(): Host {
  return window.offstage === undefined ? connectBrowser() : connectDesktop(window.offstage);
}
