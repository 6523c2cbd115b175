import { createHmac, hash, timingSafeEqual } from 'node:crypto';

import type { Caller, Principal, Role } from '../../shared/contract/roles.ts';

/** The keys that a hub knows: kept hashed, compared in constant time. */
export interface KeyRing {
  /** Who an Authorization header speaks for: `<key>` or `Bearer <key>`; nobody without a known key. */
  callerOf(authorization: string | undefined): Caller;
}

/**
 * @param secret what makes the names of keys: they stand in records that the public reads, and a plain hash would tell a weak key to
 * whoever guesses it
 */
export function createKeyRing(keys: readonly { key: string; role: Role }[], secret: string): KeyRing {
  const known = keys.map(({ key, role }) => {
    const name = createHmac('sha256', secret).update(key).digest('hex').slice(0, 12);
    const principal: Principal = { id: `key:${name}`, role };
    return { hash: hashOf(key), principal };
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
