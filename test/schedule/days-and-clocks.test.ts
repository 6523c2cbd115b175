import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DayAxis, drawnSpan, snap, SNAP_MINUTES } from '../../shared/schedule/day-axis.ts';
import { dayChangeFor, ScheduleDays, type DatedEvent } from '../../shared/schedule/schedule-days.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';
import { parseInstant } from '../../shared/base/date-time.ts';

const HOUR_MS = 3_600_000;

/** Zones that change at night, elsewhere, by half an hour, by a whole day, at midnight, and never. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'America/Havana',
  'Africa/Cairo',
  'UTC',
];

/** Changes of their clocks. */
const CHANGES: readonly (readonly [zone: string, atMs: number])[] = [
  ['Europe/Berlin', Date.UTC(2026, 2, 29, 1)],
  ['Europe/Berlin', Date.UTC(2026, 9, 25, 1)],
  ['America/New_York', Date.UTC(2026, 2, 8, 7)],
  ['America/New_York', Date.UTC(2026, 10, 1, 6)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 15)],
  ['Australia/Lord_Howe', Date.UTC(2026, 9, 3, 15, 30)],
  ['Pacific/Apia', Date.UTC(2011, 11, 30, 10)],
  ['America/Sao_Paulo', Date.UTC(2018, 10, 4, 3)],
  ['America/Sao_Paulo', Date.UTC(2018, 1, 18, 2)],
  ['America/Havana', Date.UTC(2026, 2, 8, 5)],
  ['America/Havana', Date.UTC(2026, 10, 1, 5)],
  ['Africa/Cairo', Date.UTC(2026, 3, 23, 22)],
  ['Africa/Cairo', Date.UTC(2026, 9, 29, 21)],
];

const anywhere = fc.tuple(
  fc.constantFrom(...ZONES),
  fc.integer({ min: Date.UTC(2008, 0, 1), max: Date.UTC(2030, 0, 1) }),
);

/** Within two hours of a change. */
const nearChange = fc
  .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }))
  .map(([[zone, changeMs], awayMs]): [string, number] => [zone, changeMs + awayMs]);

/** A zone and an instant. */
const zoned = fc.oneof(anywhere, { arbitrary: nearChange, weight: 3 });
const runs = { numRuns: 400 };

const anyChange = fc.constantFrom(0, 60, 150, 240, 360, 1439);

function session(id: string, start: string, end?: string): ScheduledSession {
  return { id, name: id, start_date: start, ...(end !== undefined && { end_date: end }) };
}

function daysOf(event: DatedEvent, dayChangeMinutes?: number): ScheduleDays {
  return new ScheduleDays(event, ZoneClock.ofEvent(event), dayChangeMinutes);
}

function axisOf(date: string, zone: string, dayChangeMinutes: number): DayAxis {
  return new DayAxis(daysOf({ time_zone: zone }, dayChangeMinutes).on(date), new ZoneClock(zone));
}

