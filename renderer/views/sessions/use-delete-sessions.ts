import { useI18n } from 'vue-i18n';

import type { ManyReport } from '../../../shared/rpc/messages.ts';
import { useToldWork } from '../../composables/use-told-work.ts';
import { useUndo } from '../../composables/use-undo.ts';
import { useHost } from '../../host/bridge-key.ts';
import { reasonWords } from '../../i18n/reason-words.ts';
import { isGivenUp, useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';
import { useNotices } from '../../stores/notices.ts';

/** Deletes sessions, and tells what was done with the way back beside it. */
export function useDeleteSessions() {
  const { bridge } = useHost();
  const event = useEvent();
  const edit = useEdit();
  const notices = useNotices();
  const { t, n } = useI18n();
  const { undo } = useUndo();
  const told = useToldWork();

  return {
    async deleteOne(id: string, name: string): Promise<void> {
      await edit.remove(id);
      notices.tell({ kind: 'done', text: t('sessions.deleted.one', { name }), action: undoAction() });
    },

    /** All that can be deleted, as one step; what cannot is named. Answers how many were. */
    async deleteMany(ids: readonly string[]): Promise<number> {
      const names = ids.map((id) => event.sessions.get(id)?.name ?? id);
      const request = { tenantId: event.tenantId, ids: [...ids] };
      let report: ManyReport;
      try {
        report = await told.run(
          t('sessions.deleted.deleting'),
          { canCancel: true },
          async (work, signal) =>
            await edit.perform(async () => await bridge.edit.deleteMany({ ...request, work }, { signal })),
        );
      } catch (error) {
        // Of a failure a notice has told why.
        if (isGivenUp(error)) {
          notices.tell({ kind: 'done', text: t('sessions.deleted.givenUp'), action: undoAction() });
        }
        return 0;
      }
      const { done, refused } = report;
      const details = refused.map((refusal) => `${names[refusal.at] ?? ''}: ${reasonWords(refusal)}`);
      if (done.length > 0) {
        notices.tell({
          kind: 'done',
          text: t('sessions.deleted.many', { n: n(done.length) }, done.length),
          action: undoAction(),
        });
      }
      if (refused.length > 0) {
        notices.tell({
          kind: 'failed',
          text: t('sessions.deleted.refused', { n: n(refused.length) }, refused.length),
          details,
        });
      }
      return done.length;
    },
  };

  function undoAction(): { label: string; run: () => unknown } {
    return { label: t('sessions.undo'), run: undo };
  }
}
