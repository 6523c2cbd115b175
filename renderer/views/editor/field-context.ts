import { computed, inject, type ComputedRef, type InjectionKey } from 'vue';
import { useI18n } from 'vue-i18n';

import { own, type JsonObject } from '../../../shared/base/json.ts';
import { editorField } from './field-table.ts';

/** What the fields of a form read and write: a session in the editor, or the values of a change of many. */
export interface FieldContext {
  readonly values: ComputedRef<JsonObject>;
  /** The words of what is wrong, by field; told beside the field. */
  readonly faults: ComputedRef<ReadonlyMap<string, readonly string[]>>;
  readonly isReadOnly: ComputedRef<boolean>;
  /** Fields to set, undefined to take one away. `soon`: while it is typed; `now`: it is chosen, or left. */
  set(changes: Readonly<Record<string, unknown>>, when: 'soon' | 'now'): void;
  /** What was typed is left. */
  flush(): void;
}

export const FIELD_CONTEXT: InjectionKey<FieldContext> = Symbol('the form that a field stands in');

export function useFieldContext(): FieldContext {
  const context = inject(FIELD_CONTEXT);
  if (context === undefined) throw new Error('A field stands in no form.');
  return context;
}

/** One field of the form: its words, its value, and the way to set it. */
export function useField(name: string) {
  const { values, faults, isReadOnly, set, flush } = useFieldContext();
  const { t, te } = useI18n();
  const { isRequired = false } = editorField(name);
  const value = computed<unknown>(() => own(values.value, name) ?? undefined);
  return {
    value,
    isReadOnly,
    /** What the frame of a field shows. */
    frame: computed(() => ({
      label: t(`fields.${name}.title`),
      description: te(`fields.${name}.description`, 'en') ? t(`fields.${name}.description`) : undefined,
      fault: faults.value.get(name)?.join('; '),
      required: isRequired,
    })),
    setSoon: (next: unknown): void => set({ [name]: next }, 'soon'),
    setNow: (next: unknown): void => set({ [name]: next }, 'now'),
    flush,
  };
}

/** A text, whatever stands there: a record from headquarters may hold anything. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A list of ids; what else stands in it is passed over. */
export function asIds(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}
