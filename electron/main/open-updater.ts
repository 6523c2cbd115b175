import { Console } from 'node:console';

import { autoUpdater } from 'electron-updater';

import { openLog } from './open-log.ts';
import { followSigned, type UpdateSource } from './signed-provider.ts';
import type { Updater } from './updates.ts';

/** The updater for how the app was installed here, which takes signed metadata alone. */
export function openUpdater(source: UpdateSource, logFile: string): Updater {
  autoUpdater.logger = new Console(openLog(logFile));
  followSigned(autoUpdater, source);
  return autoUpdater;
}
