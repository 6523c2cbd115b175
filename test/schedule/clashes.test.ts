import { describe, expect, test } from 'vitest';

import { readSchedule } from '../../shared/interchange/read-schedule.ts';
import { ClashIndex } from '../../shared/schedule/clash-index.ts';
import { clashSettings, type ClashSettings } from '../../shared/schedule/clash-settings.ts';
import type { Clash } from '../../shared/schedule/clash.ts';
import { layOutBlocks } from '../../shared/schedule/lanes.ts';
import { ScheduleDays } from '../../shared/schedule/schedule-days.ts';
import type { ScheduledSession, ScheduleRoom } from '../../shared/schedule/scheduled-session.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';
import { everyClash, speakersOf } from '../support/clash-worlds.ts';
import { hasRealFiles, realFile } from '../support/schedule-files.ts';

const EVENT = { time_zone: 'Europe/Berlin', start_date: '2026-02-01', end_date: '2026-02-02' };
const ROOMS = [
  { id: 'hall', name: 'Hall', capacity: 100 },
  { id: 'attic', name: 'Attic', capacity: 20 },
  { id: 'foyer', name: 'Foyer' },
];

function indexOf(sessions: readonly ScheduledSession[], settings: Partial<ClashSettings> = {}): ClashIndex {
  const days = new ScheduleDays(EVENT, ZoneClock.ofEvent(EVENT));
  const index = new ClashIndex({
    settings: clashSettings.parse(settings),
    eventSpan: days.eventSpan,
    rooms: ROOMS,
  });
  index.update(sessions);
  return index;
}

const on = (time: string, date = '2026-02-01'): string => `${date}T${time}:00+01:00`;

function session(id: string, from: string, to: string, more: Partial<ScheduledSession> = {}): ScheduledSession {
  return { id, name: id, room_ids: ['hall'], start_date: on(from), end_date: on(to), ...more };
}

const told = (index: ClashIndex): string[] =>
  Array.from(index.all(), ({ rule, severity, sessionIds }) => `${severity} ${rule} ${sessionIds.join(' ')}`).sort();

const ada = { speakers: speakersOf(['ada']) };

