import type { Replicator } from '../../shared/replication/replicator.ts';
import type { SyncStatus } from '../../shared/replication/sync-status.ts';

/** How long changes of a status are gathered, in milliseconds: a sync may make thousands in a second. */
const GATHER_MS = 200;

/** Tells the status now and whenever it has changed. Answers what ends it. */
export function watchStatus(replicator: Replicator, listener: (status: SyncStatus) => void): () => void {
  let told = '';
  let soon: NodeJS.Timeout | undefined;
  const tell = (): void => {
    soon = undefined;
    const status = replicator.status();
    const text = JSON.stringify(status);
    if (text === told) return;
    told = text;
    listener(status);
  };
  const unwatch = replicator.watch(() => {
    soon ??= setTimeout(tell, GATHER_MS).unref();
  });
  tell();
  return () => {
    unwatch();
    clearTimeout(soon);
  };
}
