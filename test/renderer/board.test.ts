import { describe, expect, test } from 'vitest';

import { boardBlocks, shownRooms } from '../../renderer/views/schedule/board-blocks.ts';
import { BoardGeometry, intersects } from '../../renderer/views/schedule/board-geometry.ts';
import { isSameStop, stopAlong, stopAt, stopsIn, type BoardStop } from '../../renderer/views/schedule/board-stops.ts';
import {
  landingInTray,
  landingOf,
  stretchBetween,
  withFields,
  type Carried,
} from '../../renderer/views/schedule/carry.ts';
import { mergeForbidden } from '../../renderer/views/schedule/merge-forbidden.ts';
import { orderRooms } from '../../renderer/views/schedule/order-rooms.ts';
import { placeBeside } from '../../renderer/views/schedule/place-beside.ts';
import { scrollSpeed } from '../../renderer/views/schedule/scroll-speed.ts';
import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { DayAxis } from '../../shared/schedule/day-axis.ts';
import { ScheduleDays } from '../../shared/schedule/schedule-days.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';

const clock = new ZoneClock('Europe/Brussels');
const days = new ScheduleDays({}, clock);
const ROOMS = ['a', 'b', 'c'];

const at = (time: string, date = '2025-02-01'): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return clock.instantOf(date, hour * 60 + minute);
};

function session(id: string, from: string, to: string, ...roomIds: string[]): SessionSummary {
  return {
    id,
    event_id: 'e',
    name: `Session ${id}`,
    type_id: 't',
    room_ids: roomIds,
    start_date: clock.dateTimeAt(at(from)),
    end_date: clock.dateTimeAt(at(to)),
    registrations: 0,
    sync: 'clean',
  } as SessionSummary;
}

function board(isTurned = false, date = '2025-02-01'): BoardGeometry {
  return new BoardGeometry(new DayAxis(days.on(date), clock), ROOMS.length, { isTurned, pxPerMinute: 2, roomPx: 100 });
}

function blocksOf(sessions: SessionSummary[], geometry = board()) {
  return boardBlocks(days.piecesOn(days.on('2025-02-01'), sessions), ROOMS, geometry);
}

describe('where blocks stand', () => {
  test('a block begins where its time and its room are', () => {
    const [block] = blocksOf([session('s', '09:00', '10:00', 'b')]);
    expect(block).toMatchObject({ x: 102, y: (9 - 4) * 60 * 2, width: 96, height: 118, key: 's 0' });
  });

  test('turned, time runs across', () => {
    const [block] = blocksOf([session('s', '09:00', '10:00', 'b')], board(true));
    expect(block).toMatchObject({ x: 600, y: 102, width: 118, height: 96 });
  });

  test('a break that spans neighbouring rooms is one block', () => {
    const blocks = blocksOf([session('s', '12:00', '13:00', 'a', 'b', 'c')]);
    expect(blocks.map(({ column, columns, width }) => [column, columns, width])).toEqual([[0, 3, 296]]);
  });

  test('two at once in one room stand side by side', () => {
    const [one, other] = blocksOf([session('s', '09:00', '10:00', 'a'), session('t', '09:30', '10:30', 'a')]);
    expect(intersects(one!, other!)).toBe(false);
    expect(one!.width).toBeLessThan(50);
  });

  test('a short session is high enough to be grabbed, and covers no other', () => {
    const blocks = blocksOf([session('s', '09:00', '09:01', 'a'), session('t', '09:01', '10:00', 'a')]);
    expect(blocks[0]!.height).toBeGreaterThanOrEqual(16);
    expect(intersects(blocks[0]!, blocks[1]!)).toBe(false);
  });

  test('a session in rooms apart has a block in each, told apart by their keys', () => {
    const blocks = blocksOf([session('s', '09:00', '10:00', 'a', 'c')]);
    expect(blocks.map(({ key, column }) => [key, column])).toEqual([
      ['s 0', 0],
      ['s 1', 2],
    ]);
  });

  test('a day of 23 hours is an hour shorter, and what comes after the change stands where it belongs', () => {
    const short = board(false, '2025-03-29');
    expect(short.axis.minutes).toBe(23 * 60);
    const long = board(false, '2025-10-25');
    expect(long.axis.minutes).toBe(25 * 60);
    // Half past one on the evening's board, and an hour and a half of real time later half past two, shown twice that night.
    const first = clock.instantOf('2025-10-26', 90);
    expect(long.pxOf(first + 2 * 3_600_000) - long.pxOf(first)).toBe(240);
  });

  test('a day ends where the session goes on, and says so', () => {
    const late = { ...session('s', '23:00', '23:30', 'a'), end_date: clock.dateTimeAt(at('12:00', '2025-02-02')) };
    const [block] = blocksOf([late]);
    expect(block).toMatchObject({ endsLater: true, beginsEarlier: false, endMs: days.on('2025-02-01').endMs });
  });
});

