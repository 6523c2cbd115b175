import { describe, expect, test } from 'vitest';

import { fullnessOf } from '../../shared/schedule/fullness.ts';
import { nowOf, type Now } from '../../shared/schedule/now.ts';
import { ScheduleDays } from '../../shared/schedule/schedule-days.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';

const ROOMS = [
  { id: 'hall', name: 'Hall', capacity: 100 },
  { id: 'attic', name: 'Attic', capacity: 20 },
];

const on = (time: string): string => `2026-02-01T${time}:00+01:00`;

function session(id: string, from: string, to: string | undefined, more: Partial<ScheduledSession> = {}) {
  return { id, name: id, room_ids: ['hall'], start_date: on(from), ...(to && { end_date: on(to) }), ...more };
}

function at(time: string, sessions: readonly ScheduledSession[]): Now<ScheduledSession> {
  const days = new ScheduleDays({ time_zone: 'Europe/Berlin' }, new ZoneClock('Europe/Berlin'));
  const nowMs = Date.parse(on(time));
  return nowOf(sessions, ROOMS, days.at(nowMs), nowMs);
}

const ids = (timed: readonly { session: ScheduledSession }[]): string[] => timed.map((one) => one.session.id);
const time = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new ZoneClock('Europe/Berlin').dateTimeAt(ms).slice(11, 16);

function roomAt(clock: string, sessions: readonly ScheduledSession[]): unknown {
  const { running, next, freeUntilMs } = at(clock, sessions).rooms[0]!;
  return { running: ids(running), next: next?.session.id, freeUntil: time(freeUntilMs) };
}

describe('a room', () => {
  const day = [session('talk', '10:00', '11:00'), session('panel', '11:30', '12:00'), session('old', '08:00', '09:00')];

  test.each([
    ['09:30', { running: [], next: 'talk', freeUntil: '10:00' }],
    ['10:00', { running: ['talk'], next: 'panel', freeUntil: undefined }],
    ['11:00', { running: [], next: 'panel', freeUntil: '11:30' }],
    ['11:45', { running: ['panel'], next: undefined, freeUntil: undefined }],
    ['12:00', { running: [], next: undefined, freeUntil: '04:00' }],
  ])('at %s', (clock, expected) => {
    expect(roomAt(clock, day)).toEqual(expected);
  });

  test('is taken by what has no end until the next begins, for an hour at most', () => {
    const open = session('open', '10:00', undefined);
    expect(roomAt('10:50', [open])).toMatchObject({ running: ['open'] });
    expect(roomAt('11:00', [open])).toMatchObject({ running: [] });
    expect(roomAt('10:50', [open, session('talk', '10:30', '11:00')])).toMatchObject({ running: ['talk'] });
  });

  test('has what began the day before, and nothing of the next day', () => {
    const night = { ...session('night', '10:00', '10:00'), start_date: '2026-01-31T20:00:00Z', end_date: on('06:00') };
    const tomorrow = { ...session('tomorrow', '10:00', '10:00'), start_date: '2026-02-02T09:00:00+01:00' };
    expect(roomAt('05:00', [night, tomorrow])).toEqual({ running: ['night'], next: undefined, freeUntil: undefined });
  });
});

test('what begins within the hour is told, also without a room', () => {
  const sessions = [
    session('at the hour', '11:00', '12:00'),
    session('too far', '11:01', '12:00'),
    session('nowhere', '10:30', '11:00', { room_ids: [] }),
    session('running', '10:00', '11:00', { room_ids: ['attic'] }),
  ];
  const { running, soon } = at('10:00', sessions);
  expect([ids(running), ids(soon)]).toEqual([['running'], ['nowhere', 'at the hour']]);
});

describe('late', () => {
  const next = session('next', '11:00', '12:00');
  const lateAt = (clock: string, sessions: ScheduledSession[]): unknown[] =>
    at(clock, sessions).late.map((one) => [one.session.id, one.roomId, one.next.session.id, one.lateMs / 60_000]);

  test('is what goes on when the next in its room should begin, as soon as it begins within the hour', () => {
    const long = session('long', '10:00', '11:10');
    expect(lateAt('08:59', [long, next])).toEqual([]);
    expect(lateAt('09:00', [long, next])).toEqual([['long', 'hall', 'next', 10]]);
    expect(lateAt('11:05', [long, next])).toEqual([['long', 'hall', 'next', 10]]);
    expect(lateAt('11:10', [long, next])).toEqual([]);
  });

  test('is not what ends as the next begins, what contains it, or what is elsewhere', () => {
    expect(lateAt('10:30', [session('talk', '10:00', '11:00'), next])).toEqual([]);
    expect(lateAt('10:30', [session('exhibition', '10:00', '18:00'), next])).toEqual([]);
    expect(lateAt('10:30', [session('talk', '10:00', '11:10', { room_ids: ['attic'] }), next])).toEqual([]);
    expect(lateAt('10:30', [session('open', '10:15', undefined), next])).toEqual([]);
  });
});

describe('full', () => {
  const seats = new Map<string, number | undefined>([
    ['hall', 100],
    ['attic', 20],
    ['cellar', undefined],
  ]);
  const talk = (more: Partial<ScheduledSession>): ScheduledSession => ({ id: 'talk', name: 'Talk', ...more });
  const limited = { enable_capacity: true, capacity_options: { capacity: 30 } };

  test.each<[string, Partial<ScheduledSession>, number | undefined, boolean]>([
    ['that promises fewer than the room holds', { ...limited, room_ids: ['hall'], registrations: 30 }, 30, true],
    ['that promises more than the room holds', { ...limited, room_ids: ['attic'], registrations: 19 }, 20, false],
    ['in two rooms', { room_ids: ['hall', 'attic'], registrations: 119 }, 120, false],
    ['in a room of unknown size', { ...limited, room_ids: ['cellar'], registrations: 29 }, 30, false],
    ['without room and capacity', { registrations: 1000 }, undefined, false],
    ['whose capacity is not in force', { ...limited, enable_capacity: false, registrations: 31 }, undefined, false],
    ['that is sold out', { sold_out: true }, undefined, true],
  ])('or not: a session %s', (_, more, expected, isFull) => {
    expect(fullnessOf(talk(more), seats)).toMatchObject({ seats: expected, isFull });
  });

  test('is told of what runs or begins within the hour', () => {
    const sessions = [
      session('full', '10:00', '11:00', { registrations: 100 }),
      session('not', '11:00', '11:30', { registrations: 99 }),
      session('later', '11:31', '12:00', { registrations: 100 }),
    ];
    expect(ids(at('10:30', sessions).full)).toEqual(['full']);
  });
});
