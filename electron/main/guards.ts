import type * as Electron from 'electron';

import { APP_ORIGIN } from '../../shared/rpc/desktop.ts';

/** Where a link may lead: out of the app, to the system's own programs. */
const OUTSIDE: ReadonlySet<string> = new Set(['https:', 'http:', 'mailto:']);

/** Keeps a page where it is: it cannot go elsewhere, open windows, or hold other pages. Links open in the system's browser. */
export function guardContents({ shell }: typeof Electron, contents: Electron.WebContents): void {
  contents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const { protocol } = URL.parse(url) ?? {};
    if (protocol !== undefined && OUTSIDE.has(protocol)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

/** Whether a frame is the app's own page, in a window of its own: nobody else is answered. */
export function isOwnPage(frame: Electron.WebFrameMain | null): boolean {
  return frame !== null && frame.parent === null && frame.url.startsWith(`${APP_ORIGIN}/`);
}

/** Denies every permission that a page can ask for: camera, place, notifications and all others. */
export function guardSession(session: Electron.Session): void {
  session.setPermissionRequestHandler((_, __, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}
