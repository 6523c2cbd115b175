import { randomUUID } from 'node:crypto';

import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { Restoring, SavingFile } from '../../shared/rpc/messages.ts';
import type { Backups } from '../engine/backups.ts';
import type { Recovery } from '../engine/keep-data.ts';
import { MAX_FILE_BYTES, UnusableFile, type RestoreSource } from '../engine/restore.ts';
import { createFileTransfers, type FileTransfers } from './file-transfers.ts';
import { Mailbox } from './mailbox.ts';
import { whenAborted } from './when-aborted.ts';

/** What a window names to be put in the place of the data. */
export type NamedSource = { kept: string } | { received: string } | 'empty';

/** What a window may ask of the copies of everything, whether the data can be read or not. A file or a restore lives as long as the stream that began it. */
export interface BackupCalls {
  read: FileTransfers['read'];
  receive(sizeBytes: number, signal: AbortSignal | undefined): AsyncGenerator<{ transfer: string }>;
  put: FileTransfers['append'];
  save(exportTo: Backups['exportTo'], signal: AbortSignal | undefined): AsyncGenerator<SavingFile>;
  restore(source: NamedSource, signal: AbortSignal | undefined): AsyncGenerator<Restoring>;
  /** Decides for what is ready. */
  confirm(restore: string): void;
}

export function createBackupCalls(recovery: Recovery): BackupCalls {
  const transfers = createFileTransfers(recovery.transfers);
  let isRestoring = false;
  let ready: { id: string; confirm: () => void } | undefined;

  const sourceOf = (named: NamedSource): RestoreSource =>
    named === 'empty' || 'kept' in named ? named : { file: transfers.receivedPath(named.received) };

  return {
    read: transfers.read,
    put: transfers.append,

    async *receive(sizeBytes, signal) {
      const transfer = transfers.beginReceiving(sizeBytes, MAX_FILE_BYTES);
      try {
        yield { transfer: transfer.id };
        await whenAborted(signal);
      } finally {
        transfer.end();
      }
    },

    async *save(exportTo, signal) {
      const transfer = transfers.begin();
      const news = new Mailbox<'progress' | 'end'>();
      let at = { done: 0, total: 0 };
      const copying = exportTo(transfer.path, (done, total) => {
        signal?.throwIfAborted();
        at = { done, total };
        news.add('progress');
      }).finally(() => news.add('end'));
      try {
        for (let told = await news.take(signal); !told.includes('end'); told = await news.take(signal)) {
          if (signal?.aborted === true) return;
          yield { state: 'copying', ...at };
        }
        const { sizeBytes } = await copying;
        const day = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);
        yield { state: 'ready', transfer: transfer.id, fileName: `offstage-${day}.offstage`, sizeBytes };
        await whenAborted(signal);
      } finally {
        // One that is given up ends at its next piece.
        await copying.catch(() => {});
        transfer.end();
      }
    },

    async *restore(source, signal) {
      if (isRestoring) throw new ContractError('in_use', because('restore_under_way'));
      isRestoring = true;
      let isDecided = false;
      try {
        yield { state: 'preparing' };
        const { preview, commit, discard } = await recovery.prepare(sourceOf(source), signal);
        try {
          const confirmed = Promise.withResolvers<void>();
          const id = randomUUID();
          const confirm = (): void => {
            commit();
            isDecided = true;
            confirmed.resolve();
          };
          ready = { id, confirm };
          yield { state: 'ready', restore: id, preview };
          await Promise.race([confirmed.promise, whenAborted(signal)]);
          if (isDecided) yield { state: 'decided' };
        } finally {
          ready = undefined;
          if (!isDecided) discard();
        }
      } catch (error) {
        if (!(error instanceof UnusableFile)) throw error;
        yield { state: 'refused', because: error.unusable, message: error.message };
      } finally {
        isRestoring = false;
        // Now, not before: the window has been told.
        if (isDecided) recovery.reopen();
      }
    },

    confirm(restore) {
      if (ready?.id !== restore) throw new ContractError('not_found', because('restore_not_ready'));
      ready.confirm();
    },
  };
}