describe('from a point to a place', () => {
  test.each([false, true])('the place at the corner of a block is its own (turned: %s)', (isTurned) => {
    const geometry = board(isTurned);
    const [block] = blocksOf([session('s', '15:15', '16:00', 'c')], geometry);
    const { column, minute } = geometry.placeAt(block!.x, block!.y);
    expect(column).toBe(2);
    expect(geometry.axis.instantAt(minute)).toBe(at('15:15'));
  });

  test('a point beside the board is taken for the nearest on it', () => {
    const geometry = board();
    expect(geometry.placeAt(-50, -50)).toEqual({ column: 0, minute: 0 });
    expect(geometry.placeAt(10_000, 100_000)).toEqual({ column: 2, minute: 1_440 });
  });
});

test('rooms are ordered as headquarters has them, then by name with numbers by their value', () => {
  const room = (id: string, name: string, order?: number) => ({
    id,
    name,
    ...(order === undefined ? {} : { display_order: order }),
  });
  const rooms = [room('1', 'Room 10'), room('2', 'Room 9'), room('3', 'zz', 2), room('4', 'Main', 1)];
  expect(orderRooms(rooms).map(({ name }) => name)).toEqual(['Main', 'zz', 'Room 9', 'Room 10']);
});

test('a room that no catalog knows is shown when a session stands in it, a hidden one never', () => {
  const pieces = days.piecesOn(days.on('2025-02-01'), [session('s', '09:00', '10:00', 'b', 'unknown')]);
  expect(shownRooms([{ id: 'a' }, { id: 'b' }], new Set(['a']), pieces)).toEqual(['b', 'unknown']);
});

describe('the stops of the keyboard', () => {
  const axis = { startMs: at('08:00'), endMs: at('12:00') };
  const blocks = blocksOf([session('s', '09:00', '10:00', 'a'), session('t', '10:00', '10:30', 'a', 'b')]);
  const stops = stopsIn(0, blocks, axis);

  test('are blocks and what is free between them, in order of time', () => {
    expect(stops.map((stop) => [stop.kind, stop.startMs, stop.endMs])).toEqual([
      ['free', at('08:00'), at('09:00')],
      ['block', at('09:00'), at('10:00')],
      ['block', at('10:00'), at('10:30')],
      ['free', at('10:30'), at('12:00')],
    ]);
  });

  test('lead to each other, and not beyond the last', () => {
    let stop: BoardStop = stops[0]!;
    for (const expected of [1, 2, 3, 3]) {
      stop = stopAlong(stop, 1, stops);
      expect(isSameStop(stop, stops[expected]!)).toBe(true);
    }
    expect(stopAlong(stops[0]!, -1, stops)).toBe(stops[0]);
  });

  test('of the next room are found by the time, or by what is nearest', () => {
    const next = stopsIn(1, blocks, axis);
    expect(stopAt(at('10:15'), next)).toMatchObject({ kind: 'block', key: 't 0' });
    expect(stopAt(at('09:00'), next)).toMatchObject({ kind: 'free', startMs: at('08:00') });
    expect(stopAt(at('23:00'), next)).toMatchObject({ kind: 'free', endMs: at('12:00') });
  });
});

