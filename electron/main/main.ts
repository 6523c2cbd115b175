import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as electron from 'electron';

import { runDesktop } from './desktop-app.ts';

// A release is built with both; what somebody builds for themselves is not replaced by what others publish. A release workflow hands over what it
// lacks as an empty text.
const url: string | undefined = import.meta.env['MAIN_VITE_UPDATE_URL'];
const publicKey: string | undefined = import.meta.env['MAIN_VITE_UPDATE_KEY'];

const besideThis = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

void runDesktop(
  electron,
  { engine: besideThis('engine.js'), preload: besideThis('preload.cjs'), renderer: besideThis('renderer') },
  !url || !publicKey
    ? undefined
    : async () => {
        // The window does not wait for it.
        const { openUpdater } = await import('./open-updater.ts');
        return openUpdater({ url, publicKey }, join(electron.app.getPath('logs'), 'updates.log'));
      },
);
