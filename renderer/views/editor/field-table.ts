/** How a field is edited. */
export type Control =
  | 'text'
  | 'longText'
  | 'number'
  | 'yesNo'
  | 'access'
  | 'dateTime'
  | 'reference'
  | 'references'
  | 'speakers'
  | 'customFields'
  | 'capacity'
  | 'questions';

/** The kinds of the catalog that fields refer to. */
export type ReferenceKind =
  | 'events'
  | 'session_types'
  | 'tracks'
  | 'rooms'
  | 'speaker_types'
  | 'contacts'
  | 'abstracts';

export interface EditorField {
  readonly name: string;
  readonly control: Control;
  /** What a reference refers to. */
  readonly kind?: ReferenceKind;
  readonly isRequired?: boolean;
  /** Takes half of the width where there is room. */
  readonly isNarrow?: boolean;
}

export type GroupName = 'what' | 'when' | 'who' | 'access' | 'registration' | 'custom' | 'system';

/** Every field of the contract that a person may set, in the groups and the order of the editor. */
export const fieldGroups: readonly { readonly name: GroupName; readonly fields: readonly EditorField[] }[] = [
  {
    name: 'what',
    fields: [
      { name: 'name', control: 'text', isRequired: true },
      { name: 'code', control: 'text', isNarrow: true },
      { name: 'type_id', control: 'reference', kind: 'session_types', isRequired: true, isNarrow: true },
      { name: 'track_ids', control: 'references', kind: 'tracks' },
      { name: 'description', control: 'longText' },
      { name: 'abstract_id', control: 'reference', kind: 'abstracts' },
      { name: 'display_order', control: 'number', isNarrow: true },
    ],
  },
  {
    name: 'when',
    fields: [
      { name: 'start_date', control: 'dateTime' },
      { name: 'end_date', control: 'dateTime' },
      { name: 'room_ids', control: 'references', kind: 'rooms' },
      { name: 'location', control: 'text' },
    ],
  },
  {
    name: 'who',
    fields: [
      { name: 'speakers', control: 'speakers' },
      { name: 'main_presenter_speaker_type_id', control: 'reference', kind: 'speaker_types' },
    ],
  },
  {
    name: 'access',
    fields: [
      { name: 'access', control: 'access', isNarrow: true },
      { name: 'hide_from_schedule', control: 'yesNo' },
      { name: 'hide_from_portal', control: 'yesNo' },
      { name: 'has_fees', control: 'yesNo' },
      { name: 'enable_capacity', control: 'yesNo' },
      { name: 'capacity_options', control: 'capacity' },
      { name: 'sold_out', control: 'yesNo' },
    ],
  },
  {
    name: 'registration',
    fields: [
      { name: 'disable_portal_registration', control: 'yesNo' },
      { name: 'enable_registration_questions', control: 'yesNo' },
      { name: 'registration_question_options', control: 'questions' },
    ],
  },
  { name: 'custom', fields: [{ name: 'custom_field_values', control: 'customFields' }] },
  {
    name: 'system',
    fields: [
      { name: 'event_id', control: 'reference', kind: 'events', isRequired: true },
      { name: 'sys_external_id', control: 'text' },
      { name: 'sys_locked', control: 'yesNo' },
    ],
  },
];

const byName = new Map(fieldGroups.flatMap(({ fields }) => fields.map((field) => [field.name, field])));

export function editorField(name: string): EditorField {
  const field = byName.get(name);
  if (field === undefined) throw new Error(`The editor has no field ${name}.`);
  return field;
}
