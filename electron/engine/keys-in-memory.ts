import type { KeyStore } from './upstream.ts';

/** A key store that keeps nothing over a restart: keys come from the command line or the environment, or are typed in again. */
export function keysInMemory(known: Iterable<readonly [upstream: string, key: string]> = []): KeyStore {
  const keys = new Map(known);
  return {
    keyOf: (upstream) => keys.get(upstream),
    async setKey(upstream, key) {
      keys.set(upstream, key);
    },
    async deleteKey(upstream) {
      keys.delete(upstream);
    },
  };
}
