import { join } from 'node:path';

import type * as Electron from 'electron';

import { APP_ORIGIN, desktopChannels, type Intent } from '../../shared/rpc/desktop.ts';
import { createEngineHost, type EngineHost } from './engine-host.ts';
import { fileIntent } from './file-intent.ts';
import { intentOfArguments, intentOfLink } from './intents.ts';
import { createKeyFile } from './key-file.ts';
import { createMainWindow, type MainWindow } from './main-window.ts';
import { setMenu } from './menu.ts';
import { APP_SCHEME, serveRenderer } from './serve-renderer.ts';
import { guardContents, guardSession } from './guards.ts';
import { openWindowState } from './window-state.ts';

/** Where the built parts lie. */
export interface DesktopPaths {
  /** The engine's process. */
  engine: string;
  preload: string;
  /** The folder of the renderer's pages. */
  renderer: string;
}

/**
 * The desktop app: one instance, one window over one engine that runs in a process of its own. Quitting waits until the engine has written what
 * it was told. It takes Electron as an argument, so that tests can give it another.
 */
export async function runDesktop(electron: typeof Electron, paths: DesktopPaths): Promise<void> {
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
  const engine = createEngineHost(electron, {
    entry: paths.engine,
    dataDir: join(userData, 'data'),
    logFile: join(app.getPath('logs'), 'engine.log'),
    version: app.getVersion(),
    keys: createKeyFile(electron.safeStorage, join(userData, 'keys')),
  });
  quitOnceWritten(app, engine);
  connectWindows(electron, engine);

  window = createMainWindow(electron, paths.preload, openWindowState(electron.screen, join(userData, 'window.json')));
  setMenu(electron, (id) => take({ kind: 'command', id }));
  window.show();
  take(readIntent(process.argv, process.cwd()));
  for (const intent of early) take(intent);
  app.on('activate', () => window?.show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
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

/** Whether this is the app's own page, in a frame of its own. */
function isOwnPage(frame: Electron.WebFrameMain | null): boolean {
  return frame !== null && frame.parent === null && frame.url.startsWith(`${APP_ORIGIN}/`);
}

/** Holds quitting back until the engine has closed its file. */
function quitOnceWritten(app: Electron.App, engine: EngineHost): void {
  let isClosed = false;
  const closeAndQuit = async (): Promise<void> => {
    await engine.close();
    isClosed = true;
    app.quit();
  };
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    void closeAndQuit();
  });
}

function readIntent(args: readonly string[], workingDirectory: string): Intent | undefined {
  const wanted = intentOfArguments(args, workingDirectory);
  return wanted?.kind === 'path' ? fileIntent(wanted.path) : wanted;
}
