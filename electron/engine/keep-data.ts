import { randomIds } from '../../shared/base/ids.ts';
import { systemClock } from '../../shared/base/clock.ts';
import type { KeptCopy, RestorePreview } from '../../shared/rpc/messages.ts';
import { DamagedDataError } from './damaged-data.ts';
import { dataFolder } from './data-folder.ts';
import { openEngine, type Engine, type EngineOptions } from './engine.ts';
import { createKeptCopies, keptPath } from './kept-copies.ts';
import { ownDataDir } from './own-data-dir.ts';
import { previewRestore } from './preview-restore.ts';
import { prepareRestore, type PreparedRestore, type RestoreSource } from './restore.ts';

/** The data of a folder as they stand: open, or damaged, and then there is but the way to others. */
export type Data = ({ state: 'open'; engine: Engine } | { state: 'damaged'; damage: DamagedDataError }) & {
  recovery: Recovery;
};

/** Putting something else in the place of the data. */
export interface Recovery {
  /** What may be put there out of this folder, newest first. */
  list(): Promise<KeptCopy[]>;
  /** Makes something ready, and says what it would mean (`prepareRestore`). One at a time. */
  prepare(source: RestoreSource, signal?: AbortSignal): Promise<PreparedRestore & { preview: RestorePreview }>;
  /** A folder for files on their way in or out; it may not be there yet. */
  transfers: string;
  /** Ends what is served, opens what stands there now, and serves that. */
  reopen(): void;
}

/**
 * Opens the data of a folder and has them served, sound or damaged; when something else is put in their place, it ends that, opens what stands there then,
 * and has it served, in the same process. Answers what ends it.
 *
 * @param serve begins to serve the data; answers what ends that, before they are closed
 */
export async function keepData(
  options: EngineOptions,
  serve: (data: Data) => Promise<() => Promise<void>>,
): Promise<() => Promise<void>> {
  let isClosed = false;
  let end = await begin();
  let turn: Promise<void> = Promise.resolve();

  async function begin(): Promise<() => Promise<void>> {
    const { data, close } = await open(options, reopen);
    try {
      const stop = await serve(data);
      return async () => {
        await stop();
        await close();
      };
    } catch (error) {
      await close();
      throw error;
    }
  }

  // What fails here ends the process: nothing is served any more, and a new start finds the same data.
  function reopen(): void {
    turn = again(turn);
  }

  async function again(before: Promise<void>): Promise<void> {
    await before;
    if (isClosed) return;
    await end();
    end = await begin();
  }

  return async () => {
    isClosed = true;
    await turn;
    await end();
  };
}

async function open(options: EngineOptions, reopen: () => void): Promise<{ data: Data; close: () => Promise<void> }> {
  const folder = dataFolder(options.dataDir);
  const { logger, clock = systemClock, ids = randomIds } = options;
  const recoveryFrom = (database: string | undefined): Recovery => ({
    list: createKeptCopies(folder),
    async prepare(source, signal) {
      const prepared = await prepareRestore({ folder, clock, ids, logger }, source, signal);
      const file = source === 'empty' ? prepared.path : 'kept' in source ? keptPath(folder, source.kept) : source.file;
      return { ...prepared, preview: { ...previewRestore(file, database), held: prepared.held } };
    },
    transfers: folder.transfers,
    reopen,
  });
  try {
    const engine = await openEngine(options);
    return { data: { state: 'open', engine, recovery: recoveryFrom(folder.database) }, close: engine.close };
  } catch (error) {
    if (!(error instanceof DamagedDataError)) throw error;
    logger.error({ path: error.path, reason: error.message }, 'The data file is damaged');
    const release = ownDataDir(folder);
    return {
      data: { state: 'damaged', damage: error, recovery: recoveryFrom(undefined) },
      close: async () => release(),
    };
  }
}
