import { describe, expect, test } from 'vitest';

import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import type { ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { parseXml, type XmlElement } from '../../shared/interchange/parse-xml.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { SkipList } from '../../shared/interchange/skip-list.ts';
import {
  bytesOf,
  findXmlFaults,
  hasRealFiles,
  jsonFaultFinder,
  REAL_FILES,
  realFile,
} from '../support/schedule-files.ts';

const NOW = Date.UTC(2026, 0, 1);
const FRAB = ['frab.xml', 'frab.json'] as const;

/** Two days that a coordinator made by hand: nothing in it came from a file. */
const handmade: ScheduleBundle = {
  event: { id: 'evt-1', name: 'Retreat', time_zone: 'Europe/Berlin', start_date: '2026-10-24', end_date: '2026-10-25' },
  catalog: {
    session_types: [
      { id: 'st-1', name: 'Talk' },
      { id: 'st-2', name: 'Talk' },
    ],
    tracks: [{ id: 'tr-1', name: 'Ideas', color: '#112233' }],
    rooms: [
      { id: 'r-1', name: 'Barn', capacity: 80 },
      { id: 'r-2', name: 'Barn' },
      { id: 'r-3', name: 'Unused' },
    ],
    speaker_types: [{ id: 'sp-1', name: 'Host' }],
    contacts: [
      { id: 'c-1', name: 'Ada', email_address: 'ada@example.org' },
      { id: 'c-2', name: 'Ada' },
    ],
  },
  sessions: [
    {
      id: 'offstage:01989f3a-5c6b-7e2f-9a41-3b1c0de0aa01',
      fields: {
        event_id: 'evt-1',
        name: 'Opening',
        code: 'K-1',
        type_id: 'st-1',
        track_ids: ['tr-1'],
        room_ids: ['r-1', 'r-2'],
        start_date: '2026-10-24T08:00:00Z',
        end_date: '2026-10-24T09:30:00Z',
        description: 'Welcome',
        speakers: [
          { contact_id: 'c-1', type_id: 'sp-1' },
          { contact_id: 'c-2', type_id: 'sp-1', name: 'Ada B.', email_address: 'b@example.org' },
        ],
        capacity_options: { capacity: 50 },
        custom_field_values: [{ custom_field_id: 'own', string_value: 'secret' }],
      },
    },
    {
      id: 'hq|42',
      fields: {
        event_id: 'evt-1',
        name: 'Night walk',
        type_id: 'st-2',
        start_date: '2026-10-25T01:30:00+01:00',
        end_date: '2026-10-25T02:30:00+01:00',
      },
    },
    { id: 'hq|43', fields: { event_id: 'evt-1', name: 'Some day', type_id: 'st-1' } },
    {
      id: 'hq|44',
      fields: {
        event_id: 'evt-1',
        name: 'Staff only',
        type_id: 'st-1',
        room_ids: ['r-1'],
        start_date: '2026-10-24T08:00:00Z',
        hide_from_schedule: true,
      },
    },
  ],
};

describe('a schedule that was made here', () => {
  test.each(FRAB)('comes back from %s under its own ids, and gains nothing', (format) => {
    const { sessions, catalog, event } = readSchedule(bytesOf(exportFormats[format].write(handmade, NOW)));
    expect(sessions).toEqual([
      {
        id: 'hq|42',
        fields: {
          event_id: 'evt-1',
          name: 'Night walk',
          type_id: 'st-2',
          start_date: '2026-10-25T02:30:00+02:00',
          end_date: '2026-10-25T02:30:00+01:00',
        },
      },
      {
        id: 'offstage:01989f3a-5c6b-7e2f-9a41-3b1c0de0aa01',
        fields: {
          event_id: 'evt-1',
          name: 'Opening',
          type_id: 'st-1',
          track_ids: ['tr-1'],
          room_ids: ['r-1', 'r-2'],
          speakers: [
            { contact_id: 'c-1', type_id: 'sp-1' },
            { contact_id: 'c-2', type_id: 'sp-1', name: 'Ada B.' },
          ],
          start_date: '2026-10-24T10:00:00+02:00',
          end_date: '2026-10-24T11:30:00+02:00',
          code: 'K-1',
          description: 'Welcome',
        },
      },
    ]);
    expect(event).toEqual(handmade.event);
    expect(catalog).toMatchObject({
      tracks: [{ id: 'tr-1', name: 'Ideas', color: '#112233' }],
      rooms: [
        { id: 'r-1', name: 'Barn', capacity: 80 },
        { id: 'r-2', name: 'Barn' },
      ],
      contacts: [
        { id: 'c-1', name: 'Ada' },
        { id: 'c-2', name: 'Ada' },
      ],
      custom_fields: [],
    });
  });

  test.each(FRAB)('%s leaves out what is hidden or has no start, and says so', (format) => {
    expect(exportFormats[format].leavesOut(handmade)).toMatchObject([
      { where: 'session "Some day"', reason: 'has no start' },
      { where: 'session "Staff only"', reason: 'is hidden from the schedule' },
    ]);
    const text = exportFormats[format].write(handmade, NOW);
    expect(text).not.toMatch(/Some day|Staff only|Unused|@example|secret/);
  });

  test('past midnight it belongs to the day before, without a room it is to be announced', () => {
    const root = rootOf(exportFormats['frab.xml'].write(handmade, NOW));
    const places = childrenOf(root, 'day').flatMap((day) =>
      childrenOf(day, 'room').flatMap((room) =>
        childrenOf(room, 'event').map((event) => [
          day.attributes['date'],
          room.attributes['name'],
          event.attributes['guid'],
          textIn(event, 'date'),
        ]),
      ),
    );
    expect(places).toEqual([
      ['2026-10-24', 'Barn', '01989f3a-5c6b-7e2f-9a41-3b1c0de0aa01', '2026-10-24T10:00:00+02:00'],
      ['2026-10-24', 'To be announced', expect.any(String), '2026-10-25T02:30:00+02:00'],
    ]);
  });

  test.each(FRAB)('%s is the same for the same bundle and moment, in whatever order its sessions come', (format) => {
    const { write } = exportFormats[format];
    const reversed = { ...handmade, sessions: handmade.sessions.toReversed() };
    expect(write(reversed, NOW)).toBe(write(handmade, NOW));
    const { skipped: _, ...later } = readSchedule(bytesOf(write(handmade, NOW + 1)));
    expect(later).toEqual(withoutSkipped(readSchedule(bytesOf(write(handmade, NOW)))));
  });

  test('a file that somebody has edited meanwhile is right over the supplement', () => {
    const text = exportFormats['frab.xml']
      .write(handmade, NOW)
      .replace('<title>Opening</title>', '<title>Closing</title>');
    const { sessions } = readSchedule(bytesOf(text));
    expect(sessions.map(({ id, fields }) => [id, fields.name])).toContainEqual([
      'offstage:01989f3a-5c6b-7e2f-9a41-3b1c0de0aa01',
      'Closing',
    ]);
  });
});

describe('the demonstration event', () => {
  test.each(FRAB)('comes back from %s, and then stays as it is', (format) => {
    const demo = makeDemoEvent();
    const { write, leavesOut } = exportFormats[format];
    const first = withoutSkipped(readSchedule(bytesOf(write(demo, NOW))));
    expect(first.sessions).toHaveLength(demo.sessions.length - leavesOut(demo).length);
    expect(withoutSkipped(readSchedule(bytesOf(write(first, NOW))))).toEqual(first);
  });
});

describe.skipIf(!hasRealFiles)('files that others published', () => {
  describe.each(REAL_FILES)('%s', (name) => {
    test('is read quickly and whole', () => {
      const bytes = realFile(name);
      readSchedule(bytes);
      // What it takes of a processor: a machine that is busy with other tests makes everything else take longer.
      const before = process.cpuUsage();
      const { sessions, skipped } = readSchedule(bytes);
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(3_000);
      expect(sessions).toHaveLength(name === 'fosdem-2025.xml' ? 1105 : 48);
      expect(skipped.filter(({ where }) => where !== 'the conference')).toEqual([]);
    });

    test.each(FRAB)('comes back through %s as it was', (format) => {
      const first = withoutSkipped(readSchedule(realFile(name)));
      expect(withoutSkipped(readSchedule(bytesOf(exportFormats[format].write(first, NOW))))).toEqual(first);
    });
  });

  test('FOSDEM’s XML has, once written again, every element of every event with the same text and attributes', () => {
    const original = rootOf(new TextDecoder().decode(realFile('fosdem-2025.xml')));
    const written = rootOf(exportFormats['frab.xml'].write(readSchedule(realFile('fosdem-2025.xml')), NOW));
    expect(eventsOf(written)).toEqual(eventsOf(original));
  });

  test('rC3’s JSON has, once written again, every member of every event that the schema allows', () => {
    const bytes = realFile('pretalx-rc3.json');
    const written = jsonEventsOf(exportFormats['frab.json'].write(readSchedule(bytes), NOW));
    for (const [guid, { answers: _, slug, ...event }] of jsonEventsOf(new TextDecoder().decode(bytes))) {
      // The schema wants slugs in lower case, and a person's blank biography may as well be missing.
      const { slug: writtenSlug, end: _end, recording_license = '', logo = '', ...again } = written.get(guid) ?? {};
      expect(writtenSlug).toBe(String(slug).toLowerCase());
      expect({ ...again, recording_license, logo, persons: spoken(again['persons']) }).toEqual({
        ...event,
        persons: spoken(event['persons']),
      });
    }
  });

  test('all that is written is valid by the schemas', async () => {
    const bundles = [handmade, makeDemoEvent(), ...REAL_FILES.map((name) => readSchedule(realFile(name)))];
    const empty: ScheduleBundle = { event: { id: 'x', name: '' }, catalog: {}, sessions: [] };
    bundles.push(empty);
    expect(await findXmlFaults(bundles.map((bundle) => exportFormats['frab.xml'].write(bundle, NOW)))).toEqual([]);
    const findFaults = jsonFaultFinder();
    for (const bundle of bundles) expect(findFaults(exportFormats['frab.json'].write(bundle, NOW))).toEqual([]);
  });
});

function withoutSkipped({ event, catalog, sessions }: ScheduleBundle): ScheduleBundle {
  return { event, catalog, sessions };
}

function rootOf(xml: string): XmlElement {
  return parseXml(xml, new SkipList()).root;
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function textIn(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

/** Events by guid, with the day and room they stand in; the XSD has no slug for an event's track. */
function eventsOf(root: XmlElement): Map<string | undefined, unknown> {
  const plain = ({ name, attributes, children, text }: XmlElement): unknown => [
    name,
    name === 'track' ? {} : attributes,
    children.length > 0 ? children.map(plain) : text.trim(),
  ];
  return new Map(
    childrenOf(root, 'day').flatMap((day) =>
      childrenOf(day, 'room').flatMap((room) =>
        childrenOf(room, 'event').map((event): [string | undefined, unknown] => [
          event.attributes['guid'],
          [
            day.attributes,
            room.attributes['name'],
            event.attributes,
            new Map(event.children.map((child) => [child.name, plain(child)])),
          ],
        ]),
      ),
    ),
  );
}

function jsonEventsOf(text: string): Map<unknown, Record<string, unknown>> {
  const { schedule } = JSON.parse(text) as {
    schedule: { conference: { days: { rooms: Record<string, Record<string, unknown>[]> }[] } };
  };
  const events = schedule.conference.days.flatMap(({ rooms }) => Object.values(rooms).flat());
  return new Map(events.map((event) => [event['guid'], event]));
}

/** Persons without members that say nothing. */
function spoken(persons: unknown): unknown {
  return (persons as Record<string, unknown>[]).map((person) =>
    Object.fromEntries(
      Object.entries(person).filter(
        ([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
      ),
    ),
  );
}
