import { v7 as uuidv7 } from 'uuid';
import { shallowRef } from 'vue';

import type { WorkProgress } from '../../shared/rpc/messages.ts';
import { useHost } from '../host/bridge-key.ts';

/** Work that is done sooner shows no progress: it would only flicker. In milliseconds. */
const PATIENCE_MS = 500;

/** A call of the engine that may take long: how far it is, once that is worth telling, and a way to give it up. A newer one ends an older. */
export function useLongWork() {
  const { follow } = useHost();
  /** Whether it has taken so long that its progress is to be shown. */
  const isLong = shallowRef(false);
  const progress = shallowRef<WorkProgress>();
  let call = new AbortController();

  function cancel(): void {
    call.abort();
    isLong.value = false;
    progress.value = undefined;
  }

  return {
    isLong,
    progress,
    cancel,

    /** Runs a call with the id by which it is followed. A call that was given up throws, with `signal.aborted`. */
    async run<T>(work: (work: string, signal: AbortSignal) => Promise<T>): Promise<T> {
      cancel();
      const mine = new AbortController();
      call = mine;
      const id = uuidv7();
      const stop = follow((bridge, signal) => bridge.work.watch({ work: id }, { signal }), {
        onMessage(told) {
          if (call === mine && !mine.signal.aborted) progress.value = told;
        },
      });
      const timer = setTimeout(() => (isLong.value = call === mine && !mine.signal.aborted), PATIENCE_MS);
      try {
        return await work(id, mine.signal);
      } finally {
        clearTimeout(timer);
        stop();
        if (call === mine) {
          isLong.value = false;
          progress.value = undefined;
        }
      }
    },
  };
}
