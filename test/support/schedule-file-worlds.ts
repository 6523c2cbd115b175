import fc from 'fast-check';

import { anyText } from './schedule-worlds.ts';

/** Files as programs write them, and worse: any member missing, empty, null or of another type than it should be. */

const text = fc.oneof(
  { weight: 6, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constantFrom(null, 3, true, [], {}) },
);

const json = fc.jsonValue({ maxDepth: 2 });

const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: odd });

const dateTime = mostly(
  fc.constantFrom(
    '2026-03-29T01:30:00+01:00',
    '2026-03-29T02:30:00',
    '2026-10-25T02:30:00+02:00',
    '2026-10-25T02:30:00+01:00',
    '2026-10-25T02:30:00',
    '2026-03-29',
    '2026-03-29T10:00+0200',
    '2026-03-29 10:00:00Z',
    '2026-03-30T00:15:00.250+02:00',
    '0000-00-00',
    'tomorrow',
  ),
  text,
);

const time = mostly(fc.constantFrom('09:30', '9:30', '00:15', '25:10', '23:59:59', '2:30', '10'), text);

const duration = mostly(
  fc.constantFrom('00:40', '1:30', '01:30:00', '90', 'PT45M', 'PT0.5S', '120:00', '-1:00', '0:00', 45),
  text,
);

const link = fc.oneof(
  fc.record(
    {
      url: fc.oneof(
        fc.webUrl(),
        fc.constantFrom('/slides.pdf', 'https://a.example/#a#[b]', 'mailto:a@b.example'),
        anyText,
      ),
      title: anyText,
      type: fc.constantFrom('slides', 'other'),
      service: anyText,
    },
    { requiredKeys: [] },
  ),
  anyText,
  json,
);

const person = fc.oneof(
  fc.record(
    {
      id: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constantFrom('2', 'x', '')),
      guid: fc.oneof(fc.uuid(), fc.constantFrom('', 'g1'), text),
      code: fc.constantFrom('ABC', 'DEF', 'lower', ''),
      name: fc.oneof(fc.constantFrom('Ada', 'Grace'), text),
      public_name: fc.oneof(fc.constantFrom('Ada', 'Lin'), text),
      biography: text,
      avatar: fc.oneof(fc.webUrl(), text),
      links: fc.array(link, { maxLength: 2 }),
      answers: json,
      x: json,
    },
    { requiredKeys: [] },
  ),
  text,
);

const ROOM_NAMES = ['Main', ' Main ', 'Aula', '101', '7', '', '__proto__', 'a\r\nb', '<&>"\''];
const roomName = fc.oneof(fc.constantFrom(...ROOM_NAMES), anyText);

const event = mostly(
  fc.record(
    {
      id: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constantFrom('3', 'x', '99999999999999999999'), text),
      guid: fc.oneof({ weight: 5, arbitrary: fc.uuid() }, { weight: 1, arbitrary: text }),
      code: fc.constantFrom('ABC123', 'A1', 'k-1', ''),
      title: mostly(
        anyText.map((name) => `T ${name}`),
        text,
      ),
      subtitle: text,
      slug: fc.oneof(fc.constantFrom('conf-2026-1-a', 'UPPER', 'abcd-efgh'), text),
      date: dateTime,
      start: time,
      duration,
      end: dateTime,
      room: roomName,
      track: fc.oneof(fc.constantFrom('Web', 'Data'), text, fc.constant({ name: 'Web', slug: 'web' })),
      type: fc.oneof(fc.constantFrom('talk', 'Talk', 'Session'), text),
      language: text,
      abstract: text,
      description: text,
      url: fc.oneof(fc.webUrl(), text),
      logo: fc.oneof(fc.webUrl(), text),
      feedback_url: text,
      recording_license: text,
      do_not_record: fc.oneof(fc.boolean(), text),
      do_not_stream: json,
      recording: fc.constantFrom({ license: 'CC-BY', optout: true }, { license: null }, 'no'),
      persons: fc.oneof(fc.array(person, { maxLength: 3 }), json),
      links: fc.oneof(fc.array(link, { maxLength: 3 }), json),
      attachments: fc.oneof(fc.array(link, { maxLength: 2 }), json),
      answers: json,
      'offstage:id': fc.constantFrom('s1', 'not an id'),
      day: fc.integer(),
      x: json,
    },
    { requiredKeys: ['title', 'date'] },
  ),
  json,
);

