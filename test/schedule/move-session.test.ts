import { describe, expect, test } from 'vitest';

import { moveTo, resizeTo, unschedule } from '../../shared/schedule/move-session.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';

const clock = new ZoneClock('Europe/Berlin');

const talk: ScheduledSession = {
  id: 'talk',
  name: 'Talk',
  start_date: '2026-03-28T10:00:00+01:00',
  end_date: '2026-03-28T10:45:00+01:00',
  room_ids: ['hall', 'attic'],
};

const inWinter = Date.parse('2026-03-28T15:00:00+01:00');
const inSummer = Date.parse('2026-03-29T15:00:00+02:00');

describe('a moved session', () => {
  test('keeps its length and its rooms', () => {
    expect(moveTo(talk, { startMs: inWinter }, clock)).toEqual({
      start_date: '2026-03-28T15:00:00+01:00',
      end_date: '2026-03-28T15:45:00+01:00',
    });
  });

  test('has the offset of its new day, and its true length over a change of the clocks', () => {
    expect(moveTo(talk, { startMs: inSummer }, clock)).toEqual({
      start_date: '2026-03-29T15:00:00+02:00',
      end_date: '2026-03-29T15:45:00+02:00',
    });
    expect(moveTo(talk, { startMs: Date.parse('2026-03-29T01:30:00+01:00') }, clock)).toEqual({
      start_date: '2026-03-29T01:30:00+01:00',
      end_date: '2026-03-29T03:15:00+02:00',
    });
  });

  test.each([
    ['2026-03-28T09:00:00Z', '2026-03-28T14:00:00Z'],
    ['2026-03-28T09:00:00.000Z', '2026-03-28T14:00:00.000Z'],
    ['2026-03-28T09:00:00.0Z', '2026-03-28T14:00:00.000Z'],
    ['2026-03-28T10:00:00.000+01:00', '2026-03-28T15:00:00.000+01:00'],
    ['2026-03-28T04:00:00-05:00', '2026-03-28T15:00:00+01:00'],
  ])('has its start, %s, written as it was: %s', (before, after) => {
    expect(moveTo({ ...talk, start_date: before }, { startMs: inWinter }, clock).start_date).toBe(after);
  });

  test('that comes from the tray gets the length it is given, and none if it is given none', () => {
    const waiting = { id: 'new', name: 'New' };
    expect(moveTo(waiting, { startMs: inWinter, roomId: 'hall', newLengthMinutes: 30 }, clock)).toEqual({
      start_date: '2026-03-28T15:00:00+01:00',
      end_date: '2026-03-28T15:30:00+01:00',
      room_ids: ['hall'],
    });
    expect(moveTo(waiting, { startMs: inWinter }, clock)).toEqual({ start_date: '2026-03-28T15:00:00+01:00' });
  });

  test('whose end stands before its start gets the length it is given', () => {
    const wrong = { ...talk, end_date: '2026-03-28T09:00:00+01:00' };
    expect(moveTo(wrong, { startMs: inWinter, newLengthMinutes: 30 }, clock).end_date).toBe(
      '2026-03-28T15:30:00+01:00',
    );
  });

  test.each([
    [{ roomId: 'tent', fromRoomId: 'attic' }, { room_ids: ['hall', 'tent'] }],
    [{ roomId: 'hall', fromRoomId: 'attic' }, { room_ids: ['hall'] }],
    [{ roomId: 'tent', fromRoomId: 'cellar' }, { room_ids: ['tent'] }],
    [{ roomId: 'tent' }, { room_ids: ['tent'] }],
    [{ roomId: 'attic', fromRoomId: 'attic' }, {}],
    [{}, {}],
  ])('to %o changes %o', (target, changed) => {
    expect(moveTo(talk, target, clock)).toEqual(changed);
  });

  test('that lands where it was changes nothing', () => {
    expect(moveTo(talk, { startMs: Date.parse('2026-03-28T10:00:00+01:00') }, clock)).toEqual({});
  });
});

describe('a resized session', () => {
  test('keeps its other end, and a least length', () => {
    const at = (time: string): number => Date.parse(`2026-03-28T${time}:00+01:00`);
    expect(resizeTo(talk, { endMs: at('11:30') }, clock)).toEqual({ end_date: '2026-03-28T11:30:00+01:00' });
    expect(resizeTo(talk, { endMs: at('09:00') }, clock)).toEqual({ end_date: '2026-03-28T10:05:00+01:00' });
    expect(resizeTo(talk, { startMs: at('09:30') }, clock)).toEqual({ start_date: '2026-03-28T09:30:00+01:00' });
    expect(resizeTo(talk, { startMs: at('12:00') }, clock, 10)).toEqual({ start_date: '2026-03-28T10:35:00+01:00' });
    expect(resizeTo(talk, { endMs: at('10:45') }, clock)).toEqual({});
    expect(resizeTo({ id: 'new', name: 'New' }, { endMs: at('10:45') }, clock)).toEqual({});
  });
});

test('a session taken off the board loses its time and its rooms', () => {
  expect(unschedule(talk)).toEqual({ start_date: undefined, end_date: undefined, room_ids: undefined });
  expect(Object.keys(unschedule({ id: 'new', name: 'New' }))).toEqual([]);
});