describe('clashes', () => {
  test('two sessions in one room at once, a hidden one and a break among them', () => {
    const sessions = [
      session('talk', '10:00', '11:00'),
      session('break', '10:30', '10:45', { room_ids: ['foyer', 'hall'] }),
      { ...session('staff', '10:45', '11:30', { room_ids: ['foyer', 'hall'] }), hide_from_schedule: true },
    ];
    expect(told(indexOf(sessions))).toEqual(['block room_overlap break talk', 'block room_overlap staff talk']);
  });

  test('not those that touch, have no room or no start', () => {
    const sessions = [
      session('one', '10:00', '11:00'),
      session('two', '11:00', '12:00'),
      session('nowhere', '10:00', '12:00', { room_ids: [] }),
      session('never', '10:00', '12:00', { start_date: undefined }),
    ];
    expect(told(indexOf(sessions))).toEqual([]);
  });

  test('a session without an end within another, or beginning with it, but not at its end', () => {
    const open = (id: string, from: string): ScheduledSession => session(id, from, from, { end_date: undefined });
    const sessions = [session('talk', '10:00', '11:00'), open('a', '10:00'), open('b', '10:30'), open('c', '11:00')];
    expect(told(indexOf(sessions))).toEqual(['block room_overlap a talk', 'block room_overlap b talk']);
  });

  test('a speaker in two places, also without rooms', () => {
    const sessions = [
      session('one', '10:00', '11:00', ada),
      session('two', '10:59', '12:00', { ...ada, room_ids: undefined }),
    ];
    expect(told(indexOf(sessions))).toEqual(['block speaker_overlap one two']);
  });

  test('a speaker with too little time between two rooms', () => {
    const sessions = [
      session('one', '10:00', '11:00', ada),
      session('two', '11:04', '12:00', { ...ada, room_ids: ['attic'] }),
      session('same room', '12:00', '13:00', { ...ada, room_ids: ['attic', 'hall'] }),
      session('nowhere', '13:00', '14:00', { ...ada, room_ids: [] }),
    ];
    const [walk, ...others] = [...indexOf(sessions).all()];
    expect(others).toEqual([]);
    expect(walk).toMatchObject({ rule: 'speaker_walk', severity: 'warn', contactIds: ['ada'], gapMinutes: 4 });
    expect(told(indexOf(sessions, { walking_minutes: 4 }))).toEqual([]);
  });

  test('what is outside the event’s days, which go on past midnight in the event’s zone', () => {
    const sessions = [
      session('first', '04:00', '05:00'),
      session('night', '23:00', '23:30', { end_date: on('04:00', '2026-02-03') }),
      session('early', '03:59', '05:00', { room_ids: ['attic'] }),
      session('long', '23:00', '23:30', { end_date: on('04:01', '2026-02-03'), room_ids: ['attic'] }),
      session('after', '10:00', '11:00', { start_date: on('05:00', '2026-02-03'), end_date: undefined }),
    ];
    expect(told(indexOf(sessions))).toEqual([
      'warn outside_days after',
      'warn outside_days early',
      'warn outside_days long',
    ]);
  });

  test('rooms too small for the registrations, or else for what the session promises', () => {
    const limited = { enable_capacity: true, capacity_options: { capacity: 30 } };
    const sessions = [
      session('fits', '10:00', '11:00', { registrations: 100 }),
      session('crowded', '11:00', '12:00', { registrations: 101 }),
      session('promises', '11:00', '12:00', { ...limited, room_ids: ['attic'], registrations: 20 }),
      session('both', '12:00', '13:00', { room_ids: ['attic', 'hall'], registrations: 120 }),
      session('unknown', '12:00', '13:00', { room_ids: ['foyer'], registrations: 500 }),
    ];
    const facts = [...indexOf(sessions).all()].map((clash) => ({ ...clash, key: '', severity: '' }));
    const common = { rule: 'room_too_small', key: '', severity: '' };
    expect(facts).toEqual([
      { ...common, sessionIds: ['crowded'], roomIds: ['hall'], seats: 100, needed: 101, because: 'registrations' },
      { ...common, sessionIds: ['promises'], roomIds: ['attic'], seats: 20, needed: 30, because: 'capacity' },
    ]);
  });

  test('an end before the start, and nothing else of those times', () => {
    const sessions = [session('wrong', '11:00', '10:00'), session('right', '09:00', '12:00')];
    expect(told(indexOf(sessions))).toEqual(['block end_before_start wrong']);
  });

  test('a code that several sessions have, told once for all', () => {
    const sessions = ['one', 'two', 'three', 'other'].map((id, hour) =>
      session(id, `1${hour}:00`, `1${hour}:30`, { code: id === 'other' ? 'B' : ' A' }),
    );
    expect(told(indexOf(sessions))).toEqual(['warn duplicate_code one three two']);
  });

  test('are told as the event’s settings have them, or not at all', () => {
    const sessions = [session('one', '10:00', '11:00', ada), session('two', '10:00', '11:00', ada)];
    expect(told(indexOf(sessions, { room_overlap: 'warn' }))).toEqual([
      'block speaker_overlap one two',
      'warn room_overlap one two',
    ]);
    expect(told(indexOf(sessions, { room_overlap: 'off', speaker_overlap: 'off' }))).toEqual([]);
  });

  test('survive records from headquarters that hold null', () => {
    const odd = {
      id: 'odd',
      name: 'Odd',
      code: null,
      start_date: null,
      end_date: null,
      room_ids: null,
      speakers: null,
    };
    const index = indexOf([odd as unknown as ScheduledSession, session('talk', '10:00', '11:00')]);
    expect(told(index)).toEqual([]);
  });
});

describe('an acknowledgement', () => {
  const one = session('one', '10:00', '11:00', { ...ada, registrations: 120 });
  const two = session('two', '10:30', '11:30', ada);
  const keyOf = (rule: Clash['rule'], ...sessions: ScheduledSession[]): string | undefined =>
    [...indexOf(sessions).all()].find((clash) => clash.rule === rule)?.key;

  test.each<[string, Partial<ScheduledSession>]>([
    ['a name', { name: 'Another' }],
    ['a code', { code: 'X' }],
    ['another room', { room_ids: ['hall', 'attic'] }],
    ['another speaker', { speakers: speakersOf(['ada', 'bob']) }],
    ['the same time in other words', { start_date: '2026-02-01T09:00:00.000Z' }],
  ])('of a room booked twice outlasts %s', (_, edit) => {
    expect(keyOf('room_overlap', { ...one, ...edit }, two)).toBe(keyOf('room_overlap', one, two));
  });

  test.each<[string, Partial<ScheduledSession>]>([
    ['a start', { start_date: on('10:05') }],
    ['an end', { end_date: on('11:05') }],
  ])('of a room booked twice ends with %s of either', (_, edit) => {
    const before = keyOf('room_overlap', one, two);
    expect(before).toBeDefined();
    for (const edited of [
      keyOf('room_overlap', { ...one, ...edit }, two),
      keyOf('room_overlap', one, { ...two, ...edit }),
    ]) {
      expect(edited).toBeDefined();
      expect(edited).not.toBe(before);
    }
  });

  test('holds again when an edit is undone', () => {
    const index = indexOf([one, two]);
    const before = index.of('one').map(({ key }) => key);
    index.update([{ ...one, start_date: on('09:00') }]);
    expect(index.of('one').map(({ key }) => key)).not.toEqual(before);
    index.update([one]);
    expect(index.of('one').map(({ key }) => key)).toEqual(before);
  });

  test('of a room too small outlasts registrations until another tenth of its seats is missing', () => {
    const key = (registrations: number): string | undefined => keyOf('room_too_small', { ...one, registrations });
    expect(key(120)).toBe(key(111));
    expect(key(121)).not.toBe(key(120));
  });

  test('does not pass to other sessions that clash alike', () => {
    expect(keyOf('room_overlap', one, { ...two, id: 'three' })).not.toBe(keyOf('room_overlap', one, two));
  });
});

