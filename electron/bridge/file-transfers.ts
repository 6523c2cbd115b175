import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { UnusableFile } from '../engine/restore.ts';

/** The largest part of a file that passes the bridge at once, in bytes. */
const PART_BYTES = 4 * 1024 * 1024;
/** So many files are on their way at once: each takes room on the disk. */
const MAX_TRANSFERS = 4;

/** A file on its way in or out. Whoever began it ends it, and then it is gone. */
export interface Transfer {
  id: string;
  path: string;
  end(): void;
}

/** Large files that pass the bridge part by part, into or out of a folder of their own. */
export interface FileTransfers {
  begin(): Transfer;
  /** Where a file lies. Throws `not_found` once it was ended. */
  pathOf(id: string): string;
  /** A part of a file, from an offset on; an empty one at its end. */
  read(id: string, offset: number): Promise<Blob>;
  /** Puts the next part of a file on the disk. Throws `invalid` for more than was said, or more than passes at once, and `storage_full`. */
  append(id: string, part: Blob): Promise<void>;
  /** Begins a file that will be as large as this. Throws `invalid` for more than `maxBytes`. */
  beginReceiving(sizeBytes: number, maxBytes: number): Transfer;
  /** The file that was received. Throws `invalid` where not all of it came. */
  receivedPath(id: string): string;
}

export function createFileTransfers(folder: string): FileTransfers {
  const transfers = new Map<string, { path: string; expectedBytes: number; receivedBytes: number }>();

  const find = (id: string) => {
    const transfer = transfers.get(id);
    if (transfer === undefined) throw new ContractError('not_found', because('no_transfer'));
    return transfer;
  };

  function begin(expectedBytes = 0): Transfer {
    if (transfers.size >= MAX_TRANSFERS) {
      throw new ContractError('in_use', because('many_transfers'));
    }
    mkdirSync(folder, { recursive: true });
    const id = randomUUID();
    const path = join(folder, id);
    transfers.set(id, { path, expectedBytes, receivedBytes: 0 });
    return {
      id,
      path,
      end() {
        transfers.delete(id);
        rmSync(path, { force: true });
      },
    };
  }

  return {
    begin: () => begin(),
    pathOf: (id) => find(id).path,
    read: async (id, offset) =>
      await withFile(find(id).path, 'r', async (file) => {
        const { bytesRead, buffer } = await file.read(new Uint8Array(PART_BYTES), 0, PART_BYTES, offset);
        return new Blob([buffer.subarray(0, bytesRead)]);
      }),
    async append(id, part) {
      const transfer = find(id);
      if (part.size > PART_BYTES || transfer.receivedBytes + part.size > transfer.expectedBytes) {
        throw new ContractError('invalid', because('more_than_announced'));
      }
      transfer.receivedBytes += part.size;
      const bytes = new Uint8Array(await part.arrayBuffer());
      await withFile(transfer.path, 'a', async (file) => await file.appendFile(bytes));
    },
    beginReceiving(sizeBytes, maxBytes) {
      if (sizeBytes > maxBytes) throw new UnusableFile('too_large', because('file_came_too_large'));
      return begin(sizeBytes);
    },
    receivedPath(id) {
      const { path, expectedBytes, receivedBytes } = find(id);
      if (receivedBytes < expectedBytes) throw new UnusableFile('incomplete', because('backup_not_all'));
      return path;
    },
  };
}

async function withFile<T>(path: string, flags: 'r' | 'a', work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await work(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new ContractError('storage_full', because('no_room_for_file'), { cause: error });
  } finally {
    await file.close();
  }
}
