import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type * as Electron from 'electron';

import { APP_ORIGIN, desktopChannels, type Intent } from '../../shared/rpc/desktop.ts';
import { createEngineHost, type EngineHost } from './engine-host.ts';
import { intentOfArguments, intentOfLink } from './intents.ts';
import { createKeyFile } from './key-file.ts';
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

/** The largest schedule file that is handed to a window, in bytes; the engine takes none larger. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

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

  let window: Electron.BrowserWindow | undefined;
  const waiting: Intent[] = [];
  const send = (intent: Intent | undefined): void => {
    if (intent === undefined) return;
    if (window === undefined) waiting.push(intent);
    else window.webContents.send(desktopChannels.intent, intent);
  };
  const show = (): void => {
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  };
  app.on('second-instance', (_, args) => {
    show();
    send(readIntent(args));
  });
  app.on('open-url', (event, url) => {
    event.preventDefault();
    send(intentOfLink(url));
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    send(fileIntent(path));
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

  const state = openWindowState(electron.screen, join(userData, 'window.json'));
  const open = (): void => {
    window = createWindow(electron, paths.preload, state.bounds());
    state.follow(window);
    window.on('closed', () => (window = undefined));
    const opened = window;
    opened.webContents.once('did-finish-load', () => {
      for (const intent of waiting.splice(0)) opened.webContents.send(desktopChannels.intent, intent);
    });
    void opened.loadURL(`${APP_ORIGIN}/index.html`);
  };
  setMenu(electron, (id) => send({ kind: 'command', id }));
  send(readIntent(process.argv));
  open();
  app.on('activate', () => {
    if (window === undefined) open();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
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

/** Gives a window that asks a way to the engine: the app's own page in its own frame, and nobody else. */
function connectWindows({ ipcMain, MessageChannelMain }: typeof Electron, engine: EngineHost): void {
  ipcMain.on(desktopChannels.bridge, (event) => {
    const frame = event.senderFrame;
    if (frame === null || frame.parent !== null || !frame.url.startsWith(`${APP_ORIGIN}/`)) return;
    const { port1, port2 } = new MessageChannelMain();
    engine.connect(port1);
    event.sender.postMessage(desktopChannels.bridge, null, [port2]);
  });
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

function readIntent(args: readonly string[]): Intent | undefined {
  const wanted = intentOfArguments(args);
  return wanted?.kind === 'path' ? fileIntent(wanted.path) : wanted;
}

function fileIntent(path: string): Intent | undefined {
  try {
    const bytes = readFileSync(path);
    // What is larger is told by the engine, which sees that it was cut.
    return { kind: 'file', name: basename(path), bytes: bytes.subarray(0, MAX_FILE_BYTES + 1) };
  } catch {
    // The file went between the click and now: there is nothing to open.
    return undefined;
  }
}
