import type { ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';

/** Every reference in a bundle that names nothing in it, as `kind id`. */
export function danglingReferences({ event, catalog, sessions }: ScheduleBundle): string[] {
  const known = {
    events: new Set([event.id]),
    sessions: ids(sessions),
    session_types: ids(catalog.session_types),
    tracks: ids(catalog.tracks),
    rooms: ids(catalog.rooms),
    speaker_types: ids(catalog.speaker_types),
    contacts: ids(catalog.contacts),
    abstracts: ids(catalog.abstracts),
    custom_fields: ids(catalog.custom_fields),
  };
  const dangling: string[] = [];
  const check = (kind: keyof typeof known, references: readonly (string | undefined)[] | undefined): void => {
    for (const id of references ?? []) if (id !== undefined && !known[kind].has(id)) dangling.push(`${kind} ${id}`);
  };
  for (const { fields } of sessions) {
    check('events', [fields.event_id]);
    check('session_types', [fields.type_id]);
    check('tracks', fields.track_ids);
    check('rooms', fields.room_ids);
    check('abstracts', [fields.abstract_id]);
    check('speaker_types', [fields.main_presenter_speaker_type_id]);
    check(
      'contacts',
      fields.speakers?.map((speaker) => speaker.contact_id),
    );
    check(
      'speaker_types',
      fields.speakers?.map((speaker) => speaker.type_id),
    );
    check(
      'custom_fields',
      fields.custom_field_values?.map((value) => value.custom_field_id),
    );
  }
  for (const abstract of catalog.abstracts ?? []) {
    check('events', [abstract.event_id]);
    check('tracks', abstract.track_ids);
    check(
      'contacts',
      abstract.speakers?.map((speaker) => speaker.contact_id),
    );
    check(
      'speaker_types',
      abstract.speakers?.map((speaker) => speaker.type_id),
    );
  }
  for (const registration of catalog.registrations ?? []) {
    check('sessions', [registration.session_id]);
    check('contacts', [registration.contact_id]);
  }
  return dangling;
}

function ids(items: readonly { id: string }[] | undefined): Set<string> {
  return new Set((items ?? []).map(({ id }) => id));
}
