import fc from 'fast-check';
import ICAL from 'ical.js';
import nodeIcal, { type CalendarResponse, type VEvent } from 'node-ical';
import { describe, expect, test } from 'vitest';

import { parseInstant } from '../../shared/base/date-time.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import type { BundledSession, ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { hasRealFiles, realFile } from '../support/schedule-files.ts';
import { anyBundle } from '../support/schedule-worlds.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

const write = (bundle: ScheduleBundle): string => exportFormats.ics.write(bundle, NOW);

/** The entries as a library reads them that had no part in writing them. */
function entriesOf(text: string): VEvent[] {
  const parsed: CalendarResponse = nodeIcal.sync.parseICS(text);
  return Object.values(parsed).filter((component): component is VEvent => component?.type === 'VEVENT');
}

function bundleOf(zone: string | undefined, ...sessions: object[]): ScheduleBundle {
  return {
    event: { id: 'e', name: 'Conf, 2026', ...(zone === undefined ? {} : { time_zone: zone }) },
    catalog: {
      rooms: [{ id: 'r1', name: 'Aula; west' }],
      session_types: [{ id: 't1', name: 'Talk, long' }],
      tracks: [{ id: 'tr1', name: 'Web' }],
    },
    sessions: sessions.map((fields, at): BundledSession => ({
      id: `s${at}`,
      fields: { event_id: 'e', name: `N${at}`, type_id: 't1', ...fields },
    })),
  };
}

test('a session is an entry with everything calendars show', () => {
  const text = write(
    bundleOf('Europe/Berlin', {
      name: 'Tea; milk, \\ "sugar"\nand more',
      room_ids: ['r1'],
      track_ids: ['tr1'],
      start_date: '2026-03-28T10:00:00+01:00',
      end_date: '2026-03-28T10:45:00+01:00',
      description: '<p>Fish &amp; chips</p><ul><li>one</li><li><a href="https://a.example">two</a></li></ul>',
      speakers: [{ contact_id: 'c1', type_id: 'x', name: 'Ada' }],
      custom_field_values: [{ custom_field_id: 'frab:url', string_value: 'https://conf.example/a,b;c' }],
    }),
  );
  expect(entriesOf(text)).toEqual([
    expect.objectContaining({
      summary: 'Tea; milk, \\ "sugar"\nand more',
      location: 'Aula; west',
      description: 'Ada\n\nFish & chips\n- one\n- two (https://a.example)',
      categories: ['Talk, long', 'Web'],
      url: 'https://conf.example/a,b;c',
      uid: expect.stringMatching(/^[\da-f-]{36}$/),
      start: expect.objectContaining({ tz: 'Europe/Berlin' }),
    }),
  ]);
  expect(text).toContain('DTSTART;TZID=Europe/Berlin:20260328T100000\r\n');
  expect(text).toContain('DTSTAMP:20260101T120000Z\r\n');
});

const uidOf = (fields: object) => entriesOf(write(bundleOf('UTC', fields)))[0]?.uid;

test('entries keep their UID when the schedule changes', () => {
  const first = uidOf({ start_date: '2026-03-28T10:00:00Z' });
  expect(uidOf({ start_date: '2026-03-29T11:00:00Z', name: 'Other' })).toBe(first);
});

test('lines have at most 75 octets and end in CRLF; what cannot be written is left out', () => {
  const text = write(
    bundleOf('UTC', {
      start_date: '2026-03-28T10:00:00Z',
      name: `\u0000\u001b\ud800${'日本é👩‍🚀'.repeat(40)}\r\nEND:VEVENT`,
    }),
  );
  const lines = text.split('\r\n');
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(Math.max(...lines.map((line) => new TextEncoder().encode(line).length))).toBeLessThanOrEqual(75);
  expect(lines.filter((line) => line === 'END:VEVENT')).toHaveLength(1);
  expect(entriesOf(text)[0]?.summary).toBe(`\ufffd${'日本é👩‍🚀'.repeat(40)}\nEND:VEVENT`);
});

test.each(['x', 'é', '日', '🚀'])(
  'lines of %s are as long as 75 octets let them be, and no character is cut',
  (character) => {
    const octets = new TextEncoder().encode(character).length;
    // Each length before the characters puts the first fold at another place.
    for (const before of ['', 'a', 'ab', 'abc']) {
      const name = `${before}${character.repeat(200)}`;
      const text = write(bundleOf('UTC', { start_date: '2026-03-28T10:00:00Z', name }));
      const [summary = ''] = /^SUMMARY:.*(?:\r\n .*)*/m.exec(text) ?? [];
      const lines = summary.split('\r\n');
      expect(lines.map((line) => line.replace(/^ /, '')).join('')).toBe(`SUMMARY:${name}`);
      expect(lines.every((line) => line.isWellFormed())).toBe(true);
      for (const length of lines.slice(0, -1).map((line) => new TextEncoder().encode(line).length)) {
        expect(length).toBeLessThanOrEqual(75);
        expect(length + octets).toBeGreaterThan(75);
      }
      expect(entriesOf(text)[0]?.summary).toBe(name);
    }
  },
);

