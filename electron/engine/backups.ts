import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { toTimestamp, type Clock } from '../../shared/base/clock.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { because, type Reason } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { Store } from '../../shared/store/open-store.ts';
import { checkDatabaseInTurns } from '../storage-sqlite/check-copy.ts';
import type { SqliteStorage } from '../storage-sqlite/transactional-storage.ts';
import { toContractError } from './contract-storage.ts';
import { fileStamp, type DataFolder } from './data-folder.ts';
import { listKeptFiles } from './kept-copies.ts';

/** A copy of the whole database as it was at one moment. */
export interface Backup {
  /** Its file's name, such as `offstage-2026-02-01T09-30-00-000Z.sqlite`. */
  id: string;
  /** When it was made, ISO-8601 in UTC. */
  at: string;
  sizeBytes: number;
}

/** How far a copy is: pages done, and pages in all. */
type OnProgress = (done: number, total: number) => void;

/**
 * The copies of a data folder, in its `backups`: one at each start and after each hour of use in which something was written. The last 24 are
 * kept, and the newest of each of the last 7 days.
 */
export interface Backups {
  /** Newest first. */
  list(): Backup[];
  /** Makes a copy now, in small pieces: other work goes on. Throws `storage_full` and `storage_damaged`. */
  make(onProgress?: OnProgress): Promise<Backup>;
  /** Writes everything into one file elsewhere. Throws `storage_full`, and `invalid` for a path that is there already or cannot be written. */
  exportTo(path: string, onProgress?: OnProgress): Promise<{ sizeBytes: number }>;
  /** Why there is no newer copy, where the last one that was begun could not be made. */
  failure(): Reason | undefined;
  /** Hears each time that this may be another; answers what ends that. */
  onFailure(listen: () => void): () => void;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

const BACKUP_INTERVAL_MS = 60 * 60 * 1000;
const MOST_NEWEST = 24;
const MOST_DAYS = 7;

/** The setting that says up to where the last copy goes. */
const BACKED_UP = 'backed up';

export interface BackupOptions {
  folder: DataFolder;
  storage: SqliteStorage;
  store: Store;
  clock: Clock;
  logger: Logger;
  /** Hears that the database is damaged. */
  onDamage: () => void;
}

/** Begins to make copies, the first one at once, in the background. */
export function startBackups(options: BackupOptions): Backups {
  const { folder, storage, store, clock, logger } = options;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    // Whoever asked for it hears of a failure.
    turn = result.catch(() => {});
    return await result;
  };

  let isStopped = false;
  const followed = (onProgress: OnProgress | undefined): OnProgress => {
    return (done, total) => {
      if (isStopped) throw new Error('The engine is closing.');
      onProgress?.(done, total);
    };
  };

  let failure: Reason | undefined;
  const listeners = new Set<() => void>();
  const become = (reason: Reason | undefined): void => {
    failure = reason;
    for (const listen of listeners) listen();
  };

  const make: Backups['make'] = async (onProgress) => {
    try {
      const made = await inTurn(async () => await copy(onProgress));
      become(undefined);
      return made;
    } catch (error) {
      if (!isStopped)
        become(error instanceof ContractError ? error.because : because('file_not_written', { file: folder.backups }));
      throw error;
    }
  };

  async function copy(onProgress: OnProgress | undefined): Promise<Backup> {
    const state = stateOf(storage);
    const atMs = clock();
    const id = `offstage-${fileStamp(atMs)}.sqlite`;
    const path = join(folder.backups, id);
    mkdirSync(folder.backups, { recursive: true });
    try {
      await storage.copyTo(path, followed(onProgress));
      // Copies of a damaged file would push out the good ones.
      await checkDatabaseInTurns(path);
    } catch (error) {
      rmSync(path, { force: true });
      const known = toContractError(error);
      if (known?.kind === 'storage_damaged') options.onDamage();
      throw known ?? error;
    }
    const made: Backup = { id, at: toTimestamp(atMs), sizeBytes: statSync(path).size };
    const context = { tenantId: '', principalId: 'backup', operation: 'backup', atMs };
    await store.change(context, (change) => change.saveSetting(BACKED_UP, state));
    for (const { id: old } of superfluous(listBackups(folder))) rmSync(join(folder.backups, old), { force: true });
    logger.info({ backup: id }, 'A backup was made');
    return made;
  }

  const makeIfWritten = async (): Promise<void> => {
    const last = store.read((view) => view.findSetting(BACKED_UP));
    const state = stateOf(storage);
    if (isStopped || state === NOTHING_WRITTEN || (state === last && listBackups(folder).length > 0)) return;
    try {
      await make();
    } catch (error) {
      if (!isStopped) logger.error({ err: error }, 'A backup could not be made');
    }
  };
  const timer = setInterval(() => void makeIfWritten(), BACKUP_INTERVAL_MS).unref();
  const first = makeIfWritten();

  return {
    list: () => listBackups(folder),
    make,
    exportTo: async (path, onProgress) =>
      await inTurn(async () => {
        const file = resolve(path);
        if (existsSync(file)) throw new ContractError('invalid', because('file_exists', { file: basename(file) }));
        if (!existsSync(dirname(file)))
          throw new ContractError('invalid', because('no_folder', { folder: dirname(file) }));
        try {
          await storage.copyTo(file, followed(onProgress));
        } catch (error) {
          throw (
            toContractError(error) ??
            new ContractError('invalid', because('file_not_written', { file }), { cause: error })
          );
        }
        return { sizeBytes: statSync(file).size };
      }),
    failure: () => failure,
    onFailure(listen) {
      listeners.add(listen);
      return () => void listeners.delete(listen);
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await first;
      await turn;
    },
  };
}

/** The copies of a folder, the newest first; also of one that is not open. */
export function listBackups(folder: DataFolder): Backup[] {
  return listKeptFiles(folder).flatMap(({ kind, ...backup }) => (kind === 'copy' ? [backup] : []));
}

/** Those that need not be kept, of copies in order, the newest first. */
export function superfluous(backups: readonly Backup[]): Backup[] {
  const kept = new Set(backups.slice(0, MOST_NEWEST));
  const newestOfDays = new Map<string, Backup>();
  for (const backup of backups) {
    const day = backup.at.slice(0, 'yyyy-mm-dd'.length);
    if (!newestOfDays.has(day)) newestOfDays.set(day, backup);
  }
  for (const backup of [...newestOfDays.values()].slice(0, MOST_DAYS)) kept.add(backup);
  return backups.filter((backup) => !kept.has(backup));
}

/** Up to where the data go: another text, once a session or an item was written. */
function stateOf(storage: SqliteStorage): string {
  return storage.read((reader) => ['sessions', 'catalog'].map((each) => reader.seqBounds(each).lastSeq)).join(' ');
}

const NOTHING_WRITTEN = '0 0';
