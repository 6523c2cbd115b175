/** What can be done with many sessions at once: a field, or their time. */
export const bulkFields = [
  'type_id',
  'room_ids',
  'track_ids',
  'shift',
  'speakers',
  'hide_from_schedule',
  'hide_from_portal',
  'sold_out',
  'access',
  'enable_capacity',
  'has_fees',
  'location',
  'description',
  'display_order',
  'disable_portal_registration',
  'enable_registration_questions',
  'main_presenter_speaker_type_id',
  'abstract_id',
  'event_id',
  'sys_locked',
] as const;

export type BulkField = (typeof bulkFields)[number];

/** Fields that are lists: to those, entries can be added, and taken out of them. */
export function isListField(field: BulkField): field is 'room_ids' | 'track_ids' {
  return field === 'room_ids' || field === 'track_ids';
}
