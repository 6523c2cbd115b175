import { describe, expect, test } from 'vitest';

import type { SessionDifference } from '../../shared/contract/session-difference.ts';
import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { ScheduleDays } from '../../shared/schedule/schedule-days.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';
import { changeSheets, type ChangeWords } from '../../renderer/views/print/change-sheets.ts';
import { daySheets } from '../../renderer/views/print/day-sheets.ts';
import { doorSheets } from '../../renderer/views/print/door-sheets.ts';
import { layOut, type SheetHeights } from '../../renderer/views/print/lay-out.ts';
import type { Sheet, SheetGroup } from '../../renderer/views/print/sheet.ts';
import type { SheetSource, SheetWords } from '../../renderer/views/print/sheet-source.ts';
import { speakerSheets } from '../../renderer/views/print/speaker-sheets.ts';
import { seededRandom } from '../support/random.ts';

const clock = new ZoneClock('Europe/Brussels');
const days = new ScheduleDays(
  { time_zone: 'Europe/Brussels', start_date: '2026-02-01', end_date: '2026-02-02' },
  clock,
);

const time = (instantMs: number): string => {
  const { hour, minute } = clock.wallClockAt(instantMs);
  return [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
};
const words: SheetWords = {
  fullDay: (instantMs) => clock.dateAt(instantMs),
  day: (instantMs) => clock.dateAt(instantMs).slice(5),
  hours: ({ startMs, endMs }) => `${time(startMs)}-${time(endMs)}`,
  time,
  hidden: '(hidden)',
  noRoom: 'No room',
  unscheduled: 'not scheduled',
  speakers: 'Speakers',
  columns: { time: 'T', session: 'S', speakers: 'P', track: 'K', speaker: 'N', room: 'R' },
  compare: new Intl.Collator('en').compare,
};

function session(id: string, fields: Partial<SessionSummary> = {}): SessionSummary {
  return {
    id,
    event_id: 'e1',
    name: id,
    type_id: 'talk',
    registrations: 0,
    sync: 'clean',
    ...fields,
  } as SessionSummary;
}

function at(day: number, from: string, to: string): Pick<SessionSummary, 'start_date' | 'end_date'> {
  const [start, end] = [from, to].map((clockTime) => `2026-02-0${day}T${clockTime}:00+01:00`);
  return { start_date: start!, end_date: end! };
}

function source(sessions: SessionSummary[], chosen: Partial<SheetSource> = {}): SheetSource {
  return {
    sessions,
    days,
    chosenDays: days.list([]),
    rooms: ['r1', 'r2'].map((id) => ({ id, name: id.toUpperCase() })),
    isWhole: true,
    withHidden: true,
    names: {
      rooms: new Map([
        ['r1', 'R1'],
        ['r2', 'R2'],
      ]),
      contacts: new Map([
        ['ada', 'Ada'],
        ['bob', 'Bob'],
      ]),
      types: new Map(),
      tracks: new Map([['t1', 'Track']]),
    },
    words,
    ...chosen,
  };
}

/** What stands on a sheet, group by group, each row as its cells' lines. */
function read(sheets: readonly Sheet[]): unknown[] {
  return sheets.map(({ title, subtitle, groups }) => ({
    title: [title, subtitle].filter((text) => text !== '').join(' / '),
    groups: Object.fromEntries(
      groups.map(({ heading, rows }) => [
        heading,
        rows.map(({ cells }) => cells.map(({ lines }) => lines.map(({ text }) => text).join(' | '))),
      ]),
    ),
  }));
}

describe('the day by room', () => {
  test('has every session of each day in each of its rooms, by begin, and those without a room at the end', () => {
    const sessions = [
      session('Late', { ...at(1, '11:00', '12:00'), room_ids: ['r1'], code: 'C7' }),
      session('Early', {
        ...at(1, '09:00', '10:00'),
        room_ids: ['r1', 'r2'],
        track_ids: ['t1'],
        speakers: [{ contact_id: 'ada', type_id: '' }],
      }),
      session('Somewhere', at(1, '10:00', '10:30')),
      session('Tomorrow', { ...at(2, '09:00', '10:00'), room_ids: ['r2'], hide_from_schedule: true }),
      session('Never'),
    ];
    expect(read(daySheets(source(sessions)))).toEqual([
      {
        title: '2026-02-01',
        groups: {
          R1: [
            ['09:00-10:00', 'Early', 'Ada', 'Track'],
            ['11:00-12:00', 'Late | C7', '', ''],
          ],
          R2: [['09:00-10:00', 'Early', 'Ada', 'Track']],
          'No room': [['10:00-10:30', 'Somewhere', '', '']],
        },
      },
      { title: '2026-02-02', groups: { R2: [['09:00-10:00', 'Tomorrow | (hidden)', '', '']] } },
    ]);
  });

  test('tells of a session over several days the hours of each day alone', () => {
    const long = session('Lounge', {
      start_date: '2026-02-01T20:00:00+01:00',
      end_date: '2026-02-02T10:00:00+01:00',
      room_ids: ['r1'],
    });
    expect(read(daySheets(source([long])))).toMatchObject([
      { groups: { R1: [['20:00 – …', 'Lounge', '', '']] } },
      { groups: { R1: [['… – 10:00', 'Lounge', '', '']] } },
    ]);
  });
});

test('at a door stands one day of one room, without what is hidden, and nothing where nothing is on', () => {
  const sessions = [
    session('A', { ...at(1, '09:00', '10:00'), room_ids: ['r1'], speakers: [{ contact_id: 'ada', type_id: '' }] }),
    session('Secret', { ...at(1, '10:00', '11:00'), room_ids: ['r1'], hide_from_schedule: true }),
    session('B', { ...at(2, '09:00', '10:00'), room_ids: ['r1'] }),
  ];
  expect(read(doorSheets(source(sessions, { withHidden: false })))).toEqual([
    { title: 'R1 / 2026-02-01', groups: { '': [['09:00-10:00', 'A | Ada']] } },
    { title: 'R1 / 2026-02-02', groups: { '': [['09:00-10:00', 'B']] } },
  ]);
});

describe('the list of speakers', () => {
  const sessions = [
    session('Second', {
      ...at(2, '09:00', '10:00'),
      room_ids: ['r2'],
      speakers: [
        { contact_id: 'bob', type_id: 'a' },
        { contact_id: 'bob', type_id: 'b' },
      ],
    }),
    session('First', {
      ...at(1, '09:00', '10:00'),
      room_ids: ['r1'],
      speakers: [
        { contact_id: 'bob', type_id: '' },
        { contact_id: 'ada', type_id: '' },
      ],
    }),
    session('Not yet', { speakers: [{ contact_id: 'zoe', type_id: '', name: 'Zoe' }] }),
  ];

  test('names each once, with all that they speak in, by time', () => {
    expect(read(speakerSheets(source(sessions)))).toEqual([
      {
        title: 'Speakers',
        groups: {
          Ada: [['02-01, 09:00-10:00', 'R1', 'First']],
          Bob: [
            ['02-01, 09:00-10:00', 'R1', 'First'],
            ['02-02, 09:00-10:00', 'R2', 'Second'],
          ],
          Zoe: [['not scheduled', '', 'Not yet']],
        },
      },
    ]);
  });

  test('of a part has who speaks in that part', () => {
    const [, second] = days.list([]);
    const part = source(sessions, { chosenDays: [second!], isWhole: false });
    expect(read(speakerSheets(part))).toEqual([
      { title: 'Speakers / 02-02', groups: { Bob: [['02-02, 09:00-10:00', 'R2', 'Second']] } },
    ]);
  });
});

test('changes are told with what was beside what is', () => {
  const side = { name: 'Talk', ...at(1, '09:00', '10:00'), room_ids: ['r1'] };
  const differences: SessionDifference[] = [
    { id: 'a', kind: 'added', now: { ...side, name: 'New' }, changes: [] },
    {
      id: 'm',
      kind: 'moved',
      before: side,
      now: { ...side, room_ids: ['r2'] },
      changes: [
        { field: 'room_ids', before: ['r1'], after: ['r2'] },
        { field: 'code', after: 'X' },
      ],
    },
    { id: 'c', kind: 'cancelled', before: { name: 'Gone' }, changes: [] },
  ];
  const changeWords: ChangeWords = {
    ...words,
    title: 'Changes',
    subtitle: 'since nine',
    heading: (kind) => kind,
    columns: { session: 'S', before: 'B', now: 'N' },
    field: (name) => name,
    value: (_, value) => String(value),
  };
  expect(read(changeSheets(differences, source([]).names, changeWords))).toEqual([
    {
      title: 'Changes / since nine',
      groups: {
        added: [['New', '', '02-01, 09:00-10:00, R1']],
        moved: [['Talk', '02-01, 09:00-10:00, R1 | code: undefined', '02-01, 09:00-10:00, R2 | code: X']],
        cancelled: [['Gone', 'not scheduled, No room', '']],
      },
    },
  ]);
});

test('a name of any length is cut before it is measured', () => {
  const [sheet] = daySheets(source([session('x'.repeat(10_000), { ...at(1, '09:00', '10:00'), room_ids: ['r1'] })]));
  const longest = sheet!.groups.flatMap(({ rows }) =>
    rows.flatMap(({ cells }) => cells.flatMap(({ lines }) => lines.map(({ text }) => text.length))),
  );
  expect(Math.max(...longest)).toBeLessThan(300);
});

describe('pages', () => {
  const random = seededRandom(20_260_201);

  /** A sheet of groups of so many rows, and how high they are. */
  function sheetOf(place: SheetGroup['place'], page: number): { sheet: Sheet; heights: SheetHeights } {
    const groups = Array.from({ length: 1 + random.below(6) }, (_, at): SheetGroup => ({
      id: String(at),
      heading: String(at),
      place,
      rows: Array.from({ length: 1 + random.below(9) }, (_, row) => ({ id: `${at}.${row}`, cells: [] })),
    }));
    const sheet: Sheet = { id: 's', title: '', subtitle: '', form: 'list', isLandscape: false, columns: [], groups };
    const heights = {
      page,
      groups: groups.map(({ rows }) => ({
        heading: place === 'row' ? 20 : 0,
        rows: rows.map(() => 10 + random.below(40)),
      })),
    };
    return { sheet, heights };
  }

  test('hold every row once, in order, and no more than fits; headings have rows below them, and stand again where these go on', () => {
    for (let nth = 0; nth < 300; nth++) {
      const place = (['row', 'column', 'none'] as const)[nth % 3]!;
      const { sheet, heights } = sheetOf(place, 150);
      const pages = layOut(sheet, heights);
      const heightOf = (id: string): number => {
        const [group, row] = id.split('.').map(Number) as [number, number];
        return heights.groups[group]!.rows[row]!;
      };
      expect(pages.flatMap((parts) => parts.flatMap(({ rows }) => rows.map(({ id }) => id)))).toEqual(
        sheet.groups.flatMap(({ rows }) => rows.map(({ id }) => id)),
      );
      const seen = new Set<string>();
      for (const parts of pages) {
        const heading = place === 'row' ? 20 : 0;
        const height = parts.reduce(
          (sum, { rows }) => sum + heading + rows.reduce((all, { id }) => all + heightOf(id), 0),
          0,
        );
        expect(height).toBeLessThanOrEqual(150);
        for (const { group, rows, isContinued } of parts) {
          expect([rows.length > 0, isContinued]).toEqual([true, seen.has(group.id)]);
          seen.add(group.id);
        }
      }
    }
  });

  test('keep what is told of one person together, where it fits on a page', () => {
    for (let nth = 0; nth < 100; nth++) {
      const { sheet, heights } = sheetOf('column', 500);
      const begun = layOut(sheet, heights).flatMap((parts) => parts.map(({ group }) => group.id));
      expect(begun).toEqual(sheet.groups.map(({ id }) => id));
    }
  });
});
