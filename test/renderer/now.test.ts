import { describe, expect, test } from 'vitest';

import { attentionOf } from '../../renderer/views/now/attention.ts';
import { fittingZoom } from '../../renderer/views/now/fitting-zoom.ts';
import { firstMomentOn, momentOn, readMoment, writeMoment } from '../../renderer/views/now/moment.ts';
import { roomCards } from '../../renderer/views/now/room-cards.ts';
import { ClashIndex } from '../../shared/schedule/clash-index.ts';
import { clashSettings } from '../../shared/schedule/clash-settings.ts';
import { nowOf } from '../../shared/schedule/now.ts';
import { ScheduleDays } from '../../shared/schedule/schedule-days.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';

const clock = new ZoneClock('Europe/Berlin');
const days = new ScheduleDays({ time_zone: 'Europe/Berlin' }, clock);
const day = days.on('2026-09-18');
const at = (time: string): number => Date.parse(`2026-09-18T${time}:00+02:00`);

function session(id: string, from: string, to: string, more: Partial<ScheduledSession> = {}): ScheduledSession {
  const [start_date, end_date] = [from, to].map((time) => `2026-09-18T${time}:00+02:00`);
  return { id, name: id, start_date, end_date, room_ids: ['a'], ...more };
}

const rooms = [
  { id: 'a', name: 'A', capacity: 20 },
  { id: 'b', name: 'B' },
];

describe('a moment in an address', () => {
  test('is what the clocks of the event show, whatever those of this computer do', () => {
    expect(writeMoment(at('10:30'), clock)).toBe('2026-09-18T10:30');
    expect(readMoment('2026-09-18T10:30', clock)).toBe(at('10:30'));
  });

  test('of a time that is skipped comes after the gap, of one that comes twice is the first', () => {
    expect(readMoment('2026-03-29T02:30', clock)).toBe(Date.parse('2026-03-29T03:30:00+02:00'));
    expect(readMoment('2026-10-25T02:30', clock)).toBe(Date.parse('2026-10-25T02:30:00+02:00'));
  });

  test.each([undefined, null, ['2026-09-18T10:30'], '', 'now', '2026-02-30T10:30', '2026-09-18T24:00', '2026-09-18'])(
    'that is none, such as %j, is now',
    (text) => {
      expect(readMoment(text, clock)).toBeUndefined();
    },
  );
});

describe('the moment at which a day is looked at first', () => {
  test('is the same time of day, if anything is on then', () => {
    expect(firstMomentOn(day, [session('s', '10:00', '11:00')], 10 * 60 + 30, clock)).toBe(at('10:30'));
  });

  test('is else the begin of its first session', () => {
    const sessions = [session('late', '12:00', '13:00'), session('first', '09:00', '10:00')];
    expect(firstMomentOn(day, sessions, 3 * 60, clock)).toBe(at('09:00'));
  });

  test('is never before the day, also where a session began earlier', () => {
    const exhibition = session('s', '08:00', '18:00', { start_date: '2026-09-16T08:00:00+02:00' });
    expect(firstMomentOn(day, [exhibition], 20 * 60, clock)).toBe(day.startMs);
  });

  test('after midnight is that of the night that follows', () => {
    expect(momentOn(day, 30, clock)).toBe(Date.parse('2026-09-19T00:30:00+02:00'));
  });
});

describe('rooms at a moment', () => {
  const sessions = [
    session('talk', '10:00', '10:40', { registrations: 20 }),
    session('next', '10:30', '11:30'),
    session('walk', '10:00', '12:00', { room_ids: [] }),
  ];
  const now = nowOf(sessions, rooms, day, at('10:20'));
  const cards = roomCards(now, at('10:20'));

  test('stand in the order given, and then what has no room', () => {
    expect(
      cards.map(({ roomId, running, next }) => [roomId, running.map((timed) => timed.session.id), next?.session.id]),
    ).toEqual([
      ['a', ['talk'], 'next'],
      ['b', [], undefined],
      [undefined, ['walk'], undefined],
    ]);
  });

  test('are asked for by how they are', () => {
    expect(cards.map(({ states }) => [...states])).toEqual([
      ['running', 'soon', 'late', 'full'],
      ['free'],
      ['running'],
    ]);
    expect(cards[0]?.lateMs).toEqual(new Map([['talk', 10 * 60_000]]));
  });

  test('without anything outside of them are all there is', () => {
    expect(
      roomCards(nowOf(sessions.slice(0, 2), rooms, day, at('10:20')), at('10:20')).map(({ roomId }) => roomId),
    ).toEqual(['a', 'b']);
  });
});

describe('what needs attention', () => {
  function attentionAt(time: string, sessions: readonly ScheduledSession[], acknowledged = false) {
    const index = new ClashIndex({ settings: clashSettings.parse({}), eventSpan: days.eventSpan, rooms });
    index.update(sessions);
    const openOf = (id: string) => (acknowledged ? [] : index.of(id));
    return attentionOf(nowOf(sessions, rooms, day, at(time)), openOf);
  }

  test('is the worst first: what is forbidden, late, warned of, full', () => {
    const speakers = [{ contact_id: 'p' }];
    const found = attentionAt('10:20', [
      session('long', '10:00', '10:40'),
      session('next', '10:30', '11:00'),
      session('one', '10:00', '10:30', { room_ids: ['b'], speakers }),
      session('two', '10:00', '10:30', { room_ids: ['b'], speakers }),
      session('soldOut', '11:10', '11:15', { sold_out: true }),
      session('small', '11:15', '11:20', {
        room_ids: ['a'],
        enable_capacity: true,
        capacity_options: { capacity: 30 },
      }),
    ]);
    expect(found.map(({ kind, tone }) => `${kind} ${tone}`)).toEqual([
      'clash block',
      'clash block',
      'late warn',
      'clash warn',
      'full warn',
    ]);
  });

  test('is told once of what is late: not also as two sessions in one room', () => {
    const sessions = [session('long', '10:00', '10:40'), session('next', '10:30', '11:00')];
    expect(attentionAt('10:20', sessions).map(({ kind, sessionId }) => [kind, sessionId])).toEqual([['late', 'long']]);
  });

  test('is neither what is far off nor what was acknowledged', () => {
    const pair = [session('one', '15:00', '16:00'), session('two', '15:00', '16:00')];
    expect(attentionAt('10:20', pair)).toEqual([]);
    expect(attentionAt('14:30', pair).map(({ kind }) => kind)).toEqual(['clash']);
    expect(attentionAt('14:30', pair, true)).toEqual([]);
  });
});

test('a wall is drawn as large as all of it is seen, and never too small to be read', () => {
  expect(fittingZoom(2, () => true)).toBe(2);
  expect(fittingZoom(2, (zoom) => zoom <= 1.33)).toBe(1.3);
  expect(fittingZoom(2, () => false)).toBe(0.8);
  expect(fittingZoom(1.2, (zoom) => zoom <= 1.5)).toBe(1.2);
});
