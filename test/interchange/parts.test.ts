import nodeIcal, { type VEvent } from 'node-ical';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';

import type { BundledSession, ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import type { SessionDifference } from '../../shared/contract/session-difference.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { partOfSchedule } from '../../shared/interchange/part-of-schedule.ts';
import { writeChangesCsv } from '../../shared/interchange/write-changes-csv.ts';

const START = '2026-03-28T10:00:00+01:00';

const sessions = [
  { name: 'Both', room_ids: ['r1'], speakers: [{ contact_id: 'ada', type_id: 's', name: 'Ada' }] },
  { name: 'Elsewhere', room_ids: ['r2'], speakers: [{ contact_id: 'ada', type_id: 's', name: 'Ada' }] },
  { name: 'Of another', room_ids: ['r1', 'r2'], speakers: [{ contact_id: 'bob', type_id: 's', name: 'Bob' }] },
  { name: 'Secret', room_ids: ['r1'], hide_from_schedule: true },
];

const bundle: ScheduleBundle = {
  event: { id: 'e', name: 'Conf', time_zone: 'Europe/Berlin' },
  catalog: {
    rooms: ['r1', 'r2'].map((id) => ({ id, name: `Room ${id}` })),
    contacts: [
      { id: 'ada', name: 'Ada' },
      { id: 'bob', name: 'Bob' },
    ],
  },
  sessions: sessions.map((fields, at): BundledSession => ({
    id: `s${at}`,
    fields: { event_id: 'e', type_id: 't', start_date: START, ...fields },
  })),
};

/** The calendar's name and the names of its entries, as another library reads them. */
function calendarOf(part: Parameters<typeof partOfSchedule>[1]): { name: string | undefined; entries: string[] } {
  const text = exportFormats.ics.write(partOfSchedule(bundle, part), Date.UTC(2026, 0, 1));
  const entries = Object.values(nodeIcal.sync.parseICS(text)).filter((each): each is VEvent => each?.type === 'VEVENT');
  return { name: /X-WR-CALNAME:(.*)\r/.exec(text)?.[1], entries: entries.map(({ summary }) => String(summary)).sort() };
}

describe('a calendar', () => {
  test('of a room has what is in that room, under its name', () => {
    expect(calendarOf({ roomId: 'r1' })).toEqual({ name: 'Conf: Room r1', entries: ['Both', 'Of another'] });
  });

  test('of a speaker has what that person speaks in, wherever', () => {
    expect(calendarOf({ speakerId: 'ada' })).toEqual({ name: 'Conf: Ada', entries: ['Both', 'Elsewhere'] });
  });

  test('of a room or a person that there is not is none', () => {
    expect(() => calendarOf({ roomId: 'r3' })).toThrow('There is no such room.');
    expect(() => calendarOf({ speakerId: 'eve' })).toThrow('There is no such contact.');
  });
});

describe('the table of changes', () => {
  const read = (differences: SessionDifference[]): Record<string, string>[] =>
    Papa.parse<Record<string, string>>(writeChangesCsv(bundle, differences).slice(1), {
      header: true,
      skipEmptyLines: true,
    }).data;

  test('has what was beside what is, with names and clock times', () => {
    const before = {
      name: 'Tea',
      start_date: START,
      end_date: '2026-03-28T11:00:00+01:00',
      room_ids: ['r1'],
      speakers: [{ contact_id: 'ada', type_id: 's' }],
    };
    const now = { ...before, start_date: '2026-03-28T09:30:00Z', room_ids: ['r2', 'gone'] };
    const changes = ['start_date', 'room_ids', 'description'].map((field) => ({ field }));
    expect(read([{ id: 's1', kind: 'moved', before, now, changes }])).toEqual([
      {
        change: 'moved',
        id: 's1',
        code: '',
        title_before: 'Tea',
        title: 'Tea',
        start_before: '2026-03-28 10:00',
        start: '2026-03-28 10:30',
        end_before: '2026-03-28 11:00',
        end: '2026-03-28 11:00',
        time_zone: 'Europe/Berlin',
        rooms_before: 'Room r1',
        rooms: 'Room r2; gone',
        speakers_before: 'Ada',
        speakers: 'Ada',
        other_fields: 'description',
      },
    ]);
  });

  test('runs no formula in a spreadsheet, and takes what headquarters wrote otherwise', () => {
    const odd = { name: '=HYPERLINK("http://example.org")', room_ids: 'r1' as never, start_date: 7 as never };
    expect(read([{ id: 's1', kind: 'added', now: odd, changes: [] }])).toMatchObject([
      { title: `'=HYPERLINK("http://example.org")`, rooms: '', start: '' },
    ]);
  });
});