const day = mostly(
  fc.record(
    {
      index: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.constantFrom('2', 'x')),
      date: fc.oneof(fc.constantFrom('2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25'), text),
      day_start: fc.oneof(fc.constantFrom('2026-03-28T10:00:00+01:00', '2026-10-24T04:00:00+02:00'), dateTime),
      day_end: fc.oneof(fc.constantFrom('2026-03-29T03:59:00+02:00', '2026-10-25T04:00:00+01:00'), dateTime),
      rooms: mostly(
        fc
          .array(fc.tuple(roomName, fc.array(event, { maxLength: 3 })), { maxLength: 3 })
          .map((rooms) => Object.fromEntries(rooms)),
        json,
      ),
      x: json,
    },
    { requiredKeys: ['rooms'] },
  ),
  json,
);

const listed = (names: readonly string[]): fc.Arbitrary<unknown> =>
  fc.array(
    fc.oneof(
      fc.record(
        {
          name: fc.oneof(fc.constantFrom(...names), text),
          slug: fc.oneof(fc.constantFrom('main', 'web', 'Not_Legal!'), text),
          guid: fc.oneof(fc.uuid(), text),
          color: fc.oneof(fc.constantFrom('#123456', 'red'), text),
          capacity: fc.oneof(fc.integer({ min: 0, max: 500 }), text),
          type: fc.oneof(fc.constantFrom('stage', 'cellar'), text),
          description: json,
          features: fc.oneof(fc.constantFrom({ recording: 'unknown' }, { recording: 'x' }), json),
          assembly: json,
          x: json,
        },
        { requiredKeys: [] },
      ),
      json,
    ),
    { maxLength: 3 },
  );

/** A schedule as JSON, with an acronym; all else is left to chance. */
export const anyScheduleFile: fc.Arbitrary<unknown> = fc
  .record(
    {
      acronym: fc.oneof(
        fc.constantFrom('conf-2026', '36C3', 'C3', ' x '),
        anyText.map((part) => `a${part}`),
      ),
      title: text,
      subtitle: text,
      start: dateTime,
      end: dateTime,
      daysCount: fc.oneof(fc.integer(), text),
      timeslot_duration: fc.oneof(fc.constantFrom('00:05', '00:15:00'), text),
      time_zone_name: fc.oneof(
        fc.constantFrom('Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Mars/Base'),
        text,
      ),
      day_change: fc.oneof(fc.constantFrom('09:00:00', '04:00'), text),
      base_url: fc.oneof(fc.webUrl(), text),
      url: fc.oneof(fc.webUrl(), text),
      logo: text,
      colors: fc.oneof(fc.constantFrom({ primary: '#abcdef', background: 'x' }), json),
      keywords: json,
      description: text,
      meta: fc.oneof(fc.constantFrom({ a: 1 }), json),
      tracks: fc.oneof(listed(['Web', 'Data']), json),
      rooms: fc.oneof(listed(['Main', 'Aula']), json),
      days: mostly(fc.array(day, { minLength: 1, maxLength: 3 }), json),
      'offstage:id': text,
      'offstage:types': json,
      x: json,
    },
    { requiredKeys: ['acronym', 'days'] },
  )
  .chain((conference) =>
    fc
      .record({ version: text, base_url: text, url: text, x: json }, { requiredKeys: [] })
      .map((file) => ({ schedule: { ...file, conference } })),
  );