describe('an update', () => {
  test('that changes nothing a rule looks at tells nothing', () => {
    const sessions = [session('one', '10:00', '11:00'), session('two', '10:30', '11:30')];
    const index = indexOf(sessions);
    expect(index.update(sessions.map((one) => ({ ...one, name: 'Another' })))).toEqual({ came: [], gone: [] });
  });

  test('tells a clash whose numbers changed as gone and come', () => {
    const index = indexOf([session('one', '10:00', '11:00', { registrations: 111 })]);
    const { came, gone } = index.update([session('one', '10:00', '11:00', { registrations: 112 })]);
    expect([gone, came].map(([clash]) => clash)).toMatchObject([{ needed: 111 }, { needed: 112 }]);
    expect(came[0]?.key).toBe(gone[0]?.key);
  });
});

test('a crowd in one room marks every session, and tells no more than twenty clashes for each', () => {
  const crowd = Array.from({ length: 500 }, (_, at) => session(`s${at}`, '10:00', '11:00'));
  const index = indexOf(crowd);
  expect(crowd.every(({ id }) => index.of(id).length > 0)).toBe(true);
  expect(index.size).toBeLessThanOrEqual(500 * 20);
  index.update(
    [],
    crowd.slice(1).map(({ id }) => id),
  );
  expect(index.size).toBe(0);
});

describe.skipIf(!hasRealFiles)('FOSDEM 2025, one of the real schedules beside the project', () => {
  test('stands on its two days, each session on one of them, and is drawn without lanes', () => {
    const { sessions, days, rooms } = fosdem();
    const list = days.list(sessions);
    expect(list.map(({ date, isOfEvent }) => [date, isOfEvent])).toEqual([
      ['2025-02-01', true],
      ['2025-02-02', true],
    ]);
    const pieces = list.map((day) => days.piecesOn(day, sessions));
    expect(pieces.flat().length).toBe(1105);
    expect(pieces.flat().some(({ beginsEarlier, endsLater }) => beginsEarlier || endsLater)).toBe(false);
    const placed = pieces[0]!.map(({ session: { id, room_ids: roomIds = [] }, startMs, endMs }) => ({
      id,
      roomIds,
      startMs,
      endMs,
    }));
    const blocks = layOutBlocks(
      placed,
      rooms.map(({ id }) => id),
    );
    expect(blocks.map(({ columns, lanes }) => [columns, lanes])).toEqual(placed.map(() => [1, 1]));
  });

  test('has no clash but speakers who have to hurry, found as by checking every pair', () => {
    const { sessions, days, rooms } = fosdem();
    const context = { settings: clashSettings.parse({ walking_minutes: 20 }), eventSpan: days.eventSpan, rooms };
    const index = new ClashIndex(context);
    index.update(sessions);
    const found = Array.from(index.all(), ({ rule, sessionIds }) => `${rule} ${sessionIds.join(' ')}`);
    expect(found.length).toBeGreaterThan(0);
    expect(found.sort()).toEqual(everyClash(sessions, context).map(([rule, ids]) => `${rule} ${ids.join(' ')}`));
    expect(new Set(Array.from(index.all(), ({ rule }) => rule))).toEqual(new Set(['speaker_walk']));
  });
});

function fosdem(): { sessions: ScheduledSession[]; days: ScheduleDays; rooms: readonly ScheduleRoom[] } {
  const { event, sessions, catalog } = readSchedule(realFile('fosdem-2025.xml'));
  return {
    sessions: sessions.map(({ id, fields }) => ({ ...fields, id })),
    days: new ScheduleDays(event, ZoneClock.ofEvent(event)),
    rooms: catalog.rooms ?? [],
  };
}
