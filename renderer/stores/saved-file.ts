import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

import { useHost } from '../host/bridge-key.ts';

/** How far the making of one file of everything is. */
export type Saving = { state: 'idle' } | { state: 'copying' | 'fetching'; done: number; total: number };

/** One file of everything: every event, its history, and what waits. */
export const useSavedFile = defineStore('saved-file', () => {
  const { bridge } = useHost();
  const saving = shallowRef<Saving>({ state: 'idle' });
  let call = new AbortController();

  return {
    saving,

    /** Makes it; undefined where that was given up. Throws `storage_full` and all else that the engine refuses. */
    async make(): Promise<{ fileName: string; content: Blob } | undefined> {
      const own = new AbortController();
      const { signal } = own;
      call = own;
      saving.value = { state: 'copying', done: 0, total: 0 };
      try {
        for await (const message of await bridge.backups.save(undefined, { signal })) {
          if (message.state === 'copying') {
            saving.value = message;
            continue;
          }
          const { transfer, fileName, sizeBytes: total } = message;
          const parts: Blob[] = [];
          for (let done = 0; done < total; done += parts.at(-1)!.size) {
            saving.value = { state: 'fetching', done, total };
            const part = await bridge.backups.read({ transfer, offset: done }, { signal });
            if (part.size === 0) throw new Error(`The file of everything ends after ${done} of ${total} bytes.`);
            parts.push(part);
          }
          return { fileName, content: new Blob(parts, { type: 'application/octet-stream' }) };
        }
        return undefined;
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      } finally {
        own.abort();
        saving.value = { state: 'idle' };
      }
    },

    cancel: (): void => call.abort(),
  };
});
