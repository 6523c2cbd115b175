import { watch } from 'vue';

import { useNotices } from '../stores/notices.ts';
import { useLongWork } from './use-long-work.ts';

/** Work that may take long and has no place of its own on the screen: once it does, a notice tells how far it is. */
export function useToldWork() {
  const long = useLongWork();
  const notices = useNotices();

  return {
    /** Runs a call as `useLongWork` does; with `canCancel`, the notice lets a person give it up. */
    async run<T>(
      text: string,
      { canCancel }: { canCancel: boolean },
      work: (work: string, signal: AbortSignal) => Promise<T>,
    ): Promise<T> {
      let notice: number | undefined;
      const stop = watch(long.isLong, (isLong) => {
        if (!isLong) return;
        const cancel = canCancel ? { cancel: long.cancel } : {};
        notice = notices.tell({ kind: 'working', text, work: { progress: long.progress, ...cancel } });
      });
      try {
        return await long.run(work);
      } finally {
        stop();
        if (notice !== undefined) notices.close(notice);
      }
    },
  };
}
