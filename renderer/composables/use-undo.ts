import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

import type { UndoReport } from '../../shared/contract/steps.ts';
import { useEdit } from '../stores/edit.ts';
import { useNotices } from '../stores/notices.ts';
import { useStepWords } from './use-step-words.ts';
import { useToldWork } from './use-told-work.ts';

/** Undo and redo with words for what they would do and what they did. */
export function useUndo() {
  const { t } = useI18n();
  const edit = useEdit();
  const notices = useNotices();
  const words = useStepWords();
  const told = useToldWork();

  async function perform(key: 'undone' | 'redone', run: () => Promise<UndoReport>): Promise<void> {
    let report: UndoReport;
    try {
      report = await told.run(t(`steps.${key === 'undone' ? 'undoing' : 'redoing'}`), { canCancel: false }, run);
    } catch {
      // The store has told why.
      return;
    }
    const { text, details } = words.report(key, report);
    notices.tell({ kind: report.done === 0 ? 'failed' : 'done', text, ...(details.length === 0 ? {} : { details }) });
  }

  return {
    canUndo: computed(() => edit.canUndo),
    canRedo: computed(() => edit.undoState.canRedo),
    /** `Undo: change Room of “Opening”` */
    undoTitle: computed(() => {
      const { undoLabel } = edit.undoState;
      return undoLabel === undefined ? t('commands.undo') : t('steps.undo', { step: words.step(undoLabel) });
    }),
    redoTitle: computed(() => {
      const { redoLabel } = edit.undoState;
      return redoLabel === undefined ? t('commands.redo') : t('steps.redo', { step: words.step(redoLabel) });
    }),
    undo: async (): Promise<void> => await perform('undone', edit.undo),
    redo: async (): Promise<void> => await perform('redone', edit.redo),
  };
}
