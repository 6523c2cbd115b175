import fc from 'fast-check';
import { expect, test } from 'vitest';

import { SessionDays } from '../../renderer/stores/session-days.ts';
import { ScheduleDays } from '../../shared/schedule/schedule-days.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { isUnscheduled } from '../../shared/schedule/unscheduled.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';

const clock = new ZoneClock('Europe/Berlin');
const days = new ScheduleDays({ start_date: '2026-03-28', end_date: '2026-03-29' }, clock);

/** Any session around the night in which the clocks are put forward, some without a time, a room or an end. */
const anySession = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    hour: fc.option(fc.integer({ min: 0, max: 120 }), { nil: undefined }),
    hours: fc.option(fc.integer({ min: -1, max: 60 }), { nil: undefined }),
    room: fc.boolean(),
  })
  .map(({ id, hour, hours, room }): ScheduledSession => {
    const startMs = hour === undefined ? undefined : Date.UTC(2026, 2, 27) + hour * 3_600_000;
    return {
      id,
      name: id,
      ...(startMs !== undefined && { start_date: clock.dateTimeAt(startMs) }),
      ...(startMs !== undefined && hours !== undefined && { end_date: clock.dateTimeAt(startMs + hours * 3_600_000) }),
      ...(room && { room_ids: ['r'] }),
    };
  });

test('after any changes it holds what looking at every session would find, and tells the days that were touched', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(anySession), fc.subarray(['a', 'b', 'c'])), { maxLength: 8 }), (steps) => {
      const index = new SessionDays(days);
      const held = new Map<string, ScheduledSession>();
      for (const [changed, removed] of steps) {
        const before = snapshot(index);
        const given = new Map(changed.map((session) => [session.id, session]));
        const gone = removed.filter((id) => !given.has(id));
        for (const id of gone) held.delete(id);
        for (const session of given.values()) held.set(session.id, session);
        const touched = index.update(given.values(), gone);

        const after = snapshot(index);
        for (const date of new Set([...before.on.keys(), ...after.on.keys()])) {
          if (before.on.get(date) !== after.on.get(date)) expect([...touched.dates]).toContain(date);
        }
        if (before.list !== after.list) expect(touched.isListChanged).toBe(true);
        if (before.tray !== after.tray) expect(touched.isTrayChanged).toBe(true);
        expect(after).toEqual(found([...held.values()]));
      }
    }),
    { numRuns: 200 },
  );
});

test('a day is told as touched by a session that stays on it and changes', () => {
  const index = new SessionDays(days);
  const session = {
    id: 'a',
    name: 'a',
    room_ids: ['r'],
    start_date: '2026-03-28T10:00:00+01:00',
    end_date: '2026-03-28T11:00:00+01:00',
  };
  index.update([session]);
  expect(index.update([{ ...session, name: 'b' }])).toEqual({
    dates: new Set(['2026-03-28']),
    isListChanged: false,
    isTrayChanged: false,
  });
  expect(index.dateOf('a')).toBe('2026-03-28');
});

function snapshot(index: SessionDays) {
  const dates = [
    '2026-03-26',
    '2026-03-27',
    '2026-03-28',
    '2026-03-29',
    '2026-03-30',
    '2026-03-31',
    '2026-04-01',
    '2026-04-02',
    '2026-04-03',
  ];
  return {
    on: new Map(dates.map((date) => [date, [...index.idsOn(date)].sort().join()])),
    list: index
      .list()
      .map(({ date }) => date)
      .join(),
    tray: [...index.unscheduled].sort().join(),
  };
}

/** The same, found by looking at all sessions. */
function found(sessions: ScheduledSession[]) {
  const { on, ...rest } = snapshot(new SessionDays(days));
  for (const date of on.keys()) {
    const pieces = days.piecesOn(days.on(date), sessions);
    on.set(
      date,
      pieces
        .map(({ session }) => session.id)
        .sort()
        .join(),
    );
  }
  return {
    ...rest,
    on,
    list: days
      .list(sessions)
      .map(({ date }) => date)
      .join(),
    tray: sessions
      .filter(isUnscheduled)
      .map(({ id }) => id)
      .sort()
      .join(),
  };
}
