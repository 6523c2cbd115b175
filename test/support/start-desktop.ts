import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { onTestFinished, vi } from 'vitest';

import { runDesktop } from '../../electron/main/desktop-app.ts';
import type { Updater } from '../../electron/main/updates.ts';
import type { Bridge } from '../../shared/rpc/contract.ts';
import { createElectronStandIn, type ElectronStandIn, type StandInWindow } from './electron-stand-in.ts';
import { temporaryFolder } from './temporary-folder.ts';

const ENGINE = fileURLToPath(new URL('../../electron/engine-process/main.ts', import.meta.url));

export interface DesktopStart {
  folder?: string;
  /** False where another instance runs already. */
  isFirst?: boolean;
  args?: string[];
  /** Where the person wants files that are to be saved; without it, nowhere. */
  saveTo?: string;
  updater?: Updater;
}

/** Runs the app over the stand-in, its engine real, and with a small page of its own. */
export async function startDesktop(options: DesktopStart = {}): Promise<ElectronStandIn & { folder: string }> {
  const folder = options.folder ?? temporaryFolder();
  const renderer = join(folder, 'renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'userData'), { recursive: true });
  writeFileSync(join(renderer, 'index.html'), '<!doctype html>');
  writeFileSync(join(renderer, 'assets', 'index.js'), 'export {};');
  writeFileSync(join(folder, 'secret.js'), 'not for pages');
  const standIn = createElectronStandIn(folder, options);
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['electron', ...(options.args ?? [])]);
  onTestFinished(async () => {
    standIn.app.emit('before-quit', { preventDefault() {} });
    await Promise.all(standIn.workers.map(async (worker) => await worker.terminate()));
    vi.restoreAllMocks();
  });
  const { updater } = options;
  await runDesktop(
    standIn.electron,
    { engine: ENGINE, preload: '/preload.cjs', renderer },
    updater === undefined ? undefined : async () => updater,
  );
  return { ...standIn, folder };
}

export function firstWindow({ windows }: ElectronStandIn): StandInWindow {
  const [window] = windows;
  if (window === undefined) throw new Error('no window was opened');
  return window;
}

/** The engine, as the page of a window reaches it. */
export async function bridgeOf(standIn: ElectronStandIn, window = firstWindow(standIn)): Promise<Bridge> {
  const asked = new Promise((resolve) => window.webContents.once('port', resolve));
  standIn.askForBridge(window);
  await asked;
  const { port } = window.webContents.ports.at(-1)!;
  port.start();
  return createORPCClient(new RPCLink({ port }));
}
