import { describe, expect, test } from 'vitest';

import { importedSessionId } from '../../shared/base/ids.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { bytesOf } from '../support/schedule-files.ts';

const GUID = '0b0e4a4c-41c1-4a8e-9f0e-0f5a5d3c8a11';

const event = {
  guid: GUID,
  id: 7,
  date: '2026-03-28T10:00:00+01:00',
  start: '10:00',
  duration: '00:45',
  room: 'Aula',
  title: 'Talk',
};

function fileOf(rooms: unknown, conference: object = {}): object {
  return {
    schedule: {
      version: '0.1',
      base_url: 'https://conf.example/',
      conference: {
        acronym: 'conf-2026',
        title: 'Conf',
        time_zone_name: 'Europe/Berlin',
        days: [
          {
            index: 1,
            date: '2026-03-28',
            day_start: '2026-03-28T04:00:00+01:00',
            day_end: '2026-03-29T03:59:00+02:00',
            rooms,
          },
        ],
        ...conference,
      },
    },
  };
}

const read = (file: object) => readSchedule(bytesOf(JSON.stringify(file)));

test('an event of pretalx becomes a session, its answers not for the public', () => {
  const { sessions, catalog } = read(
    fileOf({
      Aula: [
        {
          ...event,
          code: 'ABCDEF',
          track: null,
          type: 'Vortrag',
          language: null,
          do_not_record: false,
          persons: [
            { id: 20, code: 'SCD9VJ', public_name: 'Chris', biography: null, answers: [] },
            { code: 'XYZXYZ', name: 'Kim', avatar: null, biography: 'Kim\r\nwrites' },
          ],
          links: [{ title: 'A', url: 'https://a.example' }, 'https://b.example'],
          answers: [{ question: 1, answer: 'call me: 555', options: [] }],
        },
      ],
    }),
  );
  const id = importedSessionId('conf-2026', GUID);
  expect(sessions).toEqual([
    {
      id,
      fields: {
        event_id: 'conf-2026',
        name: 'Talk',
        type_id: 'type:Vortrag',
        code: 'ABCDEF',
        room_ids: ['conf-2026:room:Aula'],
        speakers: [
          { contact_id: 'conf-2026:person:id-20', type_id: 'speaker-type:speaker~', name: 'Chris' },
          { contact_id: 'conf-2026:person:code-XYZXYZ', type_id: 'speaker-type:speaker~', name: 'Kim' },
        ],
        start_date: '2026-03-28T10:00:00+01:00',
        end_date: '2026-03-28T10:45:00+01:00',
        custom_field_values: [
          { custom_field_id: 'frab:answers', table_value: [{ question: 1, answer: 'call me: 555', options: [] }] },
          { custom_field_id: 'frab:do_not_record', boolean_value: false },
          { custom_field_id: 'frab:guid', string_value: GUID },
          { custom_field_id: 'frab:id', numeric_value: 7 },
          {
            custom_field_id: 'frab:links',
            table_value: [{ url: 'https://a.example', title: 'A' }, { url: 'https://b.example' }],
          },
        ],
        sys_external_id: id,
      },
    },
  ]);
  expect(catalog.custom_fields?.filter((field) => field.public !== true).map((field) => field.id)).toEqual([
    'frab:answers',
  ]);
  expect(catalog.contacts).toEqual([
    { id: 'conf-2026:person:code-XYZXYZ', name: 'Kim', frab: { code: 'XYZXYZ', biography: 'Kim\r\nwrites' } },
    { id: 'conf-2026:person:id-20', name: 'Chris', frab: { id: 20, code: 'SCD9VJ', public_name: 'Chris' } },
  ]);
});

describe('what programs write differently', () => {
  test('an end rules over the duration', () => {
    const { sessions } = read(fileOf({ Aula: [{ ...event, end: '2026-03-28T11:00:00+01:00' }] }));
    expect(sessions[0]?.fields.end_date).toBe('2026-03-28T11:00:00+01:00');
  });

  test('rooms as a list, texts as translations, persons as names, recording as an object, ids as text', () => {
    const { sessions } = read(
      fileOf([
        {
          name: 'Aula',
          slug: 'aula',
          events: [
            {
              ...event,
              id: '7',
              title: { de: 'Vortrag', en: 'Talk' },
              track: { name: 'Web', slug: 'web' },
              persons: ['Ada'],
              recording: { license: 'CC0', optout: true },
            },
          ],
        },
      ]),
    );
    expect(sessions[0]?.fields).toMatchObject({
      name: 'Talk',
      room_ids: ['conf-2026:room:aula'],
      track_ids: ['conf-2026:track:web'],
      speakers: [{ name: 'Ada' }],
      custom_field_values: [
        { custom_field_id: 'frab:do_not_record', boolean_value: true },
        { custom_field_id: 'frab:guid', string_value: GUID },
        { custom_field_id: 'frab:id', numeric_value: 7 },
        { custom_field_id: 'frab:recording_license', string_value: 'CC0' },
      ],
    });
  });

  test('rooms and tracks that the conference lists keep their order and all they say', () => {
    const { catalog } = read(
      fileOf(
        {},
        {
          rooms: [{ name: 'B', guid: GUID, capacity: 80, features: { recording: 'unknown' } }, { name: 'A' }],
          tracks: [{ name: 'Web', color: '#112233', slug: 'web' }],
        },
      ),
    );
    expect(catalog.rooms).toEqual([
      {
        id: `conf-2026:room:${GUID}`,
        name: 'B',
        capacity: 80,
        frab: { guid: GUID, features: { recording: 'unknown' }, 'offstage:order': 0 },
      },
      { id: 'conf-2026:room:A', name: 'A', frab: { 'offstage:order': 1 } },
    ]);
    expect(catalog.tracks).toEqual([
      { id: 'conf-2026:track:web', name: 'Web', color: '#112233', frab: { slug: 'web', 'offstage:order': 0 } },
    ]);
  });

  test('a schedule without its wrapper, days beside the conference', () => {
    const { conference } = (fileOf({}) as { schedule: { conference: { days: unknown } } }).schedule;
    const { days, ...rest } = conference;
    const reading = read({ conference: rest, days });
    expect(reading.event).toMatchObject({ id: 'conf-2026', start_date: '2026-03-28' });
  });
});

test('parts that are no objects are skipped and told', () => {
  const { sessions, skipped } = read(fileOf({ Aula: [event, null, 'x'], Cellar: 5 }, { days: undefined }));
  expect([sessions, skipped]).toEqual([[], []]);
  const reading = read(fileOf({ Aula: [event, null], Cellar: 5 }));
  expect(reading.sessions).toHaveLength(1);
  expect(reading.skipped).toMatchObject([
    { where: 'day 1, room Aula', reason: 'holds an event that is no object' },
    { where: 'day 1, room Cellar', reason: 'its events are no list' },
  ]);
});

test('members named __proto__ and half surrogate pairs do no harm', () => {
  const text = JSON.stringify(fileOf({ Aula: [{ ...event, title: 'A\ud800' }] })).replace(
    '"room":',
    '"__proto__":{"x":1},"room":',
  );
  const [session] = readSchedule(bytesOf(text)).sessions;
  expect(session?.fields.name).toBe('A\ufffd');
  expect(({} as { x?: number }).x).toBeUndefined();
});
