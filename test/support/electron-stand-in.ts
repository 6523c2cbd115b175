import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { setImmediate as immediately } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';

import type * as Electron from 'electron';

import { asMessagePortMain, type PortMain } from './message-port-main.ts';

/** A window as the stand-in has it: what it was made with, where it went, and what it was told. */
export class StandInWindow extends EventEmitter {
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly webContents: StandInContents = new StandInContents();
  url = '';
  isShown = false;
  bounds = { x: 10, y: 20, width: 1440, height: 900 };
  maximized = false;
  destroyed = false;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
  }

  async loadURL(url: string): Promise<void> {
    this.url = url;
    this.webContents.emit('did-finish-load');
    this.emit('ready-to-show');
  }
  show(): void {
    this.isShown = true;
  }
  focus(): void {}
  isMinimized(): boolean {
    return false;
  }
  maximize(): void {
    this.maximized = true;
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  getNormalBounds(): Electron.Rectangle {
    return this.bounds;
  }
  close(): void {
    this.emit('close');
    this.destroyed = true;
    this.emit('closed');
  }
}

/** What a window shows. */
export class StandInContents extends EventEmitter {
  readonly sent: { channel: string; message: unknown }[] = [];
  readonly ports: PortMain[] = [];
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  readonly printed: Electron.PrintToPDFOptions[] = [];

  /** How often the page was loaded anew. */
  reloads = 0;

  reload(): void {
    this.reloads += 1;
    this.emit('did-finish-load');
  }
  forcefullyCrashRenderer(): void {
    this.emit('render-process-gone', {}, { reason: 'killed', exitCode: 9 });
  }
  async printToPDF(options: Electron.PrintToPDFOptions): Promise<Buffer> {
    this.printed.push(options);
    return Buffer.from('%PDF-');
  }

