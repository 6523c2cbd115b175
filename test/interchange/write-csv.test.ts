import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';

import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import type { ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { exportFormats } from '../../shared/interchange/formats.ts';
import { withoutDisallowed } from '../../shared/interchange/parse-xml.ts';
import { anyBundle, anyText } from '../support/schedule-worlds.ts';

const write = (bundle: ScheduleBundle): string => exportFormats.csv.write(bundle, 0);

function rowsOf(bundle: ScheduleBundle): Record<string, string>[] {
  const { data, errors } = Papa.parse<Record<string, string>>(write(bundle), {
    header: true,
    skipEmptyLines: true,
  });
  expect(errors).toEqual([]);
  return data;
}

function bundleOf(fields: object, more: Partial<ScheduleBundle> = {}): ScheduleBundle {
  return {
    event: { id: 'e', name: 'E', time_zone: 'Europe/Berlin' },
    catalog: {},
    sessions: [{ id: 's1', fields: { event_id: 'e', name: 'N', type_id: 't1', ...fields } }],
    ...more,
  };
}

test('a session is one row, with names, ids, and times both local and exact', () => {
  const bundle = bundleOf(
    {
      name: 'Night, "shift"\nand more',
      code: 'K-1',
      room_ids: ['r1', 'gone'],
      track_ids: ['tr1'],
      start_date: '2026-10-25T01:30:00Z',
      end_date: '2026-10-25T02:15:30Z',
      speakers: [
        { contact_id: 'c1', type_id: 'x' },
        { contact_id: 'c2', type_id: 'x', name: 'Lin' },
      ],
      hide_from_schedule: true,
      enable_capacity: true,
      capacity_options: { capacity: 30 },
      custom_field_values: [{ custom_field_id: 'level', string_value: 'Easy' }],
    },
    {
      catalog: {
        session_types: [{ id: 't1', name: 'Talk' }],
        rooms: [{ id: 'r1', name: 'Aula' }],
        tracks: [{ id: 'tr1', name: 'Web' }],
        contacts: [{ id: 'c1', name: 'Ada' }],
        custom_fields: [{ id: 'level', name: 'Level' }],
      },
    },
  );
  expect(rowsOf(bundle)).toEqual([
    {
      id: 's1',
      code: 'K-1',
      title: 'Night, "shift"\nand more',
      type: 'Talk',
      tracks: 'Web',
      rooms: 'Aula; gone',
      location: '',
      start: '2026-10-25 02:30',
      end: '2026-10-25 03:15',
      time_zone: 'Europe/Berlin',
      minutes: '45.5',
      starts_at: '2026-10-25T02:30:00+01:00',
      ends_at: '2026-10-25T03:15:30+01:00',
      speakers: 'Ada; Lin',
      description: '',
      access: '',
      hidden: 'true',
      capacity: '30',
      sold_out: '',
      has_fees: '',
      event_id: 'e',
      type_id: 't1',
      track_ids: 'tr1',
      room_ids: 'r1; gone',
      speaker_ids: 'c1; c2',
      'Level (level)': 'Easy',
    },
  ]);
});

test('it begins with a byte order mark, for Excel, and its lines end as RFC 4180 says', () => {
  const text = write(bundleOf({}));
  expect(text.startsWith('\ufeffid,code,title')).toBe(true);
  expect(text.slice(1).split('\r\n')).toHaveLength(3);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

test('every session is there, by start, those without one last', () => {
  const demo = makeDemoEvent();
  const starts = rowsOf(demo).map((row) => row['starts_at'] ?? '');
  expect(starts).toHaveLength(demo.sessions.length);
  const known = starts.filter((start) => start !== '');
  expect(known).toEqual(known.toSorted());
  expect(starts.slice(known.length).every((start) => start === '')).toBe(true);
});

describe('no text is a formula', () => {
  const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', "'=1"])('%j', (name) => {
    const [row] = rowsOf(bundleOf({ name }));
    expect(row?.['title']).toBe(`'${name}`);
  });

  test('and each comes back by taking one apostrophe away', () => {
    fc.assert(
      fc.property(anyText, (description) => {
        const cell = rowsOf(bundleOf({ description }))[0]?.['description'] ?? '';
        expect(cell).not.toMatch(FORMULA);
        expect(cell.replace(/^'('*[=+\-@\t\r\n＝＋－＠])/, '$1')).toBe(withoutDisallowed(description));
      }),
    );
  });
});

test('whatever a schedule holds, its CSV has one row per session', () => {
  fc.assert(
    fc.property(anyBundle, (bundle) => {
      expect(rowsOf(bundle)).toHaveLength(bundle.sessions.length);
    }),
  );
});
