import { join } from 'node:path';

import type * as Electron from 'electron';
import { z } from 'zod';

import { desktopChannels, type Intent, type UpdateRequest } from '../../shared/rpc/desktop.ts';
import { createEngineHost, type EngineHost } from './engine-host.ts';
import { fileIntent } from './file-intent.ts';
import { intentOfArguments, intentOfLink } from './intents.ts';
import { createKeyFile } from './key-file.ts';
import { createMainWindow, type MainWindow } from './main-window.ts';
import { setMenu } from './menu.ts';
import { answerPdfs } from './save-pdf.ts';
import { APP_SCHEME, serveRenderer } from './serve-renderer.ts';
import { guardContents, guardSession, isOwnPage } from './guards.ts';
import { createUpdates, type Updater, type Updates } from './updates.ts';
import { openWindowState } from './window-state.ts';

/** Where the built parts lie. */
export interface DesktopPaths {
  /** The engine's process. */
  engine: string;
  preload: string;
  /** The folder of the renderer's pages. */
  renderer: string;
}

/** Between two looks for a newer version, in milliseconds. */
const UPDATE_CHECK_MS = 6 * 3_600_000;

const updateRequest = z.enum(['state', 'install', 'decline'] satisfies UpdateRequest[]);

/**
 * The desktop app: one instance, one window over one engine that runs in a process of its own. Quitting waits until the engine has written what
 * it was told. It takes Electron as an argument, so that tests can give it another. Without an updater it stays the version that it is.
 */
export async function runDesktop(
  electron: typeof Electron,
  paths: DesktopPaths,
  openUpdater?: () => Promise<Updater>,
): Promise<void> {
  const { app, protocol, session } = electron;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  app.setAsDefaultProtocolClient('offstage');
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  app.on('web-contents-created', (_, contents) => guardContents(electron, contents));

  let window: MainWindow | undefined;
  /** What is asked for before there is a window: a system may open the app by a file or a link. */
  const early: Intent[] = [];
  const take = (intent: Intent | undefined): void => {
    if (intent === undefined) return;
    if (window === undefined) {
      early.push(intent);
      return;
    }
    window.show();
    window.ask(intent);
  };
  app.on('second-instance', (_, args, workingDirectory) => {
    window?.show();
    take(readIntent(args, workingDirectory));
  });
  app.on('open-url', (event, url) => {
    event.preventDefault();
    take(intentOfLink(url));
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    take(fileIntent(path));
  });

  await app.whenReady();
  guardSession(session.defaultSession);
  serveRenderer(protocol, paths.renderer);
  const userData = app.getPath('userData');
  const dataDir = join(userData, 'data');
  const engine = createEngineHost(electron, {
    entry: paths.engine,
    dataDir,
    logFile: join(app.getPath('logs'), 'engine.log'),
    version: app.getVersion(),
    keys: createKeyFile(electron.safeStorage, join(userData, 'keys')),
  });
  const leave = quitOnceWritten(app, engine);
  connectWindows(electron, engine);
  answerPdfs(electron);
  showDataFolder(electron, dataDir);

  window = createMainWindow(electron, paths.preload, openWindowState(electron.screen, join(userData, 'window.json')));
  setMenu(electron, (id) => take({ kind: 'command', id }));
  window.show();
  take(readIntent(process.argv, process.cwd()));
  for (const intent of early) take(intent);
  app.on('activate', () => window?.show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });

  if (openUpdater === undefined) return;
  const updates = createUpdates(await openUpdater(), {
    declinedFile: join(userData, 'declined-update'),
    tell: (update) => window?.tell(desktopChannels.update, update),
    leave,
    restart() {
      app.relaunch();
      app.quit();
    },
  });
  answerUpdates(electron, updates);
  setInterval(() => void updates.check(), UPDATE_CHECK_MS).unref();
  await updates.check();
}

/** Gives a window that asks a way to the engine: the app's own page, and nobody else. */
function connectWindows({ ipcMain, MessageChannelMain }: typeof Electron, engine: EngineHost): void {
  ipcMain.on(desktopChannels.bridge, ({ sender, senderFrame }) => {
    if (!isOwnPage(senderFrame)) return;
    const { port1, port2 } = new MessageChannelMain();
    engine.connect(port1);
    sender.postMessage(desktopChannels.bridge, null, [port2]);
  });
}

/** Shows the data folder to the person whose page asks. */
function showDataFolder({ ipcMain, shell }: typeof Electron, dataDir: string): void {
  ipcMain.on(desktopChannels.dataFolder, ({ senderFrame }) => {
    if (isOwnPage(senderFrame)) void shell.openPath(dataDir);
  });
}

/** Takes what the app's own page answers to an update. */
function answerUpdates({ ipcMain }: typeof Electron, updates: Updates): void {
  ipcMain.on(desktopChannels.update, ({ senderFrame }, asked: unknown) => {
    const request = updateRequest.safeParse(asked).data;
    if (isOwnPage(senderFrame) && request !== undefined) updates.take(request);
  });
}

/** Holds quitting back until the engine has closed its file. Answers how to leave otherwise, once it has. */
function quitOnceWritten(app: Electron.App, engine: EngineHost): (leave: () => void) => Promise<void> {
  let isClosed = false;
  const closeAndLeave = async (leave: () => void): Promise<void> => {
    await engine.close();
    isClosed = true;
    leave();
  };
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    void closeAndLeave(() => app.quit());
  });
  return closeAndLeave;
}

function readIntent(args: readonly string[], workingDirectory: string): Intent | undefined {
  const wanted = intentOfArguments(args, workingDirectory);
  return wanted?.kind === 'path' ? fileIntent(wanted.path) : wanted;
}
