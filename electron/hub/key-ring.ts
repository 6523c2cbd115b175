import { hash, timingSafeEqual } from 'node:crypto';

import type { Caller, Principal, Role } from '../../shared/contract/roles.ts';

/** The keys that a hub knows: kept hashed, compared in constant time. */
export interface KeyRing {
  /** Who an Authorization header speaks for: `<key>` or `Bearer <key>`; nobody without a known key. */
  callerOf(authorization: string | undefined): Caller;
}

export function createKeyRing(keys: readonly { key: string; role: Role }[]): KeyRing {
  const known = keys.map(({ key, role }) => {
    const hash = hashOf(key);
    const principal: Principal = { id: `key:${hash.toString('hex').slice(0, 12)}`, role };
    return { hash, principal };
  });
  return {
    callerOf(authorization) {
      if (authorization === undefined) return undefined;
      const hash = hashOf(/^Bearer +(.*)$/i.exec(authorization)?.[1] ?? authorization);
      let caller: Caller;
      // All are compared, also after a match: the time tells nothing.
      for (const entry of known) if (timingSafeEqual(entry.hash, hash)) caller = entry.principal;
      return caller;
    },
  };
}

function hashOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
