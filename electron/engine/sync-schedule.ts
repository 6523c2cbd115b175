/** How long after a change here a sync starts: what is typed in one go is sent in one go. */
const DEBOUNCE_MS = 500;

/** Why a sync starts: `hand` ends a backoff, `timer` does not. */
type Reason = 'hand' | 'timer';

/** Starts syncs by timer and after changes here. */
export interface SyncSchedule {
  /** Something here waits to be sent. */
  changed(): void;
  /** The network is back, or what kept the sync is over. */
  wake(): void;
  stop(): void;
}

/**
 * Runs `sync` every interval and shortly after each change; one that is due while another runs is the same (the replicator joins them).
 *
 * @param intervalMs 0: neither the timer, nor changes, nor the network's return start a sync
 */
export function scheduleSyncs(sync: (by: Reason) => Promise<unknown>, intervalMs: number): SyncSchedule {
  if (intervalMs === 0) return { changed() {}, wake() {}, stop() {} };
  let soon: NodeJS.Timeout | undefined;
  const run = (by: Reason): void => void sync(by);
  const timer = setInterval(() => run('timer'), intervalMs).unref();
  run('timer');
  return {
    changed() {
      soon ??= setTimeout(() => {
        soon = undefined;
        run('timer');
      }, DEBOUNCE_MS).unref();
    },
    wake: () => run('hand'),
    stop() {
      clearInterval(timer);
      clearTimeout(soon);
    },
  };
}
