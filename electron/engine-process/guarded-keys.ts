import type { FromEngine } from '../../shared/rpc/engine-process.ts';
import type { KeyStore } from '../engine/upstream.ts';

/** A key store whose keys the desktop app keeps: the engine's process holds them in memory alone. */
export interface GuardedKeys extends KeyStore {
  /** Takes the keys that were kept. */
  begin(keys: Readonly<Record<string, string>>): void;
  /** The desktop app has kept what this request told. */
  kept(request: number): void;
}

export function createGuardedKeys(tell: (message: FromEngine) => void): GuardedKeys {
  const keys = new Map<string, string>();
  const requests = new Map<number, () => void>();
  let nextRequest = 0;
  const keep = async (): Promise<void> => {
    const request = (nextRequest += 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    requests.set(request, resolve);
    tell({ kind: 'keys', request, keys: Object.fromEntries(keys) });
    await promise;
  };
  return {
    begin(known) {
      for (const [upstream, key] of Object.entries(known)) keys.set(upstream, key);
    },
    kept(request) {
      requests.get(request)?.();
      requests.delete(request);
    },
    keyOf: (upstream) => keys.get(upstream),
    async setKey(upstream, key) {
      keys.set(upstream, key);
      await keep();
    },
    async deleteKey(upstream) {
      keys.delete(upstream);
      await keep();
    },
  };
}
