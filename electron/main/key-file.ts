import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import type * as Electron from 'electron';
import { z } from 'zod';

/** The keys to headquarters, by the names of upstreams, encrypted by the system for this person alone. */
export interface KeyFile {
  read(): Record<string, string>;
  write(keys: Record<string, string>): void;
}

const keys = z.record(z.string(), z.string());

/** Where the system offers no encryption (some Linux desktops), nothing is written: keys are asked for again after a restart. */
export function createKeyFile(safeStorage: Electron.SafeStorage, path: string): KeyFile {
  return {
    read() {
      try {
        return keys.parse(JSON.parse(safeStorage.decryptString(readFileSync(path))));
      } catch {
        // None were kept, or another person's: they are asked for again.
        return {};
      }
    },
    write(current) {
      if (!safeStorage.isEncryptionAvailable()) return;
      const part = `${path}.new`;
      writeFileSync(part, safeStorage.encryptString(JSON.stringify(current)), { mode: 0o600 });
      renameSync(part, path);
    },
  };
}