  send(channel: string, message: unknown): void {
    this.sent.push({ channel, message });
  }
  postMessage(_channel: string, _message: unknown, ports: PortMain[]): void {
    this.ports.push(...ports);
    this.emit('port');
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
}

/** Those few parts of Electron that the app uses. Its utility processes are worker threads that run the real program. */
export interface ElectronStandIn {
  /** To be given to the app. */
  electron: typeof Electron;
  app: EventEmitter & { isQuit: boolean; isRelaunched: boolean };
  windows: StandInWindow[];
  workers: Worker[];
  /** Addresses and folders that were opened in the system's own programs. */
  openedOutside: string[];
  /** The names under which files were to be saved. */
  saveDialogs: (string | undefined)[];
  /** What was asked in dialogs; each is answered with its last button, or called off by then. */
  messageBoxes: Electron.MessageBoxOptions[];
  /** A window's page asks the app something, from this address and frame, and gets the answer. */
  invoke(
    window: StandInWindow,
    channel: string,
    argument: unknown,
    frame?: { url: string; parent: unknown } | null,
  ): Promise<unknown>;
  /** The last menu that was set. */
  menu(): Electron.MenuItemConstructorOptions[];
  /** A window's page asks for a way to the engine, from this address and frame. */
  askForBridge(window: StandInWindow, frame?: { url: string; parent: unknown } | null): void;
  /** A window's page asks about an update, or answers one. */
  answerUpdate(window: StandInWindow, request: unknown, frame?: { url: string; parent: unknown } | null): void;
  /** A window's page asks to be shown the data folder, from this address and frame. */
  askForDataFolder(window: StandInWindow, frame?: { url: string; parent: unknown } | null): void;
  /** Answers a permission that a page asks for. */
  askForPermission(name: string): boolean;
  /** Answers a request to the app's own scheme. */
  request(url: string): Promise<Response>;
}

export function createElectronStandIn(
  folder: string,
  options: {
    isFirst?: boolean;
    canEncrypt?: boolean;
    /** Where the person wants files that are to be saved; without it, nowhere. */
    saveTo?: string;
  } = {},
): ElectronStandIn {
  const app = Object.assign(new EventEmitter(), {
    isQuit: false,
    isRelaunched: false,
    requestSingleInstanceLock: () => options.isFirst ?? true,
    enableSandbox() {},
    setAsDefaultProtocolClient: () => true,
    whenReady: async () => {},
    getPath: (name: string) => join(folder, name),
    getVersion: () => '1.2.3',
    getLocale: () => 'de-AT',
    quit() {
      let isPrevented = false;
      app.emit('before-quit', { preventDefault: () => (isPrevented = true) });
      if (!isPrevented) app.isQuit = true;
    },
    exit() {
      app.isQuit = true;
    },
    relaunch() {
      app.isRelaunched = true;
    },
  });
  const windows: StandInWindow[] = [];
  const workers: Worker[] = [];
  const openedOutside: string[] = [];
  const saveDialogs: (string | undefined)[] = [];
  const messageBoxes: Electron.MessageBoxOptions[] = [];
  const handlers = new Map<string, (event: object, ...args: unknown[]) => unknown>();
  const ipcMain = Object.assign(new EventEmitter(), {
    handle: (channel: string, handler: (event: object, ...args: unknown[]) => unknown) =>
      void handlers.set(channel, handler),
  });
  let serve: ((request: Request) => Promise<Response>) | undefined;
  let template: Electron.MenuItemConstructorOptions[] = [];
  let answerPermission: ((contents: unknown, name: string, answer: (granted: boolean) => void) => void) | undefined;

  const electron = {
    app,
    ipcMain,
    protocol: {
      registerSchemesAsPrivileged() {},
      handle: (_scheme: string, handler: typeof serve) => (serve = handler),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: typeof answerPermission) => (answerPermission = handler),
        setPermissionCheckHandler() {},
        setDevicePermissionHandler() {},
      },
    },
    shell: {
      openExternal: async (url: string) => void openedOutside.push(url),
      openPath: async (path: string) => void openedOutside.push(path),
    },
    screen: { getDisplayMatching: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }) },
    safeStorage: {
      isEncryptionAvailable: () => options.canEncrypt ?? true,
      // Not the text itself, and read back only by the same.
      encryptString: (text: string) => Buffer.from(text).map((byte) => byte ^ 0xa5),
      decryptString: (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xa5)).toString(),
    },
    dialog: {
      showMessageBoxSync(box: Electron.MessageBoxSyncOptions) {
        messageBoxes.push(box);
        return box.buttons!.length - 1;
      },
      async showMessageBox(_window: unknown, box: Electron.MessageBoxOptions) {
        messageBoxes.push(box);
        await immediately();
        return { response: box.signal?.aborted === true ? box.cancelId! : box.buttons!.length - 1 };
      },
      async showSaveDialog(_window: unknown, { defaultPath }: Electron.SaveDialogOptions) {
        saveDialogs.push(defaultPath);
        return options.saveTo === undefined
          ? { canceled: true, filePath: '' }
          : { canceled: false, filePath: options.saveTo };
      },
    },
    Menu: {
      buildFromTemplate: (items: Electron.MenuItemConstructorOptions[]) => items,
      setApplicationMenu: (items: Electron.MenuItemConstructorOptions[]) => (template = items),
    },
    MessageChannelMain: class {
      readonly port1: PortMain;
      readonly port2: PortMain;
      constructor() {
        const { port1, port2 } = new MessageChannel();
        this.port1 = asMessagePortMain(port1);
        this.port2 = asMessagePortMain(port2);
      }
    },
    BrowserWindow: class extends StandInWindow {
      static fromWebContents(contents: StandInContents) {
        return windows.find(({ webContents }) => webContents === contents) ?? null;
      }
      constructor(given: Electron.BrowserWindowConstructorOptions) {
        super(given);
        windows.push(this);
        app.emit('web-contents-created', {}, this.webContents);
      }
    },
    utilityProcess: {
      fork(entry: string) {
        const shim = new URL('utility-process-shim.ts', import.meta.url).href;
        const worker = new Worker(entry, { execArgv: ['--import', shim], stdout: true, stderr: true });
        workers.push(worker);
        return {
          stdout: worker.stdout,
          stderr: worker.stderr,
          on: (event: string, listener: (value: unknown) => void) => void worker.on(event, listener),
          postMessage(data: unknown, ports: PortMain[] = []) {
            const transferred = ports.map(({ port }) => port);
            worker.postMessage({ data, ports: transferred }, transferred);
          },
          kill: () => void worker.terminate(),
        };
      },
    },
  };

  return {
    electron: electron as unknown as typeof Electron,
    app,
    windows,
    workers,
    openedOutside,
    saveDialogs,
    messageBoxes,
    async invoke(window, channel, argument, frame = { url: window.url, parent: null }) {
      return await handlers.get(channel)?.({ senderFrame: frame, sender: window.webContents }, argument);
    },
    menu: () => template,
    askForBridge(window, frame = { url: window.url, parent: null }) {
      ipcMain.emit('offstage:bridge', { senderFrame: frame, sender: window.webContents });
    },
    answerUpdate(window, request, frame = { url: window.url, parent: null }) {
      ipcMain.emit('offstage:update', { senderFrame: frame, sender: window.webContents }, request);
    },
    askForDataFolder(window, frame = { url: window.url, parent: null }) {
      ipcMain.emit('offstage:data-folder', { senderFrame: frame, sender: window.webContents });
    },
    askForPermission(name) {
      let answer = true;
      answerPermission?.({}, name, (granted) => (answer = granted));
      return answer;
    },
    async request(url) {
      if (serve === undefined) throw new Error('Nothing is served.');
      return await serve(new Request(url));
    },
  };
}
