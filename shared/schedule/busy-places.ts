import type { ClashRule } from './clash-settings.ts';

/** A stretch of begins, its bounds excluded: a session that begins within would clash by this rule, with those sessions. */
export interface BusyStretch {
  readonly afterMs: number;
  readonly beforeMs: number;
  readonly rule: ClashRule;
  readonly severity: 'block' | 'warn';
  /** The other sessions. */
  readonly sessionIds: readonly string[];
}

/** By room: where the begin of a session of this length must not be. */
export type BusyPlaces = ReadonlyMap<string, readonly BusyStretch[]>;
