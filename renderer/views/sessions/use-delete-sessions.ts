import { useI18n } from 'vue-i18n';

import { useUndo } from '../../composables/use-undo.ts';
import { useHost } from '../../host/bridge-key.ts';
import { reasonWords } from '../../i18n/reason-words.ts';
import { useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';
import { useNotices } from '../../stores/notices.ts';

/** Deletes sessions, and tells what was done with the way back beside it. */
export function useDeleteSessions() {
  const { bridge } = useHost();
  const event = useEvent();
  const edit = useEdit();
  const notices = useNotices();
  const { t } = useI18n();
  const { undo } = useUndo();

  return {
    async deleteOne(id: string, name: string): Promise<void> {
      await edit.remove(id);
      notices.tell({ kind: 'done', text: t('sessions.deleted.one', { name }), action: undoAction() });
    },

    /** All that can be deleted, as one step; what cannot is named. Answers how many were. */
    async deleteMany(ids: readonly string[]): Promise<number> {
      const names = ids.map((id) => event.sessions.get(id)?.name ?? id);
      const { done, refused } = await edit.perform(
        async () => await bridge.edit.deleteMany({ tenantId: event.tenantId, ids: [...ids] }),
      );
      const details = refused.map((refusal) => `${names[refusal.at] ?? ''}: ${reasonWords(refusal)}`);
      if (done.length > 0) {
        notices.tell({ kind: 'done', text: t('sessions.deleted.many', done.length), action: undoAction() });
      }
      if (refused.length > 0) {
        notices.tell({ kind: 'failed', text: t('sessions.deleted.refused', refused.length), details });
      }
      return done.length;
    },
  };

  function undoAction(): { label: string; run: () => unknown } {
    return { label: t('sessions.undo'), run: undo };
  }
}
