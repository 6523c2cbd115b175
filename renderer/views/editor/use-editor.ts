import { computed, onScopeDispose, provide, watch, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';

import type { JsonObject } from '../../../shared/base/json.ts';
import { useClashText } from '../../composables/use-clash-text.ts';
import { useValueWords } from '../../composables/use-value-words.ts';
import { useSessionRoute, type NewSessionFields } from '../../composables/use-session-route.ts';
import { reasonWords, wordsOf } from '../../i18n/reason-words.ts';
import { useDrafts, type Draft } from '../../stores/drafts.ts';
import { useNotices } from '../../stores/notices.ts';
import { EDITOR } from './editor-context.ts';
import { faultsOf, fieldOf, shownOf } from './draft-state.ts';
import { FIELD_CONTEXT } from './field-context.ts';
import { useSyncNotes } from './use-sync-notes.ts';

/** The session that the address names, as the editor's fields read and write it. Provides the fields' contexts. */
export function useEditor(sessionId: Readonly<Ref<string>>) {
  const { t, locale } = useI18n();
  const { title } = useValueWords();
  const drafts = useDrafts();
  const notices = useNotices();
  const route = useSessionRoute();
  const { sentence } = useClashText();

  const draft = computed(() => drafts.drafts.get(sessionId.value));
  const sync = useSyncNotes(sessionId);

  watch(
    sessionId,
    (id, before) => {
      if (before !== undefined && before !== 'new') leave(before);
      // A new session has an id from the first letter on: what is typed is found again under it.
      if (id === 'new') void route.open(drafts.openNew(fieldsOf(route.given.value)));
      else drafts.open(id);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    leave(sessionId.value);
  });

  function leave(id: string): void {
    void drafts.save(id).then(() => letGo(id));
  }

  function letGo(id: string): void {
    const left = drafts.drafts.get(id);
    if (left?.at === 'new') {
      leaveNew(left);
      return;
    }
    if (left?.at === 'there') leaveUnsaved(left);
    drafts.close(id);
  }

  /** What cannot be saved as it is stays as it was typed, out of sight: that is told. */
  function leaveUnsaved({ id, state: { saved, fields } }: Draft): void {
    const unsaved = Object.keys(fields).filter((field) => fields[field]?.state !== 'away');
    if (unsaved.length === 0) return;
    const names = new Intl.ListFormat(locale.value, { type: 'conjunction' }).format(
      unsaved.map((field) => title(field)),
    );
    const text = t('editor.left', { name: String(saved?.['name'] ?? '').slice(0, 200), fields: names });
    notices.tell({ kind: 'failed', text, action: { label: t('editor.new.goOn'), run: () => route.open(id) } });
  }

  /** A new session that has no name yet is given up; another waits to be completed, and says so. */
  function leaveNew({ id, state }: Draft): void {
    const { name } = shownOf(state);
    if (typeof name !== 'string' || name.trim() === '') {
      drafts.discard(id);
      return;
    }
    const action = { label: t('editor.new.goOn'), run: () => route.open(id) };
    notices.tell({ kind: 'failed', text: t('editor.new.left', { name }), action });
  }

  const values = computed<JsonObject>(() => (draft.value === undefined ? {} : shownOf(draft.value.state)));
  const isLocked = computed(() => values.value['sys_locked'] === true);

  const faults = computed(() => {
    const found = new Map<string, string[]>();
    const current = draft.value;
    if (current === undefined) return found;
    const add = (field: string, words: string): void => void found.set(field, [...(found.get(field) ?? []), words]);
    const { fields } = current.state;
    for (const fault of faultsOf(current.state)) {
      // Of a new session, what is still to be filled in is no fault yet; the head of the editor names it.
      const field = fieldOf(fault);
      if (current.state.saved !== undefined || fields[field] !== undefined) add(field, reasonWords(fault));
    }
    for (const [field, { state, why }] of Object.entries(fields)) {
      if (state === 'refused') for (const reason of why ?? []) add(field, wordsOf(reason));
    }
    return found;
  });

  provide(FIELD_CONTEXT, {
    values,
    faults,
    isReadOnly: computed(() => isLocked.value || draft.value?.at === 'gone' || draft.value?.at === 'loading'),
    set(changes, when) {
      drafts.type(sessionId.value, changes, when);
    },
    flush() {
      void drafts.save(sessionId.value);
    },
  });
  provide(EDITOR, { draft, sync: sync.notes, resolve: sync.resolve });

  return {
    draft,
    values,
    isLocked,
    sync,
    /** What a new session still needs before it can be created, by field. */
    missing: computed(() => {
      const current = draft.value;
      if (current === undefined || current.state.saved !== undefined) return [];
      return [...new Set(faultsOf(current.state).map(fieldOf))];
    }),
    forbidden: computed(() => draft.value?.forbidden.map((clash) => sentence(clash, draft.value?.id)) ?? []),
  };
}

function fieldsOf({ start, end, room, type, track, name, contact, abstract }: NewSessionFields): JsonObject {
  return Object.fromEntries(
    Object.entries({
      name,
      start_date: start,
      end_date: end,
      room_ids: room === undefined ? undefined : [room],
      type_id: type,
      track_ids: track === undefined ? undefined : [track],
      speakers: contact === undefined ? undefined : [{ contact_id: contact, type_id: '' }],
      abstract_id: abstract,
    }).filter(([, value]) => value !== undefined),
  );
}
