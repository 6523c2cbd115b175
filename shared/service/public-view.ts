import { isJsonObject, objectsOf, type JsonObject } from '../base/json.ts';
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
  // Where a record of headquarters' holds null it stays; of a form that we do not know, nobody knows what it tells.
  const replace = (name: string, isKnown: (value: unknown) => boolean, view: (value: never) => unknown): void => {
    if (isKnown(shown[name])) shown[name] = view(shown[name] as never);
    else if (shown[name] !== null) delete shown[name];
  };
  replace('capacity_options', isJsonObject, (options: JsonObject) => pick(options, CAPACITY_FIELDS));
  replace('registration_question_options', isJsonObject, (options: JsonObject) => pick(options, QUESTION_FIELDS));
  replace('speakers', Array.isArray, (speakers) =>
    objectsOf(speakers).map((speaker) => pick(speaker, PUBLIC_SPEAKER_FIELDS)),
  );
  replace('custom_field_values', Array.isArray, (values) =>
    objectsOf(values)
      .filter(({ custom_field_id: id }) => typeof id === 'string' && isPublicField(id))
      .map((value) => pick(value, CUSTOM_FIELDS)),
  );
  return shown;
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  const picked: JsonObject = {};
  for (const name of names) if (Object.hasOwn(object, name)) picked[name] = object[name];
  return picked;
}
