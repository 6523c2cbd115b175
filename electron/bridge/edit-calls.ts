import { setImmediate as nextTurn } from 'node:timers/promises';

import { ContractError } from '../../shared/contract/errors.ts';
import type { UndoState } from '../../shared/contract/steps.ts';
import type { ManyReport } from '../../shared/rpc/messages.ts';
import type { Following } from '../../shared/service/following.ts';
import type { Steps, UserService } from '../../shared/service/user-service.ts';
import { Mailbox } from './mailbox.ts';

/** So many changes are under way at once: they share a commit. */
const TOGETHER = 100;

/**
 * Does the same for many things as one step: each stands alone, what a rule refuses is told by its place, and all else is done. What is no
 * refusal (a full disk) ends it; the step then holds what was done so far.
 *
 * @param change does it for one thing, and answers the id of its session
 * @param following the signal ends it between two parts: what was done by then is the step
 */
export async function changeEach<Item>(
  user: UserService,
  items: readonly Item[],
  change: (steps: Steps, item: Item) => Promise<string>,
  { onProgress, signal }: Following = {},
): Promise<ManyReport> {
  const report: ManyReport = { done: [], refused: [] };
  await user.inOneStep(async (steps) => {
    const one = async (item: Item, at: number): Promise<void> => {
      try {
        report.done.push(await change(steps, item));
      } catch (error) {
        if (!(error instanceof ContractError) || error.kind === 'internal') throw error;
        report.refused.push({ at, message: error.message, because: error.because, faults: [...error.faults] });
      }
    };
    for (let from = 0; from < items.length; from += TOGETHER) {
      signal?.throwIfAborted();
      await Promise.all(items.slice(from, from + TOGETHER).map(async (item, index) => await one(item, from + index)));
      onProgress?.(Math.min(from + TOGETHER, items.length), items.length);
      await nextTurn();
    }
  });
  report.refused.sort((a, b) => a.at - b.at);
  return report;
}

/** What can be undone and redone, now and whenever it changes. */
export async function* feedUndo(
  user: UserService,
  tenantId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<UndoState> {
  const changed = new Mailbox<'undo'>();
  const stop = user.watchUndo(tenantId, () => changed.add('undo'));
  try {
    while (signal?.aborted !== true) {
      yield user.undoState(tenantId);
      await changed.take(signal);
    }
  } finally {
    stop();
  }
}
