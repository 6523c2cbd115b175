import { backoffMs } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';

const BACKOFF = { firstMs: 2000, maxMs: 10 * 60 * 1000 };
/** A batch is at most so large (page). */
const MAX_BATCH = 100;
/** A create that draws 429 so often, while reads pass, is one too many for headquarters. */
const MAX_LIMITED = 5;

/**
 * Who waits for what while changes are sent. A record that fails alone waits on its own clock and goes last, so that it keeps nobody; batches that
 * fail as a whole grow smaller. It is forgotten at a restart: then everything is tried once more.
 */
export interface Pace {
  /** Whether the record's own wait is over. */
  isDue(id: string): boolean;
  /** How often it failed in a row. */
  failuresOf(id: string): number;
  failed(id: string): void;
  succeeded(id: string): void;
  /** Counts a 429 for a create; answers whether it is one too many. */
  limited(id: string): boolean;
  /** Ends every wait: a person asked for it. */
  hurry(): void;
  /** In how large a batch the record may go: one that was in a batch that failed goes in smaller ones, at last alone. */
  batchLimit(id: string): number;
  /** A batch failed as a whole, and nobody knows for whom. The first time may be the server's. */
  batchFailed(ids: readonly string[]): void;
}

export function createPace(clock: Clock, random: () => number): Pace {
  const troubles = new Map<string, { failures: number; waitUntilMs: number }>();
  const limits = new Map<string, number>();
  const batches = new Map<string, { limit: number; failures: number }>();
  return {
    isDue: (id) => (troubles.get(id)?.waitUntilMs ?? 0) <= clock(),
    failuresOf: (id) => troubles.get(id)?.failures ?? 0,
    failed(id) {
      const failures = (troubles.get(id)?.failures ?? 0) + 1;
      troubles.set(id, { failures, waitUntilMs: clock() + backoffMs(failures, random(), BACKOFF) });
    },
    succeeded(id) {
      troubles.delete(id);
      limits.delete(id);
      batches.delete(id);
    },
    limited(id) {
      const count = (limits.get(id) ?? 0) + 1;
      limits.set(id, count);
      return count >= MAX_LIMITED;
    },
    hurry() {
      for (const trouble of troubles.values()) trouble.waitUntilMs = 0;
    },
    batchLimit: (id) => batches.get(id)?.limit ?? MAX_BATCH,
    batchFailed(ids) {
      for (const id of ids) {
        const failures = (batches.get(id)?.failures ?? 0) + 1;
        const limit = failures === 1 ? ids.length : Math.max(1, Math.floor(ids.length / 2));
        batches.set(id, { limit, failures });
      }
    },
  };
}
