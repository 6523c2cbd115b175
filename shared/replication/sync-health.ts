import type { Reason } from '../base/reasons.ts';

/** How one direction, sending or fetching, went of late: each has its own clock. */
export interface Lane {
  failures: number;
  /** It does not start by itself before. */
  waitUntilMs: number;
  /** When it last went well. */
  lastAtMs?: number;
  /** Why it does not. */
  lastError?: Reason;
}

/** How the syncs of late went; forgotten at a restart. */
export interface Health {
  push: Lane;
  pull: Lane;
  /** Headquarters asked not to be asked before. */
  blockedUntilMs: number;
  /** Headquarters does not take the key. */
  isUnauthorized: boolean;
  /** Events whose last listing did not count, or broke off. */
  incomplete: Set<string>;
  progress?: { done: number; total?: number };
}

export function newHealth(): Health {
  return {
    push: { failures: 0, waitUntilMs: 0 },
    pull: { failures: 0, waitUntilMs: 0 },
    blockedUntilMs: 0,
    isUnauthorized: false,
    incomplete: new Set(),
  };
}
