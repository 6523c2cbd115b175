import { isJsonObject, type JsonObject } from '../base/json.ts';
import {
  capacityOptions,
  customFieldValue,
  ownFieldNames,
  registrationQuestionOptions,
  type Session,
  type SessionFields,
} from '../contract/session.ts';

/** The only `sys_*` fields that the public sees (contract.md, "Public operations"). */
const PUBLIC_SYS_FIELDS = ['sys_created_at', 'sys_created_by_id', 'sys_last_modified_at', 'sys_last_modified_by_id'];

const PUBLIC_FIELDS: readonly string[] = [
  'id',
  ...ownFieldNames.filter((name) => !name.startsWith('sys_')),
  ...PUBLIC_SYS_FIELDS,
];

const PUBLIC_SPEAKER_FIELDS = [
  'contact_id',
  'type_id',
  'name',
  'first_name',
  'last_name',
  'job_title',
  'speaker_profile_id',
  'display_order',
];

/** Members of nested objects that we know; what else they hold was never meant for the public by anybody we know of. */
const CAPACITY_FIELDS = Object.keys(capacityOptions.shape);
const QUESTION_FIELDS = Object.keys(registrationQuestionOptions.shape);
const CUSTOM_FIELDS = Object.keys(customFieldValue.shape);

/**
 * A session as anybody may see it: known fields only, speakers without what is private, custom fields only where the catalog
 * marks them public. Whether it is shown at all (`hide_from_schedule`) is the caller's question.
 */
export function toPublicSession(session: Session, isPublicField: (customFieldId: string) => boolean): SessionFields {
  const shown = pick(session, PUBLIC_FIELDS);
  const replace = (name: string, view: (value: JsonObject) => JsonObject): void => {
    if (isJsonObject(shown[name])) shown[name] = view(shown[name]);
  };
  replace('capacity_options', (options) => pick(options, CAPACITY_FIELDS));
  replace('registration_question_options', (options) => pick(options, QUESTION_FIELDS));
  if (Array.isArray(session.speakers)) {
    shown['speakers'] = session.speakers.map((speaker) => pick(speaker, PUBLIC_SPEAKER_FIELDS));
  }
  if (Array.isArray(session.custom_field_values)) {
    shown['custom_field_values'] = session.custom_field_values
      .filter((value) => isPublicField(value.custom_field_id))
      .map((value) => pick(value, CUSTOM_FIELDS));
  }
  return shown;
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  const picked: JsonObject = {};
  for (const name of names) if (Object.hasOwn(object, name)) picked[name] = object[name];
  return picked;
}
