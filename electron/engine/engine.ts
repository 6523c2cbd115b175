import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock, type Clock } from '../../shared/base/clock.ts';
import { randomIds, type IdSource } from '../../shared/base/ids.ts';
import type { Logger } from '../../shared/base/logger.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { Caller } from '../../shared/contract/roles.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { exportFormats, type ExportFormat } from '../../shared/interchange/formats.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import type { ImportReport } from '../../shared/service/import-schedule.ts';
import { createService, type Service } from '../../shared/service/service.ts';
import { openStore, type Store } from '../../shared/store/open-store.ts';
import { createSqliteStorage } from '../storage-sqlite/create-storage.ts';
import { holdLock } from '../storage-sqlite/hold-lock.ts';
import { StorageError } from '../storage-sqlite/storage-error.ts';
import type { SqliteStorage } from '../storage-sqlite/transactional-storage.ts';
import { startSync, type EngineSync } from './engine-sync.ts';
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

/** A schedule file made from an event. */
export interface ExportedFile {
  contentType: string;
  /** Such as `fosdem-2025.frab.xml`. */
  fileName: string;
  text: string;
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
   * caller may do this.
   */
  importFile(caller: Caller, tenantId: string, bytes: () => Uint8Array): Promise<ImportReport>;
  /** Adds the demonstration event to a tenant, as far as it is not there yet. */
  importDemo(caller: Caller, tenantId: string): Promise<ImportReport>;
  exportFile(caller: Caller, tenantId: string, eventId: string | undefined, format: string): ExportedFile;
  /** Waits for the writes under way and closes the file. */
  close(): Promise<void>;
}

/** The one SQLite file of a data folder. */
const DATABASE_FILE = 'offstage.sqlite';

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const clock = options.clock ?? systemClock;
  const ids = options.ids ?? randomIds;
  mkdirSync(options.dataDir, { recursive: true });
  const releaseLock = ownDataDir(options.dataDir);
  let storage: SqliteStorage | undefined;
  try {
    storage = createSqliteStorage({ path: join(options.dataDir, DATABASE_FILE), logger: options.logger });
    const store = await openStore(storage, ids);
    const tenants = new Set(options.tenants);
    const service = createService({ store, clock, ids, tenants, maxSessions: options.maxSessions });
    const sync = await startSync({ store, tenants, ...options.sync, clock, ids, logger: options.logger });
    return {
      service,
      store,
      tenants: () => [...tenants],
      secret: store.secret,
      sync,
      importFile: async (caller, tenantId, bytes) =>
        await service.importSchedule(caller, tenantId, () => readSchedule(bytes())),
      importDemo: async (caller, tenantId) => await service.addSchedule(caller, tenantId, makeDemoEvent),
      exportFile(caller, tenantId, eventId, name) {
        const bundle = service.exportSchedule(caller, tenantId, eventId);
        const format = exportFormats[requireFormat(name)];
        return {
          contentType: format.contentType,
          fileName: `${fileNameOf(bundle.event.id)}.${format.fileExtension}`,
          text: format.write(bundle, clock()),
        };
      },
      async close() {
        await sync.stop();
        await store.close();
        releaseLock();
      },
    };
  } catch (error) {
    await storage?.close();
    releaseLock();
    throw error;
  }
}

/** Makes this the only engine of a data folder; answers what gives it up. */
function ownDataDir(dataDir: string): () => void {
  try {
    return holdLock(join(dataDir, 'offstage.lock'));
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'in-use') throw error;
    throw new Error(`The data folder ${dataDir} is in use by another Offstage.`, { cause: error });
  }
}

function requireFormat(name: string): ExportFormat {
  if (Object.hasOwn(exportFormats, name)) return name as ExportFormat;
  throw new ContractError(
    'not_found',
    `There is no such format; the formats are ${Object.keys(exportFormats).join(', ')}.`,
  );
}

/** An event's id as a part of a file's name, on every system. */
function fileNameOf(eventId: string): string {
  return eventId.replace(/[^\w.-]+/g, '-').slice(0, 100) || 'event';
}
