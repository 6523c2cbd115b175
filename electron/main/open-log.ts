import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const MAX_LOG_BYTES = 5_000_000;

/**
 * A log that goes on where the last start's ended: that is put beside it once it has grown large. Where it cannot be written, such as on a full
 * disk, it stays short and nothing else suffers: what a person must know is told in the window, not here.
 */
export function openLog(path: string): NodeJS.WritableStream {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.old`);
  return createWriteStream(path, { flags: 'a' }).on('error', () => {});
}
