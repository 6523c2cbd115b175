import { objectsOf, type JsonObject } from '../../../shared/base/json.ts';

/** How the value of a custom field is edited. */
export type ValueForm = 'text' | 'number' | 'yesNo' | 'file' | 'list' | 'table';

const members = {
  text: 'string_value',
  number: 'numeric_value',
  yesNo: 'boolean_value',
  file: 'file_url_value',
  list: 'list_value',
  table: 'table_value',
} as const satisfies Record<ValueForm, string>;

const forms = Object.entries(members) as [ValueForm, string][];

/** What headquarters and schedule files call the types of custom fields. */
const byType: readonly (readonly [RegExp, ValueForm])[] = [
  [/bool|check|yes/i, 'yesNo'],
  [/num|int|float|decimal|currency/i, 'number'],
  [/table/i, 'table'],
  [/list|multi|select|choice|tags/i, 'list'],
  [/file|url|upload|image/i, 'file'],
];

/** The form of a value: that of the member it has, else by the type of its field. */
export function formOf(value: JsonObject | undefined, type: string | undefined): ValueForm {
  const held = forms.find(([, member]) => value?.[member] !== undefined && value[member] !== null);
  if (held !== undefined) return held[0];
  return byType.find(([pattern]) => pattern.test(type ?? ''))?.[1] ?? 'text';
}

export function valueIn(value: JsonObject | undefined, form: ValueForm): unknown {
  return value?.[members[form]] ?? undefined;
}

/** The session's values with one set, or, undefined, taken away; a value keeps members that are not known. */
export function withValue(values: unknown, fieldId: string, form: ValueForm, next: unknown): JsonObject[] | undefined {
  const list = objectsOf(values);
  const at = list.findIndex(({ custom_field_id: id }) => id === fieldId);
  const changed =
    next === undefined
      ? list.filter((_, index) => index !== at)
      : at === -1
        ? [...list, { custom_field_id: fieldId, [members[form]]: next }]
        : list.map((value, index) => (index === at ? { ...value, [members[form]]: next } : value));
  return changed.length === 0 ? undefined : changed;
}
