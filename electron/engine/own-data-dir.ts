import { mkdirSync } from 'node:fs';

import { holdLock } from '../storage-sqlite/hold-lock.ts';
import { StorageError } from '../storage-sqlite/storage-error.ts';
import type { DataFolder } from './data-folder.ts';

/**
 * Makes this the only owner of a data folder, which is made where there is none; answers what gives it up. Throws, in words, where another Offstage
 * owns it, or nothing can be written there.
 */
export function ownDataDir(folder: DataFolder): () => void {
  mkdirSync(folder.path, { recursive: true });
  try {
    return holdLock(folder.lockFile);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.kind === 'in-use')
      throw new Error(`The data folder ${folder.path} is in use by another Offstage.`, { cause: error });
    if (error.kind === 'io')
      throw new Error(
        `Nothing can be written to the data folder ${folder.path}: it, or the disk it is on, allows only reading.`,
        { cause: error },
      );
    throw error;
  }
}
