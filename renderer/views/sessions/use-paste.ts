import { watchDebounced } from '@vueuse/core';
import { computed, shallowRef, watch } from 'vue';
import { useI18n } from 'vue-i18n';

import type { CsvFieldName, CsvMapping, PastedPreview } from '../../../shared/catalog/csv-columns.ts';
import { ContractError } from '../../../shared/contract/errors.ts';
import { useLongWork } from '../../composables/use-long-work.ts';
import { useUndo } from '../../composables/use-undo.ts';
import { reasonWords } from '../../i18n/reason-words.ts';
import { useHost } from '../../host/bridge-key.ts';
import { isGivenUp, useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';
import { useNotices } from '../../stores/notices.ts';
import { withHeadings } from './pasted-text.ts';

/** Rows pasted from a spreadsheet: how they are understood, what they would make, and then making it as one step. */
export function usePaste(pasted: string) {
  const { bridge } = useHost();
  const { t, n } = useI18n();
  const event = useEvent();
  const edit = useEdit();
  const notices = useNotices();
  const { undo } = useUndo();
  const taking = useLongWork();

  const text = shallowRef(pasted);
  const hasHeadings = shallowRef(true);
  /** As the person says; until then as the headings suggest. */
  const mapping = shallowRef<CsvMapping>();
  const preview = shallowRef<PastedPreview>();
  const failure = shallowRef<string>();
  const isAsking = shallowRef(false);

  const sent = computed(() =>
    hasHeadings.value ? text.value : withHeadings(text.value, (n) => t('sessions.paste.column', { n })),
  );

  let turn = 0;
  async function read(): Promise<void> {
    const mine = (turn += 1);
    failure.value = undefined;
    if (text.value.trim() === '') {
      preview.value = undefined;
      return;
    }
    isAsking.value = true;
    const request = { tenantId: event.tenantId, eventId: event.event?.id ?? '', text: sent.value };
    try {
      const found = await bridge.edit.previewPaste(
        mapping.value === undefined ? request : { ...request, mapping: mapping.value },
      );
      if (mine === turn) preview.value = found;
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      if (mine !== turn) return;
      preview.value = undefined;
      failure.value = reasonWords(error);
    } finally {
      if (mine === turn) isAsking.value = false;
    }
  }

  watchDebounced(
    text,
    () => {
      mapping.value = undefined;
      void read();
    },
    { debounce: 300 },
  );
  watch(hasHeadings, () => {
    mapping.value = undefined;
    void read();
  });
  void read();

  const counts = computed(() => {
    const sessions = preview.value?.sessions ?? [];
    const count = (becomes: string): number => sessions.filter((session) => session.becomes === becomes).length;
    return { new: count('new'), changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') };
  });

  return {
    text,
    hasHeadings,
    preview,
    failure,
    isAsking,
    counts,
    taking,

    /** Each column tells one thing, and each thing is told by one column. */
    setField(column: number, field: CsvFieldName | undefined): void {
      const before = Object.entries(preview.value?.mapping ?? mapping.value ?? {});
      const others = before.filter(([name, at]) => at !== column && name !== field);
      mapping.value = Object.fromEntries(field === undefined ? others : [...others, [field, column]]);
      void read();
    },

    /** Takes the rows in; given up, those that were taken stay, and can be undone. */
    async take(): Promise<'done' | 'given up' | 'failed'> {
      const known = preview.value?.mapping;
      if (known === undefined) return 'failed';
      const request = { tenantId: event.tenantId, eventId: event.event?.id ?? '', text: sent.value, mapping: known };
      try {
        const { done, refused } = await taking.run(
          async (work, signal) =>
            await edit.perform(async () => await bridge.edit.paste({ ...request, work }, { signal })),
        );
        const names = preview.value?.sessions ?? [];
        notices.tell({
          kind: 'done',
          text: t('sessions.paste.done', { n: n(done.length) }, done.length),
          details: refused.slice(0, 3).map((refusal) => `${names[refusal.at]?.name ?? ''}: ${reasonWords(refusal)}`),
          action: { label: t('sessions.undo'), run: undo },
        });
        return 'done';
      } catch (error) {
        // Of a failure the notice has told why; the rows stay where they are.
        if (!isGivenUp(error)) return 'failed';
        const action = { label: t('sessions.undo'), run: undo };
        notices.tell({ kind: 'done', text: t('sessions.paste.givenUp'), action });
        return 'given up';
      }
    },
  };
}
