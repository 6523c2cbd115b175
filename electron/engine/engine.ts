import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { systemClock, type Clock } from '../../shared/base/clock.ts';
import { randomIds, type IdSource } from '../../shared/base/ids.ts';
import type { Logger } from '../../shared/base/logger.ts';
import type { Caller } from '../../shared/contract/roles.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import type { Following } from '../../shared/service/following.ts';
import type { ImportReport } from '../../shared/service/import-schedule.ts';
import { createService, type Service } from '../../shared/service/service.ts';
import { openStore, type Store } from '../../shared/store/open-store.ts';
import type { SqliteStorage } from '../storage-sqlite/transactional-storage.ts';
import { startBackups, type Backups } from './backups.ts';
import { inContractWords } from './contract-storage.ts';
import { asDamage, openSoundStorage } from './damaged-data.ts';
import { dataFolder, finishRestore, removeUnfinished } from './data-folder.ts';
import { startSync, type EngineSync } from './engine-sync.ts';
import { exportFile, type ExportedFile, type ExportPart } from './export-file.ts';
import { listKeptFiles } from './kept-copies.ts';
import { ownDataDir } from './own-data-dir.ts';
import { prepareRestore } from './restore.ts';
import type { KeyStore, UpstreamOptions } from './upstream.ts';

export interface EngineOptions {
  /** The data folder; it is made where there is none. One engine at a time owns it. */
  dataDir: string;
  /** The tenants to serve; those that were connected at run time join them. */
  tenants: readonly string[];
  /** How many sessions a tenant may have; undefined: any number. */
  maxSessions?: number | undefined;
  /** Headquarters to keep in step with, where the keys to all headquarters are, and how often to sync. */
  sync: { upstreams: readonly UpstreamOptions[]; keys: KeyStore; intervalMs: number };
  logger: Logger;
  clock?: Clock;
  ids?: IdSource;
}

/** Everything below the host, composed: storage, store and service, schedule files in and out. It knows neither HTTP nor Electron. */
export interface Engine {
  readonly service: Service;
  /** The store itself: for live views of it. Changes go through the service. */
  readonly store: Store;
  /** The tenants that are served. */
  tenants(): readonly string[];
  /** A random text of this data folder's own, the same at every start. */
  readonly secret: string;
  /** The tenants' headquarters: connecting, and how it goes. */
  readonly sync: EngineSync;
  /**
   * Takes a schedule file (frab XML or JSON) into a tenant; throws `invalid` for a file that is none. The file is asked for once the
   * caller may do this. The signal ends it between two parts.
   */
  importFile(caller: Caller, tenantId: string, bytes: () => Uint8Array, following?: Following): Promise<ImportReport>;
  /** Adds the demonstration event to a tenant, as far as it is not there yet. */
  importDemo(caller: Caller, tenantId: string): Promise<ImportReport>;
  /** A file of an event, or of a part of it. Throws `not_found` for a format that there is not, `invalid` for a part that it does not have. */
  exportFile(
    caller: Caller,
    tenantId: string,
    eventId: string | undefined,
    format: string,
    part?: ExportPart,
  ): ExportedFile;
  /** Copies of everything, made by themselves and on request. */
  readonly backups: Backups;
  /** Waits for the writes under way and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens the engine of a data folder. Throws a `DamagedDataError` where its file cannot be read: then `restoreData` opens the way, with the copy that
 * the error names, or another.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { clock = systemClock, ids = randomIds, logger } = options;
  const folder = dataFolder(options.dataDir);
  const releaseLock = ownDataDir(folder);
  const noteDamage = (): void => writeFileSync(folder.damageMark, '');
  let storage: SqliteStorage | undefined;
  try {
    const keptAs = finishRestore(folder);
    if (keptAs !== undefined) logger.info({ keptAs }, 'Restored; what was there before is kept');
    removeUnfinished(folder);
    storage = inContractWords(openSoundStorage(folder, logger), noteDamage);
    const store = await openStore(storage, ids);
    const tenants = new Set(options.tenants);
    const service = createService({ store, clock, ids, tenants, maxSessions: options.maxSessions });
    const sync = await startSync({ store, tenants, ...options.sync, clock, ids, logger });
    const backups = startBackups({ folder, storage, store, clock, logger, onDamage: noteDamage });
    return {
      service,
      store,
      tenants: () => [...tenants],
      secret: store.secret,
      sync,
      importFile: async (caller, tenantId, bytes, following) =>
        await service.importSchedule(caller, tenantId, () => readSchedule(bytes()), following),
      importDemo: async (caller, tenantId) => await service.addSchedule(caller, tenantId, makeDemoEvent),
      exportFile: (caller, tenantId, eventId, format, part) =>
        exportFile(service, clock(), { caller, tenantId, eventId, format, part }),
      backups,
      async close() {
        await backups.stop();
        await sync.stop();
        await store.close();
        releaseLock();
      },
    };
  } catch (error) {
    await storage?.close();
    releaseLock();
    throw asDamage(folder, error) ?? error;
  }
}

/** What a restore did. */
export interface Restored {
  /** Of how many sessions something waits until a person says that it is to be sent. */
  held: number;
  /** Where the data that stood there before are kept; absent where there were none. */
  keptAs?: string;
}

/**
 * Puts a copy in the place of the data of a folder that no engine has open: one of its own, or a file of everything from anywhere. What stood
 * there, damaged or not, is kept. Throws `not_found`, `invalid`, `storage_full`; then nothing is changed.
 */
export async function restoreData(
  options: Pick<EngineOptions, 'dataDir' | 'logger' | 'clock' | 'ids'>,
  path: string,
): Promise<Restored> {
  const { clock = systemClock, ids = randomIds, logger } = options;
  const folder = dataFolder(options.dataDir);
  const releaseLock = ownDataDir(folder);
  try {
    const file = resolve(path);
    const kept = listKeptFiles(folder).find(({ id }) => join(folder.backups, id) === file);
    const source = kept === undefined ? { file } : { kept: kept.id };
    const { held, commit } = await prepareRestore({ folder, clock, ids, logger }, source);
    commit();
    const keptAs = finishRestore(folder);
    return { held, ...(keptAs === undefined ? {} : { keptAs }) };
  } finally {
    releaseLock();
  }
}
