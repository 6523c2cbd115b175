import { computed, provide, ref, shallowRef, watch } from 'vue';
import { useI18n } from 'vue-i18n';

import { own, type JsonObject } from '../../../shared/base/json.ts';
import type { BulkChange, BulkPreview } from '../../../shared/contract/bulk-change.ts';
import { ContractError } from '../../../shared/contract/errors.ts';
import { findFaults } from '../../../shared/contract/parse.ts';
import { fieldSchemas } from '../../../shared/contract/session.ts';
import { useLongWork } from '../../composables/use-long-work.ts';
import { useUndo } from '../../composables/use-undo.ts';
import { useHost } from '../../host/bridge-key.ts';
import { useDays } from '../../stores/days.ts';
import { useEdit } from '../../stores/edit.ts';
import { useEvent } from '../../stores/event.ts';
import { useNotices } from '../../stores/notices.ts';
import { reasonWords } from '../../i18n/reason-words.ts';
import { asIds, FIELD_CONTEXT } from '../editor/field-context.ts';
import { editorField } from '../editor/field-table.ts';
import { speakersOf } from '../editor/speaker-list.ts';
import { bulkChangeFor, type BulkAction } from './bulk-change-for.ts';
import { isListField, type BulkField } from './bulk-fields.ts';

/** After the last change of the form the preview is asked for, in milliseconds. */
const PAUSE_MS = 250;

/** A change of many sessions as it is put together: what would happen is shown before it happens. Provides the context of the field's control. */
export function useBulkEdit(ids: readonly string[]) {
  const { bridge } = useHost();
  const { t, n } = useI18n();
  const event = useEvent();
  const days = useDays();
  const edit = useEdit();
  const notices = useNotices();
  const { undo } = useUndo();
  const saving = useLongWork();

  const field = ref<BulkField>('type_id');
  const how = ref<'set' | 'add' | 'remove' | 'clear'>('set');
  const minutes = ref<number>();
  const values = shallowRef<JsonObject>({});

  const faults = computed(() => {
    const schema = own(fieldSchemas, field.value);
    if (schema === undefined || values.value[field.value] === undefined) return new Map<string, string[]>();
    const found = findFaults(schema as (typeof fieldSchemas)[string], values.value[field.value]);
    return new Map(found.length === 0 ? [] : [[field.value, found.map(reasonWords)]]);
  });

  provide(FIELD_CONTEXT, {
    values: computed(() => values.value),
    faults,
    isReadOnly: computed(() => false),
    set: (changes) => (values.value = { ...values.value, ...changes }),
    flush: () => undefined,
  });

  const action = computed<BulkAction | undefined>(() => {
    const value = values.value[field.value];
    if (faults.value.size > 0) return undefined;
    if (field.value === 'shift') {
      return minutes.value === undefined || minutes.value === 0 ? undefined : { how: 'shift', minutes: minutes.value };
    }
    if (how.value === 'clear') return { how: 'set', set: { [field.value]: undefined } };
    if (field.value === 'speakers') {
      const [person] = speakersOf(value);
      if (person === undefined || how.value === 'set') return undefined;
      const { contact_id: contactId, type_id: typeId, name } = person;
      if (how.value === 'remove') return { how: 'remove', field: 'speakers', contactId };
      return { how: 'add', field: 'speakers', contactId, typeId: asText(typeId), name: asText(name) };
    }
    if (isListField(field.value) && how.value !== 'set') {
      const chosen = asIds(value);
      return chosen.length === 0 ? undefined : { how: how.value, field: field.value, ids: chosen };
    }
    // A box that was never touched is a no; of other fields nothing is said yet.
    if (value === undefined && !isYesNo(field.value)) return undefined;
    const set = { [field.value]: value ?? false };
    // Places are limited only where it is said to how many.
    if (set['enable_capacity'] !== true) return { how: 'set', set };
    const { capacity_options: options } = values.value;
    return options === undefined ? undefined : { how: 'set', set: { ...set, capacity_options: options } };
  });
  const change = computed(() =>
    action.value === undefined ? undefined : bulkChangeFor(action.value, ids, event.sessions, days.clock),
  );

  const preview = shallowRef<BulkPreview>();
  const failure = shallowRef<string>();
  const isAsking = shallowRef(false);
  let turn = 0;
  async function ask(wanted: BulkChange, mine: number): Promise<void> {
    try {
      const found = await bridge.edit.preview({ tenantId: event.tenantId, change: wanted });
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

  watch(
    change,
    (wanted, _, onCleanup) => {
      const mine = (turn += 1);
      failure.value = undefined;
      if (wanted === undefined) {
        preview.value = undefined;
        return;
      }
      isAsking.value = true;
      const timer = setTimeout(() => void ask(wanted, mine), PAUSE_MS);
      onCleanup(() => clearTimeout(timer));
    },
    { immediate: true },
  );

  const isSaving = shallowRef(false);
  /** Changes all, or, if some cannot be changed, the others. Answers whether it is done. */
  async function apply(): Promise<boolean> {
    const wanted = change.value;
    if (wanted === undefined) return false;
    isSaving.value = true;
    try {
      const leaveRefused = (preview.value?.refused ?? 0) > 0;
      const request = { tenantId: event.tenantId, change: wanted, leaveRefused };
      const { changed, refusals } = await saving.run(
        async (work, signal) =>
          await edit.perform(async () => await bridge.edit.changeMany({ ...request, work }, { signal })),
      );
      notices.tell({
        kind: 'done',
        text: t('sessions.bulk.done', { n: n(changed) }, changed),
        details: refusals.slice(0, 3).map((refusal) => `${refusal.name}: ${reasonWords(refusal)}`),
        action: { label: t('sessions.undo'), run: undo },
      });
      return true;
    } catch {
      // The notice has told why; the form stays as it is.
      return false;
    } finally {
      isSaving.value = false;
    }
  }

  return { field, how, minutes, values, action, change, preview, failure, isAsking, isSaving, saving, apply };
}

export function isYesNo(field: BulkField): boolean {
  return field !== 'shift' && editorField(field).control === 'yesNo';
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
