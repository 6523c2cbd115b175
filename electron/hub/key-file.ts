import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { z } from 'zod';

import { keysInMemory } from '../engine/keys-in-memory.ts';
import type { KeyStore } from '../engine/upstream.ts';

const keys = z.record(z.string(), z.string());

/**
 * A key store for keys that are typed into the app in a browser: a file that only its owner can read, to be kept outside of the data folder,
 * which is copied and handed on. Keys of the command line go before those of the file, and are not written to it.
 *
 * @param given by the names of upstreams
 */
export function keysInFile(path: string, given: readonly (readonly [upstream: string, key: string])[]): KeyStore {
  const kept = new Map(Object.entries(read(path)));
  const known = keysInMemory([...kept, ...given]);
  const write = (): void => {
    mkdirSync(dirname(path), { recursive: true });
    const part = `${path}.new`;
    writeFileSync(part, JSON.stringify(Object.fromEntries(kept)), { mode: 0o600 });
    renameSync(part, path);
  };
  return {
    keyOf: (upstream) => known.keyOf(upstream),
    async setKey(upstream, key) {
      await known.setKey(upstream, key);
      kept.set(upstream, key);
      write();
    },
    async deleteKey(upstream) {
      await known.deleteKey(upstream);
      kept.delete(upstream);
      write();
    },
  };
}

function read(path: string): Record<string, string> {
  try {
    return keys.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    // None were kept yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Error(`The keys in ${path} cannot be read: mend the file, or move it away.`, { cause: error });
  }
}
