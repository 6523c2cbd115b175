import { z } from 'zod';

import type { JsonObject } from '../base/json.ts';
import { parseInstant } from '../base/date-time.ts';
import { reasonTexts } from '../base/reasons.ts';

/** The form of a session's id (page). */
export const SESSION_ID = /^[\w|\-:]+$/;

const isPresent = (text: string): boolean => text.trim() !== '';

/** The id of a record in a catalog: text of any form, but not empty. */
export const reference = z.string().min(1);

/** A date with a time and a zone (RFC 3339). */
export const dateTime = z.string().refine((text) => parseInstant(text) !== undefined, {
  error: reasonTexts.not_date_time,
});

/** Decided: the page hides this shape; members that we do not know are kept. */
export const capacityOptions = z.looseObject({
  capacity: z.number().optional(),
  enable_wait_list: z.boolean().optional(),
});

/** Decided: the page hides this shape; members that we do not know are kept. */
export const registrationQuestionOptions = z.looseObject({
  form_id: z.string().optional(),
  custom_field_ids: z.array(z.string()).optional(),
});

/** Decided: the page hides this shape; members that we do not know are kept. */
const sessionSpeaker = z.looseObject({
  contact_id: reference,
  type_id: reference,
  name: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  email_address: z.string().optional(),
  job_title: z.string().optional(),
  speaker_profile_id: z.string().optional(),
  display_order: z.number().optional(),
});

/** Seen at sibling endpoints; members that we do not know are kept. */
export const customFieldValue = z.looseObject({
  custom_field_id: reference,
  string_value: z.string().optional(),
  numeric_value: z.number().optional(),
  boolean_value: z.boolean().optional(),
  file_url_value: z.string().optional(),
  list_value: z.array(z.string()).optional(),
  table_value: z.array(z.record(z.string(), z.unknown())).optional(),
});

const calculatedFieldError = z.looseObject({ field: z.string(), error: z.string() });

/** The fields that a request may set, titled and described as on the page. */
const ownFields = {
  event_id: reference.meta({ title: 'Event', description: 'The event' }),
  code: z.string().optional().meta({ title: 'Code', description: 'Optional code for the event' }),
  name: z
    .string()
    .refine(isPresent, { error: reasonTexts.blank })
    .meta({ title: 'Name', description: 'The name of the session' }),
  display_order: z
    .number()
    .optional()
    .meta({ title: 'Display Order', description: 'The display/sort order for the sessions' }),
  type_id: reference.meta({ title: 'Type', description: 'The type of session' }),
  track_ids: z.array(reference).optional().meta({ title: 'Tracks', description: 'Session tracks' }),
  access: z
    .enum(['optional', 'included'])
    .optional()
    .meta({ title: 'Access', description: 'Who has access to this session' }),
  hide_from_schedule: z.boolean().optional().meta({
    title: 'Hide From Schedule',
    description: 'If selected, hide this session from the online schedule',
  }),
  location: z.string().optional().meta({ title: 'Location' }),
  enable_capacity: z
    .boolean()
    .optional()
    .meta({ title: 'Enable Capacity', description: 'If set, the session has a capacity' }),
  capacity_options: capacityOptions.meta({ title: 'Capacity Options' }),
  sold_out: z.boolean().optional().meta({ title: 'Sold Out', description: 'Whether the event is sold out' }),
  hide_from_portal: z.boolean().optional().meta({
    title: 'Hide From Portal',
    description: 'This session is not displayed in the portal or available for registration',
  }),
  disable_portal_registration: z.boolean().optional().meta({
    title: 'Disable Portal Registration',
    description: 'If set, portal registration for this session is disabled',
  }),
  enable_registration_questions: z.boolean().optional().meta({
    title: 'Enable Registration Questions',
    description: 'If set, a user is prompted to answer questions during registration',
  }),
  registration_question_options: registrationQuestionOptions.meta({ title: 'Registration Question Options' }),
  has_fees: z.boolean().optional().meta({ title: 'Has Fees', description: 'Whether or not this session has fees' }),
  room_ids: z.array(reference).optional().meta({ title: 'Rooms', description: 'The room which is holding the event' }),
  start_date: dateTime
    .optional()
    .meta({ title: 'Start Date', description: 'The start date/time of the session', format: 'date-time' }),
  end_date: dateTime
    .optional()
    .meta({ title: 'End Date', description: 'The end date/time of the session', format: 'date-time' }),
  abstract_id: reference.optional().meta({ title: 'Abstract', description: 'The abstract this session is linked to' }),
  description: z.string().optional().meta({ title: 'Description', description: 'A description of the session' }),
  speakers: z.array(sessionSpeaker).optional().meta({ title: 'Speakers' }),
  main_presenter_speaker_type_id: reference.optional().meta({
    title: 'Main Presenter Speaker Type',
    description: 'The type to be assigned to the main presenter for sessions generated from abstracts',
  }),
  custom_field_values: z.array(customFieldValue).optional().meta({ title: 'Custom Field Values' }),
  sys_external_id: z.string().optional().meta({
    title: 'Sys External',
    description: 'The ID that a record has from an external system or data import',
  }),
  sys_locked: z.boolean().optional().meta({
    title: 'Sys Locked',
    description: 'If set, this record is locked and cannot be changed via the API',
  }),
};