test('texts are escaped, lists by item, and what is no text is not', () => {
  const text = write({
    ...bundleOf('UTC', {
      start_date: '2026-03-28T10:00:00Z',
      name: 'a\\b;c,d\ne\r\nf\rg\\n:"h"',
      track_ids: ['tr1'],
      custom_field_values: [{ custom_field_id: 'frab:url', string_value: 'https://conf.example/a,b;c' }],
    }),
    event: { id: 'e', name: 'Conf, 2026\nEND:VCALENDAR' },
  });
  expect(text.split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Offstage//Offstage//EN',
    String.raw`X-WR-CALNAME:Conf\, 2026\nEND:VCALENDAR`,
    'BEGIN:VEVENT',
    expect.stringMatching(/^UID:[\da-f-]{36}$/),
    'DTSTAMP:20260101T120000Z',
    'DTSTART:20260328T100000Z',
    String.raw`SUMMARY:a\\b\;c\,d\ne\nf\ng\\n:"h"`,
    String.raw`CATEGORIES:Talk\, long,Web`,
    'URL:https://conf.example/a,b;c',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
});

// node-ical 0.27.2 cannot judge this one: it undoes the escapes one after another, and takes `\\n` for a line break.
test('every text comes back as ical.js reads it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\\', ';', ',', '\n', 'n', ':', '"', ' ', 'é', '🚀'), maxLength: 120 }),
      (given) => {
        const name = `<${given}>`;
        const text = write(bundleOf('UTC', { start_date: '2026-03-28T10:00:00Z', name }));
        const event = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vevent');
        expect(event?.getFirstPropertyValue('summary')).toBe(name);
      },
    ),
  );
});

describe('times', () => {
  test('in the hour that clocks repeat are UTC, because calendars differ on which of its runs is meant', () => {
    const text = write(
      bundleOf(
        'Europe/Berlin',
        { start_date: '2026-10-25T02:30:00+02:00', end_date: '2026-10-25T02:30:00+01:00' },
        { start_date: '2026-10-25T02:45:00+01:00' },
      ),
    );
    expect(text.match(/DT(?:START|END).*/g)?.slice(-3)).toEqual([
      'DTSTART:20261025T003000Z',
      'DTEND:20261025T013000Z',
      'DTSTART:20261025T014500Z',
    ]);
  });

  test('of a zone without a name, and of no zone, are UTC', () => {
    for (const zone of ['+05:30', 'UTC', undefined]) {
      const text = write(bundleOf(zone, { start_date: '2026-03-28T10:00:00+05:30' }));
      expect(text).toContain('DTSTART:20260328T043000Z');
      expect(text).not.toContain('VTIMEZONE');
    }
  });

  test('of a zone whose offset has seconds are described with them', () => {
    const text = write(bundleOf('Africa/Monrovia', { start_date: '1971-12-30T10:00:00Z' }));
    expect(text).toContain('TZOFFSETTO:-004430\r\n');
    expect(text).toContain('DTSTART;TZID=Africa/Monrovia:19711230T091530\r\n');
  });

  test('a session without an end, or that ends as it begins, has none', () => {
    const start_date = '2026-03-28T10:00:00Z';
    const text = write(bundleOf('UTC', { start_date }, { start_date, end_date: start_date }));
    expect(text).not.toContain('DTEND');
    expect(entriesOf(text)).toHaveLength(2);
  });

  test('are told by two libraries alike: by the zone’s name, and by the zone as the file describes it', () => {
    fc.assert(
      fc.property(anyBundle, (bundle) => {
        const text = write(bundle);
        const shown = bundle.sessions.filter(({ fields }) => fields.start_date !== undefined);
        const expected = shown.map(({ fields }) => wholeSeconds(fields.start_date)).toSorted(ascending);
        expect(
          entriesOf(text)
            .map(({ start }) => start.getTime())
            .toSorted(ascending),
        ).toEqual(expected);
        expect(startsByDescription(text)).toEqual(expected);
      }),
    );
  });
});

test('hidden and unscheduled sessions are left out, and told', () => {
  const bundle = bundleOf('UTC', {}, { start_date: '2026-03-28T10:00:00Z', hide_from_schedule: true });
  expect(entriesOf(write(bundle))).toEqual([]);
  expect(exportFormats.ics.leavesOut(bundle)).toHaveLength(2);
});

test('the demonstration event is told whole', () => {
  const demo = makeDemoEvent();
  const shown = demo.sessions.length - exportFormats.ics.leavesOut(demo).length;
  expect(entriesOf(write(demo))).toHaveLength(shown);
});

test.skipIf(!hasRealFiles)('FOSDEM, once read and written, begins each session at the instant it did', () => {
  const schedule = readSchedule(realFile('fosdem-2025.xml'));
  const starts = entriesOf(write(schedule)).map(({ start, summary }) => [start.getTime(), summary]);
  const expected = schedule.sessions.map(({ fields }) => [parseInstant(fields.start_date ?? ''), fields.name]);
  expect(new Map(starts.map((entry) => [JSON.stringify(entry), true]))).toEqual(
    new Map(expected.map((entry) => [JSON.stringify(entry), true])),
  );
});

/** Starts as the file's own VTIMEZONE has them, whatever the machine knows of the zone. */
function startsByDescription(text: string): number[] {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const described = calendar.getFirstSubcomponent('vtimezone');
  const zone = described === null ? undefined : new ICAL.Timezone(described);
  const starts = calendar.getAllSubcomponents('vevent').map((event) => {
    const start = event.getFirstPropertyValue('dtstart') as ICAL.Time;
    const isLocal = event.getFirstProperty('dtstart')?.getFirstParameter('tzid') !== undefined;
    if (isLocal && zone !== undefined) start.zone = zone;
    return start.toUnixTime() * 1000;
  });
  return starts.toSorted(ascending);
}

function wholeSeconds(date: string | undefined): number {
  return Math.floor((parseInstant(date ?? '') ?? Number.NaN) / 1000) * 1000;
}

function ascending(a: number, b: number): number {
  return a - b;
}
