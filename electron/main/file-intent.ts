import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

import type { Intent } from '../../shared/rpc/desktop.ts';

/** The largest schedule file that is handed to a window, in bytes; the engine takes none larger. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** A schedule file that a person opened in the system; undefined if it cannot be read. Of one too large so much is read that the engine says so. */
export function fileIntent(path: string): Intent | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(Math.min(fstatSync(file).size, MAX_FILE_BYTES + 1));
      return { kind: 'file', name: basename(path), bytes: bytes.subarray(0, readSync(file, bytes)) };
    } finally {
      closeSync(file);
    }
  } catch {
    // The file went between the click and now, or is none: there is nothing to open.
    return undefined;
  }
}
