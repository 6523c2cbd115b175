import type { JsonValue } from '../base/json.ts';
import type { SessionInput } from '../contract/session.ts';
import type { CatalogItem } from '../catalog/catalog.ts';
import { isMembers, setMember, type Members } from './frab-schedule.ts';
import { byId } from './order.ts';

/** What a schedule file says of a session and the contract has no field for is a custom field of this prefix. */
const PREFIX = 'frab:';

/** Keeps an event's abstract where the session's description is the event's own. */
export const ABSTRACT_FIELD = `${PREFIX}abstract`;

/** Members of an event that the contract has fields for. */
export const PLACED_MEMBERS: readonly string[] = ['title', 'code', 'room', 'track', 'type', 'persons', 'date'].concat([
  'start',
  'end',
  'duration',
  'abstract',
  'description',
]);

type CustomFieldValue = NonNullable<SessionInput['custom_field_values']>[number];

/** How a value is kept that none of the contract's own members fits; it stands beside the value. */
const SHAPE = 'frab_shape';

/** The value as a custom field's, in the member that fits: texts, numbers, lists of texts, tables of objects. */
export function toCustomFieldValue(name: string, value: JsonValue): CustomFieldValue {
  const field = { custom_field_id: PREFIX + name };
  if (typeof value === 'string') return { ...field, string_value: value };
  if (typeof value === 'number') return { ...field, numeric_value: value };
  if (typeof value === 'boolean') return { ...field, boolean_value: value };
  if (isMembers(value)) return { ...field, table_value: [value], [SHAPE]: 'object' };
  const list = value ?? [];
  if (list.every((item) => typeof item === 'string')) return { ...field, list_value: list };
  if (list.every((item) => isMembers(item))) return { ...field, table_value: list };
  return { ...field, table_value: list.map((item) => ({ value: item })), [SHAPE]: 'values' };
}

/** The members that a session's custom fields keep for its file; the coordinator's own custom fields are not among them. */
export function fromCustomFieldValues(values: readonly CustomFieldValue[]): Members {
  const members: Members = {};
  for (const value of values) {
    if (!value.custom_field_id.startsWith(PREFIX)) continue;
    const name = value.custom_field_id.slice(PREFIX.length);
    if (name === 'abstract' || !PLACED_MEMBERS.includes(name)) setMember(members, name, fromCustomFieldValue(value));
  }
  return members;
}

function fromCustomFieldValue(value: CustomFieldValue): JsonValue | undefined {
  // Custom field values are JSON: they came out of a request or a file.
  const table = value.table_value as Members[] | undefined;
  if (table !== undefined && value[SHAPE] === 'object') return table[0];
  if (table !== undefined && value[SHAPE] === 'values') return table.map((row) => row['value'] ?? null);
  return table ?? value.list_value ?? value.boolean_value ?? value.numeric_value ?? value.string_value;
}

/** The catalog's items for the custom fields that these sessions use. */
export function customFieldsOf(sessions: readonly SessionInput[]): CatalogItem<'custom_fields'>[] {
  const types = new Map<string, string>();
  for (const value of sessions.flatMap((session) => session.custom_field_values ?? [])) {
    if (!types.has(value.custom_field_id)) types.set(value.custom_field_id, typeOf(value));
  }
  const items = [...types].map(([id, type]) => {
    const name = id.slice(PREFIX.length);
    return { id, name: nameOf(name), type, public: !PRIVATE.has(name) };
  });
  return items.sort(byId);
}

/** Answers to an organiser's questions hold telephone numbers and worse: pretalx's public exports leave them out, too. */
const PRIVATE: ReadonlySet<string> = new Set(['answers']);

function typeOf(value: CustomFieldValue): string {
  if (value.table_value !== undefined) return 'table';
  if (value.list_value !== undefined) return 'list';
  if (value.boolean_value !== undefined) return 'boolean';
  return value.numeric_value === undefined ? 'text' : 'number';
}

/** `feedback_url` as people read it: Feedback URL. */
function nameOf(member: string): string {
  const words = member.replaceAll('_', ' ').replaceAll(/\b(url|guid|id)\b/g, (word) => word.toUpperCase());
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
