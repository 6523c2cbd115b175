import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { fromBridgeError } from '../../shared/rpc/bridge-errors.ts';
import type { KeptCopy, RestorePreview, UnusableReason } from '../../shared/rpc/messages.ts';
import { useHost } from '../host/bridge-key.ts';
import { reasonWords } from '../i18n/reason-words.ts';
import { useWorkspace } from './workspace.ts';

/** What is to take the place of the data. */
export type Replacement = { kind: 'kept'; copy: KeptCopy } | { kind: 'file'; name: string } | { kind: 'empty' };

/** How far putting something in the place of the data is. */
export type RecoveryStep =
  | { step: 'closed' }
  | { step: 'sending'; what: Replacement; done: number; total: number }
  | { step: 'preparing'; what: Replacement }
  /** A person decides. */
  | { step: 'ready'; what: Replacement; restore: string; preview: RestorePreview }
  /** Decided: the engine goes away, and comes back with it. */
  | { step: 'restoring'; what: Replacement }
  /** Done; of so many sessions something waits to be sent that was in it. */
  | { step: 'restored'; what: Replacement; held: number }
  | { step: 'refused'; what: Replacement; because?: UnusableReason; message: string };

/** What passes the bridge at once, in bytes. */
const PART_BYTES = 4 * 1024 * 1024;

/** Puts a copy, a file of everything, or nothing in the place of the data, once a person has seen what that means. */
export const useRecovery = defineStore('recovery', () => {
  const { bridge } = useHost();
  const workspace = useWorkspace();

  const current = shallowRef<RecoveryStep>({ step: 'closed' });
  /** Ends what is under way; the engine then forgets it. */
  let call = new AbortController();

  async function run(
    what: Replacement,
    isDecided: boolean,
    sourceOf: (signal: AbortSignal) => Promise<{ kept: string } | { received: string } | 'empty'>,
  ): Promise<void> {
    call.abort();
    const own = new AbortController();
    call = own;
    const { signal } = own;
    let held = 0;
    try {
      const source = await sourceOf(signal);
      current.value = { step: 'preparing', what };
      const messages = await bridge.backups.restore({ source }, { signal });
      for (let isUnderWay = true; isUnderWay;) {
        const { value: message, done } = await messages.next();
        if (signal.aborted || done === true) return;
        if (message.state === 'ready') {
          held = message.preview.held;
          current.value = { step: 'ready', what, ...message };
          if (isDecided) await confirm();
        } else if (message.state === 'decided') {
          current.value = { step: 'restoring', what };
          await workspace.comesBack();
          isUnderWay = false;
        } else if (message.state === 'refused') {
          current.value = { step: 'refused', what, because: message.because, message: message.message };
          return;
        }
      }
      current.value = { step: 'restored', what, held };
    } catch (error) {
      if (!signal.aborted) current.value = { step: 'refused', what, message: messageOf(error) };
    } finally {
      own.abort();
    }
  }

  async function confirm(): Promise<void> {
    const asked = current.value;
    if (asked.step !== 'ready') return;
    await bridge.backups.confirm({ restore: asked.restore });
  }

  /** Hands the file to the engine, part by part, and answers under which name it has it. */
  async function send(file: File, what: Replacement, signal: AbortSignal): Promise<{ received: string }> {
    const total = file.size;
    current.value = { step: 'sending', what, done: 0, total };
    const receiving = await bridge.backups.receive({ sizeBytes: total }, { signal });
    const begun = await receiving.next();
    if (begun.done === true) throw new ContractError('unreachable', because('file_not_taken'));
    const { transfer } = begun.value;
    for (let done = 0; done < total; done += PART_BYTES) {
      const part = new File([file.slice(done, done + PART_BYTES)], 'part');
      await bridge.backups.put({ transfer, part }, { signal });
      // Given up just as the part arrived: nothing more of it is shown.
      signal.throwIfAborted();
      current.value = { step: 'sending', what, done: Math.min(total, done + part.size), total };
    }
    return { received: transfer };
  }

  return {
    current,

    /** Looks into a copy of this folder; `decided` by who needs to see no more, it is restored at once. */
    async restoreKept(copy: KeptCopy, { decided = false } = {}): Promise<void> {
      await run({ kind: 'kept', copy }, decided, async () => ({ kept: copy.id }));
    },

    /** Looks into a file of everything. */
    async restoreFile(file: File): Promise<void> {
      const what: Replacement = { kind: 'file', name: file.name };
      await run(what, false, async (signal) => await send(file, what, signal));
    },

    /** Begins without any data. */
    async beginEmpty(): Promise<void> {
      await run({ kind: 'empty' }, true, async () => 'empty');
    },

    /** Decides for what is ready. */
    async confirm(): Promise<void> {
      const asked = current.value;
      try {
        await confirm();
      } catch (error) {
        // Once it is decided the connection ends, perhaps before the answer came.
        if (asked.step === 'ready' && current.value === asked) {
          current.value = { step: 'refused', what: asked.what, message: messageOf(error) };
        }
      }
    },

    /** Gives up what is under way, as long as it is not decided. */
    close(): void {
      if (current.value.step === 'restoring') return;
      call.abort();
      current.value = { step: 'closed' };
    },
  };
});

/** The failure of a stream comes as the bridge has it. */
function messageOf(failure: unknown): string {
  const error = failure instanceof ContractError ? failure : fromBridgeError(failure);
  if (!(error instanceof ContractError)) return String(error);
  return reasonWords(error);
}
