import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

import type * as Electron from 'electron';

export const APP_SCHEME = 'app';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** As strict as the browser host's; the bridge is a message port, so that pages connect to nothing at all. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the renderer's own files under `app://offstage/`, and nothing outside of their folder. */
export function serveRenderer(protocol: Electron.Protocol, folder: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const url = URL.parse(request.url);
    const path = url?.host === 'offstage' ? fileFor(folder, url.pathname) : undefined;
    const contentType = path === undefined ? undefined : contentTypes[extname(path)];
    if (path === undefined || contentType === undefined) return new Response(null, { status: 404 });
    try {
      return new Response(new Uint8Array(await readFile(path)), {
        headers: {
          'content-type': contentType,
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
        },
      });
    } catch {
      // There is no such file.
      return new Response(null, { status: 404 });
    }
  });
}

/** The file of an address, if it lies within the folder. */
function fileFor(folder: string, pathname: string): string | undefined {
  try {
    const path = normalize(join(folder, decodeURIComponent(pathname)));
    return path.startsWith(folder + sep) ? path : undefined;
  } catch {
    // Not an encoded text.
    return undefined;
  }
}
