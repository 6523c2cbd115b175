import type Database from 'better-sqlite3';

import type { Logger } from '../../shared/base/logger.ts';
import { copyDatabase, type CopyFollowing } from './copy-database.ts';
import type { DocumentCache } from './document-cache.ts';
import { openOwnFile, type OpenDatabase } from './own-file.ts';
import { Statements } from './statements.ts';
import { StorageError } from './storage-error.ts';
import { WriteQueue } from './write-queue.ts';

/** After so long without a write, the write-ahead log is moved into the file. */
const IDLE_MS = 1_000;

/** The open file: its connection, the statements prepared on it, and the queue of those who write. */
export class StorageFile {
  readonly path: string;
  readonly statements: Statements;
  readonly queue: WriteQueue;
  readonly cache: DocumentCache;
  readonly #db: Database.Database;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  readonly #copies = new Set<Promise<void>>();
  #idle: NodeJS.Timeout | undefined;

  /** Errors: those of `openOwnFile`. */
  constructor(path: string, open: OpenDatabase, busyTimeoutMs: number, cache: DocumentCache, logger: Logger) {
    this.path = path;
    this.cache = cache;
    this.#logger = logger;
    this.#db = openOwnFile(path, open);
    this.statements = new Statements(this.#db);
    this.queue = new WriteQueue(this.#db, this.statements, busyTimeoutMs, () => {
      cache.endTransaction();
      this.#checkpointWhenIdle();
    });
  }

  /** Copies the database into a new file (`copyDatabase`); closing ends it. */
  async copyTo(path: string, onProgress: CopyFollowing['onProgress']): Promise<void> {
    const copy = copyDatabase(this.#db, path, { onProgress, signal: this.#closing.signal });
    this.#copies.add(copy);
    try {
      await copy;
    } finally {
      this.#copies.delete(copy);
    }
  }

  /** Waits for the writes under way, moves the log into the file and closes it. */
  async close(): Promise<void> {
    this.#closing.abort(new StorageError('closed', `${this.path} is being closed`));
    await Promise.allSettled(this.#copies);
    await this.queue.idle();
    clearTimeout(this.#idle);
    this.#checkpoint('TRUNCATE');
    try {
      this.#db.pragma('optimize');
    } catch (error) {
      this.#logger.error({ error, path: this.path }, 'SQLite could not update its statistics');
    }
    this.#db.close();
  }

  #checkpointWhenIdle(): void {
    this.#idle = this.#idle?.refresh() ?? setTimeout(() => this.#checkpoint('PASSIVE'), IDLE_MS).unref();
  }

  // A failure costs no data: the log stays, and the next checkpoint moves it.
  #checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      const [result] = this.#db.pragma(`wal_checkpoint(${mode})`) as { busy: number }[];
      if (result?.busy === 1)
        this.#logger.info({ mode, path: this.path }, 'Checkpoint put off: the database is locked');
    } catch (error) {
      this.#logger.error({ error, mode, path: this.path }, 'Checkpoint failed; the data stays in the write-ahead log');
    }
  }
}