describe('what is carried', () => {
  const rules = { snapMinutes: 15, rooms: ROOMS, clock } as const;
  const carried = (one: SessionSummary, fromTime: string, roomId: string, ...others: SessionSummary[]): Carried => ({
    what: 'session',
    sessions: [one, ...others],
    from: { atMs: at(fromTime), roomId },
  });

  test('comes to stand at a round time, in the room below it, as long as it was', () => {
    const one = session('s', '09:00', '09:50', 'a');
    const { fields } = landingOf(carried(one, '09:20', 'a'), { atMs: at('11:02'), roomId: 'c' }, rules);
    expect(fields.get('s')).toEqual({
      start_date: '2025-02-01T10:45:00+01:00',
      end_date: '2025-02-01T11:35:00+01:00',
      room_ids: ['c'],
    });
  });

  test('keeps a time that is not round while only its room changes', () => {
    const { fields } = landingOf(
      carried(session('s', '09:03', '09:50', 'a'), '09:20', 'a'),
      { atMs: at('09:24'), roomId: 'b' },
      rules,
    );
    expect(fields.get('s')).toEqual({ room_ids: ['b'] });
  });

  test('changes nothing where it was', () => {
    const one = session('s', '09:00', '09:50', 'a');
    const { fields, sessions } = landingOf(carried(one, '09:20', 'a'), { atMs: at('09:22'), roomId: 'a' }, rules);
    expect(fields.size).toBe(0);
    expect(sessions[0]).toBe(one);
  });

  test('keeps its rooms while it is held over one of them', () => {
    const one = session('s', '09:00', '10:00', 'a', 'b');
    expect(landingOf(carried(one, '09:00', 'a'), { atMs: at('09:00'), roomId: 'b' }, rules).fields.size).toBe(0);
    expect(landingOf(carried(one, '09:00', 'a'), { atMs: at('09:00'), roomId: 'c' }, rules).fields.get('s')).toEqual({
      room_ids: ['c', 'b'],
    });
  });

  test('keeps its place towards what is carried with it, and none leaves the rooms shown', () => {
    const [one, other] = [session('s', '09:00', '10:00', 'a'), session('t', '09:30', '10:00', 'b')];
    const { sessions } = landingOf(carried(one, '09:00', 'a', other), { atMs: at('10:00'), roomId: 'c' }, rules);
    expect(sessions.map(({ start_date, room_ids }) => [start_date, room_ids])).toEqual([
      ['2025-02-01T10:00:00+01:00', ['b']],
      ['2025-02-01T10:30:00+01:00', ['c']],
    ]);
  });

  test('comes from the tray with a length, and goes back without time and room', () => {
    const bare = withFields(session('s', '09:00', '10:00'), {
      start_date: undefined,
      end_date: undefined,
      room_ids: undefined,
    });
    const from: Carried = { what: 'session', sessions: [bare], from: undefined };
    const { sessions } = landingOf(from, { atMs: at('13:07'), roomId: 'b' }, rules);
    expect(sessions[0]).toMatchObject({
      start_date: '2025-02-01T13:00:00+01:00',
      end_date: '2025-02-01T13:30:00+01:00',
      room_ids: ['b'],
    });
    expect(landingInTray(sessions).sessions[0]).toEqual(bare);
  });

  test('by its edge is lengthened to a round time, and never to nothing', () => {
    const one = session('s', '09:00', '10:00', 'a');
    const edge: Carried = { what: 'end', sessions: [one], from: { atMs: at('10:00'), roomId: 'a' } };
    expect(landingOf(edge, { atMs: at('10:28'), roomId: 'b' }, rules).fields.get('s')).toEqual({
      end_date: '2025-02-01T10:30:00+01:00',
    });
    expect(landingOf(edge, { atMs: at('07:00'), roomId: 'a' }, rules).fields.get('s')).toEqual({
      end_date: '2025-02-01T09:05:00+01:00',
    });
  });

  test('a stretch that is drawn begins and ends at round times, whichever way it was drawn', () => {
    const stretch = { startMs: at('09:00'), endMs: at('10:00') };
    expect(stretchBetween(at('10:02'), at('09:03'), rules)).toEqual(stretch);
    expect(stretchBetween(at('09:03'), at('10:02'), rules)).toEqual(stretch);
    expect(stretchBetween(at('09:03'), at('09:04'), rules)).toEqual({ startMs: at('09:00'), endMs: at('09:15') });
  });
});

test('a speaker who is busy is so in all neighbouring rooms at once', () => {
  const busy = { rule: 'speaker_overlap', severity: 'block', startMs: 0, endMs: 9, sessionIds: ['s'] } as const;
  const walk = { ...busy, rule: 'speaker_walk', severity: 'warn' } as const;
  const stretches = [
    ...ROOMS.map((roomId) => ({ ...busy, roomId })),
    { ...walk, roomId: 'a' },
    { ...walk, roomId: 'c' },
  ];
  expect(mergeForbidden(stretches, ROOMS).map(({ rule, column, columns }) => [rule, column, columns])).toEqual([
    ['speaker_overlap', 0, 3],
    ['speaker_walk', 0, 1],
    ['speaker_walk', 2, 1],
  ]);
});

test('the board scrolls the faster the nearer its edge is', () => {
  expect(scrollSpeed(500, 0, 1_000)).toBe(0);
  expect(scrollSpeed(30, 0, 1_000)).toBeLessThan(0);
  expect(scrollSpeed(10, 0, 1_000)).toBeLessThan(scrollSpeed(30, 0, 1_000));
  expect(scrollSpeed(990, 0, 1_000)).toBeGreaterThan(scrollSpeed(970, 0, 1_000));
  expect(scrollSpeed(2_000, 0, 1_000)).toBe(scrollSpeed(1_000, 0, 1_000));
});

test('a card stands beside its block and within what is seen, on the side that has room for it', () => {
  const seen = { x: 100, y: 100, width: 800, height: 600 };
  const card = { width: 280, height: 150 };
  const at = (x: number, y: number) => placeBeside({ x, y, width: 140, height: 50 }, card, seen);
  expect(at(200, 300)).toEqual({ x: 348, y: 300 });
  expect(at(700, 300)).toEqual({ x: 412, y: 300 });
  expect(at(200, 680)).toEqual({ x: 348, y: 550 });
  expect(at(120, 20)).toEqual({ x: 268, y: 100 });
});
