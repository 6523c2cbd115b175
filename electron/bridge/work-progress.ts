import type { WorkProgress } from '../../shared/rpc/messages.ts';
import { Mailbox } from './mailbox.ts';

interface Watcher {
  latest: WorkProgress;
  readonly news: Mailbox<'progress'>;
}

/** How far long calls are, told to whoever asked for them: a call that is to be followed comes with an id that its caller made. */
export function createWorkProgress() {
  const watchers = new Map<string, Watcher>();
  return {
    /** Takes what a call tells of itself; of a call that nobody follows it goes nowhere. */
    reportTo:
      (work: string | undefined) =>
      (done: number, total: number): void => {
        const watcher = work === undefined ? undefined : watchers.get(work);
        if (watcher === undefined) return;
        watcher.latest = { done, total };
        watcher.news.add('progress');
      },

    /** What a call tells from now on, the latest each time, until the signal ends it. */
    async *watch(work: string, signal: AbortSignal | undefined): AsyncGenerator<WorkProgress> {
      const watcher: Watcher = { latest: { done: 0, total: 0 }, news: new Mailbox() };
      watchers.set(work, watcher);
      try {
        while ((await watcher.news.take(signal)).length > 0) yield watcher.latest;
      } finally {
        watchers.delete(work);
      }
    },
  };
}