/** The fields that only the server sets: in a body they are ignored, in a patch they may be read by `test` alone. */
const serverFields = {
  sys_deleted_by_id: z.string().optional(),
  sys_version: z.number().optional(),
  sys_created_at: dateTime,
  sys_last_modified_at: dateTime,
  sys_created_by_id: z.string(),
  sys_last_modified_by_id: z.string(),
  sys_bulk_load_pk: z.string().optional(),
  sys_bulk_load_at: z.string().optional(),
  sys_bulk_load_id: z.string().optional(),
  sys_bulk_load_record_no: z.number().optional(),
  sys_bulk_load_source_file: z.string().optional(),
  sys_last_bulk_data_operation_id: z.string().optional(),
  sys_last_bulk_data_operation_sys_version: z.string().optional(),
  sys_calculated_field_error: z.string().optional(),
  sys_snapshot_base_version: z.number().optional(),
  sys_has_files_in_s3: z.boolean().optional(),
  sys_configuration_snapshot_id: z.string().optional(),
  sys_last_security_context: z.record(z.string(), z.unknown()).optional(),
  sys_calculated_field_errors: z.array(calculatedFieldError).optional(),
};

const id = z
  .string()
  .regex(SESSION_ID, { error: reasonTexts.not_session_id })
  .meta({ title: 'ID', description: 'The unique, string identifier of this session' });

const sysDirective = z.string().optional().meta({
  title: 'Sys Directive',
  description: 'Means for passing directive information into an object processing logic',
});

/** A session as it is stored and answered. Fields that this version does not know are kept. */
export const session = z.looseObject({ id, ...ownFields, ...serverFields }).meta({ id: 'Session' });

export type Session = z.infer<typeof session> & JsonObject;

/** A session as a request gives it: without what only the server sets, the two options objects as one likes. */
export const sessionInput = z
  .object({
    id: id.optional(),
    ...ownFields,
    capacity_options: ownFields.capacity_options.optional(),
    registration_question_options: ownFields.registration_question_options.optional(),
    sys_directive: sysDirective,
  })
  .meta({ id: 'SessionInput' });

export type SessionInput = z.infer<typeof sessionInput>;

/** Some fields of a session: what a call with `fields` answers. */
export const sessionFields = session.partial().meta({ id: 'SessionFields' });

export type SessionFields = z.infer<typeof sessionFields>;

/** The schema of each field that a request may set. */
export const fieldSchemas: Readonly<Record<string, z.ZodType>> = { id, ...ownFields, sys_directive: sysDirective };

/** The fields that a request may set and a record holds. */
export const ownFieldNames: readonly string[] = Object.keys(ownFields);

/** Every field of the page. */
export const sessionFieldNames: readonly string[] = ['id', ...ownFieldNames, ...Object.keys(serverFields)];

/** Whether only the server may set this field: every `sys_*` field, known or not, save three (contract.md). */
export function isServerOwned(field: string): boolean {
  return field.startsWith('sys_') && !Object.hasOwn(fieldSchemas, field);
}
