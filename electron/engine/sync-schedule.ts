/** How long after a change here a sync starts: what is typed in one go is sent in one go. */
const DEBOUNCE_MS = 500;

/** Starts syncs by timer and after changes here. */
export interface SyncSchedule {
  /** Something here waits to be sent. */
  changed(): void;
  stop(): void;
}

/**
 * Runs `sync` every interval and shortly after each change; one that is due while another runs is the same (the replicator joins them).
 *
 * @param intervalMs 0: neither the timer nor changes start a sync
 */
export function scheduleSyncs(sync: () => Promise<unknown>, intervalMs: number): SyncSchedule {
  if (intervalMs === 0) return { changed() {}, stop() {} };
  let soon: NodeJS.Timeout | undefined;
  const run = (): void => void sync();
  const timer = setInterval(run, intervalMs).unref();
  run();
  return {
    changed() {
      soon ??= setTimeout(() => {
        soon = undefined;
        run();
      }, DEBOUNCE_MS).unref();
    },
    stop() {
      clearInterval(timer);
      clearTimeout(soon);
    },
  };
}
