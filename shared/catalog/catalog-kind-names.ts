/** The kinds of the catalog, without the form of their items: the board lists them, and need not wait for the schemas. */
export const catalogKindNames = [
  'events',
  'session_types',
  'tracks',
  'rooms',
  'speaker_types',
  'contacts',
  'abstracts',
  'custom_fields',
  'registrations',
] as const;
