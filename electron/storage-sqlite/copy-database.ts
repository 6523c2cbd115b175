import { closeSync, fdatasync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import type Database from 'better-sqlite3';

import { syncFolder } from './own-file.ts';
import { StorageError, toStorageError } from './storage-error.ts';

/** Pages copied in one go, a megabyte: between two, others have their turn. */
const PAGES_PER_TURN = 64;

/** How a copy is followed, and ended before it is done. */
export interface CopyFollowing {
  /** Pages copied, and pages in all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Copies an open database, as it is when the copy ends, into a new file, by SQLite's own backup. Writes over the same connection go on meanwhile, and are
 * in the copy. The file appears whole, and on the disk, or not at all.
 * Errors: `full`, `io`, and the signal's reason.
 */
export async function copyDatabase(
  db: Database.Database,
  path: string,
  { onProgress, signal }: CopyFollowing = {},
): Promise<void> {
  const unfinished = `${path}.part`;
  const flusher = new Flusher(unfinished);
  try {
    rmSync(unfinished, { force: true });
    await db.backup(unfinished, {
      progress({ totalPages, remainingPages }) {
        signal?.throwIfAborted();
        onProgress?.(totalPages - remainingPages, totalPages);
        flusher.flush();
        return PAGES_PER_TURN;
      },
    });
    signal?.throwIfAborted();
    await flusher.close();
    renameSync(unfinished, path);
    syncFolder(dirname(path));
  } catch (error) {
    await flusher.close();
    rmSync(unfinished, { force: true });
    rmSync(`${unfinished}-journal`, { force: true });
    if (signal?.aborted === true) throw signal.reason;
    throw toCopyError(error, path);
  }
}

/**
 * Puts on the disk what of a file is written so far, on another thread: SQLite syncs a whole copy at its end, on this one, and what lies there
 * by then costs nothing.
 */
class Flusher {
  readonly #path: string;
  #handle: number | undefined;
  #flushing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  flush(): void {
    if (this.#flushing !== undefined) return;
    const handle = (this.#handle ??= openSync(this.#path, 'r+'));
    this.#flushing = new Promise((resolve) => {
      // A failure shows when SQLite syncs the file itself.
      fdatasync(handle, () => {
        this.#flushing = undefined;
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.#flushing;
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}

function toCopyError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StorageError('full', `There is no room for ${path}`, error);
  const translated = toStorageError(error, `copying to ${path}`);
  return translated instanceof StorageError
    ? translated
    : new StorageError('io', `Cannot make ${path}: ${message}`, error);
}