const labels = (axis: DayAxis, step: (typeof SNAP_MINUTES)[number] = 60): string[] =>
  axis.ticks(step).map(({ clock: { hour, minute, fold } }) => {
    const time = [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
    return fold === undefined ? time : `${time} (${fold})`;
  });

describe('a zone’s clock', () => {
  test('shows what Intl shows, and its date-time is the same instant', () => {
    fc.assert(
      fc.property(zoned, ([zone, atMs]) => {
        const clock = new ZoneClock(zone);
        const shown = clock.wallClockAt(atMs);
        const parts = new Intl.DateTimeFormat('en-CA', {
          timeZone: zone,
          calendar: 'iso8601',
          hourCycle: 'h23',
          year: 'numeric',
          month: '2-digit',
          day: '2-digit',
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
        }).formatToParts(atMs);
        const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
        expect(shown).toMatchObject({
          date: `${part('year')}-${part('month')}-${part('day')}`,
          hour: Number(part('hour')),
          minute: Number(part('minute')),
          second: Number(part('second')),
        });
        expect(parseInstant(clock.dateTimeAt(atMs))).toBe(atMs);
        expect(clock.minuteOfDayAt(atMs)).toBeCloseTo(shown.hour * 60 + shown.minute + shown.second / 60, 1);
      }),
      runs,
    );
  });

  test('names an hour that it shows twice', () => {
    const clock = new ZoneClock('Europe/Berlin');
    const folds = ['23:59', '00:00', '00:59', '01:00', '01:59', '02:00'].map((time, index) => {
      const day = index === 0 ? '24' : '25';
      const { hour, minute, offset, fold } = clock.wallClockAt(Date.parse(`2026-10-${day}T${time}:00Z`));
      return [hour, minute, offset, fold];
    });
    expect(folds).toEqual([
      [1, 59, '+02:00', undefined],
      [2, 0, '+02:00', 'first'],
      [2, 59, '+02:00', 'first'],
      [2, 0, '+01:00', 'second'],
      [2, 59, '+01:00', 'second'],
      [3, 0, '+01:00', undefined],
    ]);
  });

  test('takes a skipped time after the gap, and one shown twice the first time', () => {
    const clock = new ZoneClock('Europe/Berlin');
    const texts = [clock.instantOf('2026-03-29', 150), clock.instantOf('2026-10-25', 150)].map((ms) =>
      clock.dateTimeAt(ms),
    );
    expect(texts).toEqual(['2026-03-29T03:30:00+02:00', '2026-10-25T02:30:00+02:00']);
  });

  test('of an event without a zone, or with one that is unknown here, is UTC’s', () => {
    expect(ZoneClock.ofEvent({}).zone).toBe('UTC');
    expect(ZoneClock.ofEvent({ time_zone: 'Mars/Olympus_Mons' }).zone).toBe('UTC');
    expect(() => new ZoneClock('Mars/Olympus_Mons')).toThrow(RangeError);
  });

  test('writes offsets in whole minutes, also of times when zones had seconds', () => {
    expect(new ZoneClock('Europe/Amsterdam').dateTimeAt(Date.UTC(1900, 0, 1))).toMatch(
      /^1900-01-01T00:\d\d:00\+00:\d\d$/,
    );
  });
});

describe('the days of a schedule', () => {
  test('hold every instant in exactly one, without a gap', () => {
    fc.assert(
      fc.property(zoned, anyChange, ([zone, atMs], dayChange) => {
        const days = daysOf({ time_zone: zone }, dayChange);
        const day = days.at(atMs);
        expect(day.startMs <= atMs && atMs < day.endMs).toBe(true);
        expect(days.at(day.startMs)).toBe(day);
        expect(days.at(day.endMs).startMs).toBe(day.endMs);
        expect(days.at(day.startMs - 1).endMs).toBe(day.startMs);
      }),
      runs,
    );
  });

  test('go on past midnight, until the day change', () => {
    const days = daysOf({ time_zone: 'Europe/Berlin' });
    const dates = ['2026-02-01T03:59:59+01:00', '2026-02-01T04:00:00+01:00', '2026-02-02T01:00:00+01:00'].map(
      (text) => days.at(Date.parse(text)).date,
    );
    expect(dates).toEqual(['2026-01-31', '2026-02-01', '2026-02-01']);
  });

  test.each([
    ['Europe/Berlin', '2026-03-28', 240, 23],
    ['Europe/Berlin', '2026-03-29', 0, 23],
    ['Europe/Berlin', '2026-10-24', 240, 25],
    ['Europe/Berlin', '2026-10-25', 240, 24],
    ['America/New_York', '2026-03-07', 240, 23],
    ['America/New_York', '2026-10-31', 240, 25],
    ['Asia/Kolkata', '2026-03-29', 240, 24],
    ['Australia/Lord_Howe', '2026-04-04', 240, 24.5],
    ['America/Sao_Paulo', '2018-11-04', 0, 23],
  ])('in %s, the one of %s that changes at minute %i is %d hours long', (zone, date, dayChange, hours) => {
    const { startMs, endMs } = daysOf({ time_zone: zone }, dayChange).on(date);
    expect((endMs - startMs) / HOUR_MS).toBe(hours);
  });

  test('are the event’s own, and those on which sessions begin beside them', () => {
    const days = daysOf({ time_zone: 'Europe/Brussels', start_date: '2025-02-01', end_date: '2025-02-02' });
    const sessions = [
      session('eve', '2025-02-01T02:00:00+01:00'),
      session('talk', '2025-02-01T10:00:00+01:00'),
      session('late', '2025-02-03T01:00:00+01:00'),
      session('later', '2025-03-01T10:00:00Z'),
      session('never', 'soon'),
    ];
    expect(days.list(sessions).map(({ date, isOfEvent }) => [date, isOfEvent])).toEqual([
      ['2025-01-31', false],
      ['2025-02-01', true],
      ['2025-02-02', true],
      ['2025-03-01', false],
    ]);
  });

  test('leave out a date that the zone never had', () => {
    const days = daysOf({ time_zone: 'Pacific/Apia', start_date: '2011-12-29', end_date: '2011-12-31' });
    expect(days.list([]).map(({ date }) => date)).toEqual(['2011-12-29', '2011-12-31']);
  });

  test('of an event that claims thousands are those with sessions', () => {
    const days = daysOf({ start_date: '0001-01-01', end_date: '9999-12-31' });
    expect(days.list([session('s', '2026-02-01T10:00:00Z')]).map(({ date }) => date)).toEqual(['2026-02-01']);
    expect(daysOf({ start_date: '2026-02-02', end_date: '2026-02-01' }).list([])).toEqual([]);
  });

  test('cut a session of several days into its parts', () => {
    const days = daysOf({ time_zone: 'UTC', start_date: '2026-02-01', end_date: '2026-02-03' });
    const sessions = [
      session('hack', '2026-02-01T20:00:00Z', '2026-02-03T10:00:00Z'),
      session('talk', '2026-02-02T09:00:00Z', '2026-02-02T10:00:00Z'),
      session('open', '2026-02-02T04:00:00Z'),
      session('ends at the change', '2026-02-01T23:00:00Z', '2026-02-02T04:00:00Z'),
    ];
    const pieces = days.list(sessions).map((day) =>
      days.piecesOn(day, sessions).map(({ session: { id }, startMs, endMs, beginsEarlier, endsLater }) => {
        const times = [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(5, 16));
        return [id, ...times, ...(beginsEarlier ? ['begins earlier'] : []), ...(endsLater ? ['ends later'] : [])];
      }),
    );
    expect(pieces).toEqual([
      [
        ['hack', '02-01T20:00', '02-02T04:00', 'ends later'],
        ['ends at the change', '02-01T23:00', '02-02T04:00'],
      ],
      [
        ['hack', '02-02T04:00', '02-03T04:00', 'begins earlier', 'ends later'],
        ['open', '02-02T04:00', '02-02T04:00'],
        ['talk', '02-02T09:00', '02-02T10:00'],
      ],
      [['hack', '02-03T04:00', '02-03T10:00', 'begins earlier']],
    ]);
  });

  test.each([
    ['nothing runs at night', ['2026-02-01T09:00:00Z/2026-02-01T18:00:00Z'], 4],
    ['a party ends at two', ['2026-02-01T21:00:00Z/2026-02-02T02:00:00Z'], 4],
    ['a party ends at half past four', ['2026-02-01T21:00:00Z/2026-02-02T04:30:00Z'], 5],
    [
      'all hack until six',
      ['2026-02-01T22:00:00Z/2026-02-02T06:00:00Z', '2026-02-01T21:00:00Z/2026-02-02T06:00:00Z'],
      6,
    ],
    ['one begins at three', ['2026-02-01T03:00:00Z/2026-02-01T09:00:00Z'], 3],
    ['an exhibition never closes', ['2026-02-01T03:00:00Z/2026-02-03T09:00:00Z'], 4],
  ])('change, where %s, at the right hour', (_, spans, hour) => {
    const sessions = spans.map((span, index) => session(`s${index}`, ...(span.split('/') as [string, string])));
    expect(dayChangeFor(sessions, new ZoneClock('UTC'))).toBe(hour * 60);
  });
});

describe('the axis of a day', () => {
  test('leaves out the hour that is skipped', () => {
    const axis = axisOf('2026-03-29', 'Europe/Berlin', 0);
    expect(axis.minutes).toBe(23 * 60);
    expect(labels(axis).slice(0, 5)).toEqual(['00:00', '01:00', '03:00', '04:00', '05:00']);
    expect(axis.changes.map(({ minute, beforeMs, afterMs }) => [minute, beforeMs, afterMs])).toEqual([
      [120, HOUR_MS, 2 * HOUR_MS],
    ]);
  });

  test('has the hour that is shown twice, twice', () => {
    const axis = axisOf('2026-10-25', 'Europe/Berlin', 0);
    expect(axis.minutes).toBe(25 * 60);
    expect(labels(axis).slice(0, 6)).toEqual(['00:00', '01:00', '02:00 (first)', '02:00 (second)', '03:00', '04:00']);
    expect(axis.ticks(60).map(({ minute }) => minute)).toEqual(Array.from({ length: 26 }, (_, hour) => hour * 60));
  });

  test('goes on in round times where clocks are put back by half an hour', () => {
    const axis = axisOf('2026-04-05', 'Australia/Lord_Howe', 0);
    expect(labels(axis, 30).slice(2, 8)).toEqual([
      '01:00',
      '01:30 (first)',
      '01:30 (second)',
      '02:00',
      '02:30',
      '03:00',
    ]);
    expect(labels(axis, 60).slice(0, 4)).toEqual(['00:00', '01:00', '02:00', '03:00']);
  });

  test('has round wall times also in zones that are half an hour off', () => {
    expect(labels(axisOf('2026-02-01', 'Asia/Kolkata', 240)).slice(0, 2)).toEqual(['04:00', '05:00']);
  });

  test('positions and instants are each other’s inverse', () => {
    fc.assert(
      fc.property(zoned, ([zone, atMs]) => {
        const days = daysOf({ time_zone: zone });
        const axis = new DayAxis(days.at(atMs), days.clock);
        expect(axis.instantAt(axis.minuteOf(atMs))).toBeCloseTo(atMs, 3);
      }),
      runs,
    );
  });

  test('snaps to the nearest round wall time: a fixed point, no further than a step', () => {
    fc.assert(
      fc.property(zoned, fc.constantFrom(...SNAP_MINUTES), ([zone, atMs], step) => {
        const clock = new ZoneClock(zone);
        const snapped = snap(atMs, step, clock);
        expect(clock.minuteOfDayAt(snapped) % step).toBe(0);
        expect(snap(snapped, step, clock)).toBe(snapped);
        expect(Math.abs(snapped - atMs)).toBeLessThanOrEqual(step * 60_000);
        const awayMs = Math.abs(snapped - atMs);
        for (let ms = Math.ceil((atMs - awayMs + 1) / 60_000) * 60_000; ms < atMs + awayMs; ms += 60_000) {
          expect(clock.minuteOfDayAt(ms) % step).not.toBe(0);
        }
      }),
      runs,
    );
  });

  test('shows the hours that have something, within the day', () => {
    const days = daysOf({ time_zone: 'Europe/Berlin' });
    const day = days.on('2026-02-01');
    const shown = (sessions: ScheduledSession[]): string[] => {
      const { startMs, endMs } = drawnSpan(day, days.piecesOn(day, sessions), days);
      return [startMs, endMs].map((ms) => days.clock.dateTimeAt(ms).slice(8, 16));
    };
    expect(shown([])).toEqual(['01T09:00', '01T18:00']);
    expect(shown([session('a', '2026-02-01T09:40:00+01:00', '2026-02-01T17:05:00+01:00')])).toEqual([
      '01T09:00',
      '01T18:00',
    ]);
    expect(shown([session('a', '2026-02-01T10:00:00+01:00')])).toEqual(['01T10:00', '01T11:00']);
    expect(shown([session('a', '2026-01-31T10:00:00+01:00', '2026-02-09T17:05:00+01:00')])).toEqual([
      '01T04:00',
      '02T04:00',
    ]);
  });

  test('begins at a full hour of the clock also where that was put forward by half an hour since', () => {
    const days = daysOf({ time_zone: 'Australia/Lord_Howe' }, 0);
    const pieces = days.piecesOn(days.on('2026-10-04'), [session('a', '2026-10-04T02:40:00+11:00')]);
    const { startMs } = drawnSpan(days.on('2026-10-04'), pieces, days);
    expect(days.clock.dateTimeAt(startMs)).toBe('2026-10-04T01:00:00+10:30');
  });
});
