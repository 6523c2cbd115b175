import { readFileSync, writeFileSync } from 'node:fs';

import type { AppUpdater } from 'electron-updater';
import { CancellationToken } from 'electron-updater/out/types.js';

import type { UpdateRequest, UpdateState } from '../../shared/rpc/desktop.ts';

/** What is used of electron-updater's updater. */
export type Updater = Pick<
  AppUpdater,
  'autoDownload' | 'autoInstallOnAppQuit' | 'checkForUpdates' | 'downloadUpdate' | 'quitAndInstall' | 'on'
>;

export interface UpdateOptions {
  /** Where the version is kept that was declined: it is not offered again by itself. */
  declinedFile: string;
  tell(update: UpdateState): void;
  /** Closes everything that writes, then leaves by `leave`. */
  leave(leave: () => void): Promise<void>;
  /** Starts the app again: what was closed for an installation that failed is open again. */
  restart(): void;
}

/** Newer versions of the app: looked for, told, and installed when a person says so. */
export interface Updates {
  /** Looks for a newer version. Without a network there is none, which is nothing to tell. */
  check(): Promise<void>;
  take(request: UpdateRequest): void;
}

export function createUpdates(updater: Updater, options: UpdateOptions): Updates {
  // On site a network can be slow or dear: nothing is fetched that nobody asked for, and nothing changes behind anybody's back.
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;

  let update: UpdateState | undefined;
  let fetching = new CancellationToken();
  const become = (next: UpdateState): void => {
    update = next;
    options.tell(next);
  };
  updater.on('download-progress', ({ percent }) => {
    if (update?.state === 'fetching') become({ ...update, share: percent / 100 });
  });
  updater.on('error', () => {
    // What fails while it looks or fetches is told by its call, too; a failed installation only here, with the engine closed already.
    if (update?.state === 'installing') options.restart();
  });

  async function check(): Promise<void> {
    if (update?.state === 'fetching' || update?.state === 'installing') return;
    try {
      const found = await updater.checkForUpdates();
      if (found?.isUpdateAvailable !== true) return;
      const { version } = found.updateInfo;
      become({ state: 'available', version, isDeclined: version === declined(options.declinedFile) });
    } catch {
      // The updater has written it into its log; the next look may find more.
    }
  }

  async function install(version: string): Promise<void> {
    const attempt = new CancellationToken();
    fetching = attempt;
    become({ state: 'fetching', version, share: 0 });
    try {
      await updater.downloadUpdate(attempt);
    } catch (error) {
      // Given up by the person, it stands as declined already.
      if (attempt.cancelled) return;
      become({ state: 'failed', version, reason: error instanceof Error ? error.message : String(error) });
      return;
    }
    become({ state: 'installing', version });
    await options.leave(() => updater.quitAndInstall(true, true));
  }

  return {
    check,
    take(request) {
      if (update === undefined) return;
      const { version } = update;
      if (request === 'state') options.tell(update);
      else if (request === 'decline') {
        if (update.state === 'installing') return;
        fetching.cancel();
        writeFileSync(options.declinedFile, version);
        become({ state: 'available', version, isDeclined: true });
      } else if (update.state === 'available' || update.state === 'failed') {
        void install(version);
      }
    },
  };
}

function declined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // None was declined yet.
    return undefined;
  }
}
