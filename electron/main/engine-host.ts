import type * as Electron from 'electron';

import { fromEngine, type ToEngine } from '../../shared/rpc/engine-process.ts';
import type { KeyFile } from './key-file.ts';
import { openLog } from './open-log.ts';
import { wordsFor } from './words.ts';

export interface EngineHostOptions {
  /** The engine's built entry. */
  entry: string;
  dataDir: string;
  logFile: string;
  version: string;
  keys: KeyFile;
}

/** The engine, in a process of its own: a page that hangs or a save that waits for the disk never stops the other. */
export interface EngineHost {
  /** Hands a window's port to the engine, as soon as there is one. */
  connect(port: Electron.MessagePortMain): void;
  /** Waits until the engine has written everything and closed its file. */
  close(): Promise<void>;
}

/** So many crashes within a minute are told to the person, who decides. */
const MAX_CRASHES = 3;
const MINUTE_MS = 60_000;
/** How long the engine may take to close, in milliseconds: what is saved is on disk long before. */
const CLOSE_MS = 10_000;

/**
 * Starts the engine's process, and starts it again when it dies: what was saved is on disk, windows notice that their port closed and ask for
 * another. One that dies again and again is told in a dialog, with its last words.
 */
export function createEngineHost(electron: typeof Electron, options: EngineHostOptions): EngineHost {
  const { utilityProcess, dialog, app } = electron;
  let child: Electron.UtilityProcess | undefined;
  let isReady = false;
  let isClosing = false;
  let waiting: Electron.MessagePortMain[] = [];
  let crashes: number[] = [];
  let lastWords = '';
  const exited = Promise.withResolvers<void>();

  const tell = (message: ToEngine, ports: Electron.MessagePortMain[] = []): void => child?.postMessage(message, ports);

  function start(): void {
    isReady = false;
    child = utilityProcess.fork(options.entry, [], {
      serviceName: 'Offstage engine',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = openLog(options.logFile);
    lastWords = '';
    child.stderr?.on('data', (text: Buffer) => {
      lastWords = (lastWords + text.toString()).slice(-2_000);
    });
    child.stdout?.pipe(log);
    child.stderr?.pipe(log);
    child.on('message', (data: unknown) => take(data));
    child.on('exit', (code) => ended(code));
    tell({ kind: 'start', dataDir: options.dataDir, version: options.version, keys: options.keys.read() });
  }

  function take(data: unknown): void {
    const message = fromEngine.safeParse(data).data;
    if (message?.kind === 'ready') {
      isReady = true;
      for (const port of waiting) tell({ kind: 'connect' }, [port]);
      waiting = [];
    } else if (message?.kind === 'keys') {
      options.keys.write(message.keys);
      tell({ kind: 'keys-kept', request: message.request });
    }
  }

  function ended(code: number): void {
    child = undefined;
    isReady = false;
    if (isClosing) {
      exited.resolve();
      return;
    }
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < MINUTE_MS), now];
    if (crashes.length < MAX_CRASHES) {
      start();
      return;
    }
    const t = wordsFor(app);
    const detail = [
      t('desktop.crash.kept', { folder: options.dataDir }),
      t('desktop.crash.ended', { code: `${code}` }),
    ];
    const choice = dialog.showMessageBoxSync({
      type: 'error',
      title: 'Offstage',
      message: t('desktop.crash.title'),
      detail: `${detail.join('\n\n')}\n${lastWords.trim()}`,
      buttons: [t('desktop.crash.tryAgain'), t('desktop.crash.quit')],
      cancelId: 1,
    });
    crashes = [];
    if (choice === 0) start();
    else app.exit(1);
  }

  start();
  return {
    connect(port) {
      if (isReady) tell({ kind: 'connect' }, [port]);
      else waiting.push(port);
    },
    async close() {
      isClosing = true;
      if (child === undefined) return;
      tell({ kind: 'stop' });
      const dying = child;
      const timer = setTimeout(() => {
        dying.kill();
        exited.resolve();
      }, CLOSE_MS);
      await exited.promise;
      clearTimeout(timer);
    },
  };
}
