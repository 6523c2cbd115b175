import fc from 'fast-check';

import { importedSessionId } from '../../shared/base/ids.ts';
import type { BundledSession, ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';

/** Pieces of text that have broken one file format or another. */
const NASTY = [
  '\u0000',
  '\u000b',
  '\u001b',
  '\ud800',
  '\udc00x',
  '\ufffe',
  '\uffff',
  '\u0085',
  '\u2028',
  '\r\n',
  '\r',
  '\t',
  ']]>',
  '<!--',
  '?>',
  '<?offstage {}?>',
  '</event>',
  '&amp;',
  '&nbsp;',
  '&#0;',
  '=1+1',
  '@SUM(A1)',
  '"',
  "'",
  ';',
  ',',
  '\\',
  '\\n',
  '__proto__',
  '日本語',
  'مرحبا',
  '👩‍🚀',
  'İ',
  ' ',
];

/** Any text, and often a nasty one. */
export const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc
    .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 5 })), { maxLength: 5 })
    .map((parts) => parts.join('')),
);

const anyName = anyText.filter((text) => text.trim() !== '');

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'UTC',
  'Africa/Casablanca',
  'Etc/GMT-1',
  '+05:30',
];

/** Instants around the hours that clocks in those zones skip and repeat, and others. */
const anyInstant = fc
  .tuple(
    fc.constantFrom(
      '2026-03-29T00:30:00Z',
      '2026-10-25T00:00:00Z',
      '2026-11-01T05:00:00Z',
      '2026-04-04T14:30:00Z',
      '2026-07-01T12:00:00Z',
    ),
    fc.integer({ min: -300, max: 3000 }),
    fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 59_999 }) }),
  )
  .map(([base, minutes, milliseconds]) => new Date(Date.parse(base) + minutes * 60_000 + milliseconds));

const someOf = <Item>(items: readonly Item[]): fc.Arbitrary<Item[]> => fc.subarray([...items]);

const ROOMS = ['r1', 'r2', 'r3'];
const TRACKS = ['t1', 't2'];
const TYPES = ['type1', 'type2', 'gone'];
const CONTACTS = ['c1', 'c2', 'c3', 'gone'];

const ids = fc.oneof(
  fc.uuid().map((uuid) => `offstage:${uuid}`),
  fc.stringMatching(/^[\w|:-]{1,12}$/),
);

const customFieldValues = fc.uniqueArray(
  fc.oneof(
    fc.record({ custom_field_id: fc.constantFrom('frab:guid'), string_value: fc.oneof(fc.uuid(), anyName) }),
    fc.record({ custom_field_id: fc.constantFrom('frab:id'), numeric_value: fc.integer({ min: -1, max: 20 }) }),
    fc.record({
      custom_field_id: fc.constantFrom('frab:slug', 'frab:subtitle', 'frab:abstract', 'frab:x'),
      string_value: anyName,
    }),
    fc.record({
      custom_field_id: fc.constantFrom('frab:url', 'frab:logo', 'frab:feedback_url'),
      string_value: fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), anyName),
    }),
    fc.record({
      custom_field_id: fc.constantFrom('frab:links', 'frab:attachments'),
      table_value: fc.array(
        fc
          .record({ url: fc.oneof(fc.webUrl(), anyName), title: anyName }, { requiredKeys: [] })
          .filter((row) => Object.keys(row).length > 0),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    fc.record({ custom_field_id: fc.constant('frab:do_not_record'), boolean_value: fc.boolean() }),
    fc.record({ custom_field_id: fc.constant('own'), string_value: anyText }),
  ),
  { selector: (value) => value.custom_field_id, maxLength: 5 },
);

const session = (eventId: string): fc.Arbitrary<BundledSession> =>
  fc
    .record({
      id: ids,
      name: anyName,
      code: fc.option(fc.oneof(fc.constantFrom('ABC123', 'K-1'), anyName), { nil: undefined }),
      type_id: fc.constantFrom(...TYPES),
      track_ids: someOf(TRACKS),
      room_ids: someOf(ROOMS),
      start: fc.option(anyInstant, { nil: undefined, freq: 10 }),
      minutes: fc.option(fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 10_000 })), {
        nil: undefined,
        freq: 10,
      }),
      description: fc.option(anyText, { nil: undefined }),
      speakers: fc.uniqueArray(
        fc.record({
          contact_id: fc.constantFrom(...CONTACTS),
          name: fc.option(anyName, { nil: undefined }),
          type_id: fc.constantFrom('s1', 's2'),
        }),
        {
          selector: (speaker) => speaker.contact_id,
          maxLength: 3,
        },
      ),
      custom_field_values: customFieldValues,
      hidden: fc.boolean(),
    })
    .map(({ id, start, minutes, hidden, ...fields }) => {
      const end =
        start === undefined || minutes === undefined ? undefined : new Date(start.getTime() + minutes * 60_000);
      return {
        id,
        fields: JSON.parse(
          JSON.stringify({
            event_id: eventId,
            ...fields,
            start_date: start?.toISOString(),
            end_date: end?.toISOString(),
            ...(hidden ? { hide_from_schedule: false } : {}),
          }),
        ) as BundledSession['fields'],
      };
    });

/** Any schedule that a store could hold: not one that came from a file. */
export const anyBundle: fc.Arbitrary<ScheduleBundle> = fc
  .record({
    eventId: fc.oneof(fc.constantFrom('conf-2026', 'E', importedSessionId('a', 'b')), anyName),
    eventName: anyName,
    zone: fc.constantFrom(...ZONES),
    names: fc.array(anyName, { minLength: 12, maxLength: 12 }),
    colors: fc.array(fc.oneof(fc.constantFrom('#1f5fa8', 'red'), anyText), { minLength: 2, maxLength: 2 }),
  })
  .chain(({ eventId, eventName, zone, names, colors }) => {
    const named = (list: readonly string[], from: number) =>
      list.map((id, at) => ({ id, name: names[from + at] ?? id }));
    return fc.uniqueArray(session(eventId), { selector: ({ id }) => id, maxLength: 6 }).map((sessions) => ({
      event: { id: eventId, name: eventName, time_zone: zone, start_date: '2026-03-28', end_date: '2026-11-02' },
      catalog: {
        rooms: named(ROOMS, 0).map(({ id, name }) => ({ id, name, capacity: 100 })),
        tracks: named(TRACKS, 3).map(({ id, name }, at) => ({ id, name, color: colors[at] ?? '' })),
        session_types: named(TYPES.slice(0, 2), 5),
        contacts: named(CONTACTS.slice(0, 3), 7),
        speaker_types: named(['s1', 's2'], 10),
      },
      sessions,
    }));
  });
