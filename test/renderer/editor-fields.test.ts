import { expect, test } from 'vitest';

import { copyOf } from '../../renderer/views/editor/copy-session.ts';
import { formOf, withValue } from '../../renderer/views/editor/custom-values.ts';
import { fieldGroups } from '../../renderer/views/editor/field-table.ts';
import { readNumber } from '../../renderer/views/editor/read-number.ts';
import { lengthOf, readLength, withLength, withStart } from '../../renderer/views/editor/session-times.ts';
import {
  mainPresenterOf,
  moved,
  withMain,
  withPeople,
  type Speaker,
} from '../../renderer/views/editor/speaker-list.ts';
import { fromWallTime, isSkipped, readTime, toWallTime } from '../../renderer/views/editor/wall-time.ts';
import { bulkChangeFor } from '../../renderer/views/sessions/bulk-change-for.ts';
import { withHeadings } from '../../renderer/views/sessions/pasted-text.ts';
import de from '../../renderer/i18n/de.json' with { type: 'json' };
import en from '../../renderer/i18n/en.json' with { type: 'json' };
import { ownFieldNames, sessionFieldNames } from '../../shared/contract/session.ts';
import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { ZoneClock } from '../../shared/schedule/zone-clock.ts';

const berlin = new ZoneClock('Europe/Berlin');

test('every field that a person may set stands in the editor once, and every field has a name in every language', () => {
  const shown = fieldGroups.flatMap(({ fields }) => fields.map(({ name }) => name));
  expect([...shown].sort()).toEqual([...ownFieldNames].sort());
  for (const messages of [en, de]) {
    const named = Object.keys(messages.fields);
    expect(sessionFieldNames.filter((name) => !named.includes(name))).toEqual([]);
  }
});

test('times are read as people type them', () => {
  const minutes = (text: string): number | undefined => {
    const seconds = readTime(text);
    return seconds === undefined ? undefined : seconds / 60;
  };
  expect(['9', '09', '930', '9:30', '9.30', '21h30', '9:30 pm', '12 am', '0930', '9:30 Uhr'].map(minutes)).toEqual([
    540, 540, 570, 570, 570, 1290, 1290, 0, 570, 570,
  ]);
  expect(['', '24:00', '9:60', '93', '13 pm', 'noon'].map(minutes)).toEqual(Array.from({ length: 6 }, () => undefined));
});

test('a date and time comes back as it was typed, in the form that the field had', () => {
  const typed = { date: '2026-09-17', time: '9:30' };
  expect(fromWallTime(typed, berlin, undefined)).toBe('2026-09-17T09:30:00+02:00');
  expect(fromWallTime(typed, berlin, '2026-01-01T00:00:00Z')).toBe('2026-09-17T07:30:00Z');
  expect(toWallTime('2026-09-17T07:30:00Z', berlin)).toEqual({ date: '2026-09-17', time: '09:30' });
  const half = fromWallTime({ date: '2026-09-17', time: '9:3' }, berlin, undefined);
  expect(toWallTime(half, berlin)).toEqual({ date: '2026-09-17', time: '9:3' });
  expect(fromWallTime({ date: '', time: '' }, berlin, undefined)).toBeUndefined();
});

test('a time that the clocks skip is told, and of one that they show twice either can be meant', () => {
  expect(isSkipped({ date: '2026-03-29', time: '2:30' }, berlin)).toBe(true);
  expect(isSkipped({ date: '2026-03-29', time: '3:30' }, berlin)).toBe(false);
  const twice = { date: '2026-10-25', time: '2:30' };
  expect(fromWallTime({ ...twice, fold: 'first' }, berlin, undefined)).toBe('2026-10-25T02:30:00+02:00');
  const second = fromWallTime({ ...twice, fold: 'second' }, berlin, undefined);
  expect(second).toBe('2026-10-25T02:30:00+01:00');
  expect(toWallTime(second, berlin)).toEqual({ date: '2026-10-25', time: '02:30', fold: 'second' });
});

test('a start that moves keeps the length, also over a change of the clocks', () => {
  const session = { start_date: '2026-10-24T23:00:00+02:00', end_date: '2026-10-25T01:00:00+02:00' };
  expect(lengthOf(session)).toBe(120);
  expect(withStart(session, '2026-10-25T01:30:00+02:00', 120, berlin)).toEqual({
    start_date: '2026-10-25T01:30:00+02:00',
    end_date: '2026-10-25T02:30:00+01:00',
  });
  expect(withLength(session, 30, berlin)).toEqual({ end_date: '2026-10-24T23:30:00+02:00' });
  expect(withStart(session, '2026-10-25 T 9:', 120, berlin)).toEqual({ start_date: '2026-10-25 T 9:' });
  expect(withStart({}, '2026-10-25T09:00:00+01:00', undefined, berlin)).toEqual({
    start_date: '2026-10-25T09:00:00+01:00',
    end_date: '2026-10-25T09:30:00+01:00',
  });
});

test('a length is read as minutes or as hours and minutes, and what is none is no length', () => {
  expect(['45', ' 0 ', '1:30', '0:05', '24:00'].map(readLength)).toEqual([45, 0, 90, 5, 1440]);
  const none = ['', ' ', 'abc', '-10', '1:75', '1:5', ':30', '99999999', '9999:00', 'Infinity'];
  expect(none.filter((text) => readLength(text) !== undefined)).toEqual([]);
});

test('speakers are ordered, led and added to without losing what the contract does not know', () => {
  const speakers: Speaker[] = [
    { contact_id: 'a', type_id: 'guest', display_order: 1, bio: 'x' },
    { contact_id: 'b', type_id: 'main', display_order: 2 },
  ];
  expect(mainPresenterOf(speakers, 'main')?.contact_id).toBe('b');
  expect(mainPresenterOf(speakers, undefined)?.contact_id).toBe('a');
  expect(moved(speakers, 1, 0).map(({ contact_id: id, display_order: order }) => [id, order])).toEqual([
    ['b', 1],
    ['a', 2],
  ]);
  expect(withMain(speakers, 1, 'main')[0]?.contact_id).toBe('b');
  expect(withPeople(speakers, ['c', 'a'], 'guest', (id) => id.toUpperCase())).toEqual([
    { contact_id: 'c', type_id: 'guest', name: 'C' },
    speakers[0],
  ]);
});

test('custom values have the form of what they hold, else of their field, and keep what is not known', () => {
  expect(formOf({ numeric_value: 3 }, 'text')).toBe('number');
  expect(
    [undefined, 'boolean', 'multi_select', 'Number', 'file', 'table', 'other'].map((type) => formOf(undefined, type)),
  ).toEqual(['text', 'yesNo', 'list', 'number', 'file', 'table', 'text']);
  const values = [{ custom_field_id: 'f', string_value: 'a', more: 1 }];
  expect(withValue(values, 'f', 'text', 'b')).toEqual([{ custom_field_id: 'f', string_value: 'b', more: 1 }]);
  expect(withValue(values, 'f', 'text', undefined)).toBeUndefined();
  expect(withValue(undefined, 'g', 'list', ['x'])).toEqual([{ custom_field_id: 'g', list_value: ['x'] }]);
});

test('a number may be written with a comma, and what is none stays as it was typed', () => {
  expect(['', ' 12 ', '1,5', '12a'].map(readNumber)).toEqual([undefined, 12, 1.5, '12a']);
});

test('a copy has all but the place, the code and the ids of the session', () => {
  const copy = copyOf(
    {
      id: 's',
      sys_version: 3,
      sys_external_id: 'x',
      event_id: 'e',
      type_id: 't',
      name: 'A',
      code: 'C',
      room_ids: ['r'],
      location: 'L',
      unknown: 1,
    },
    'A (copy)',
  );
  expect(copy).toEqual({ event_id: 'e', type_id: 't', name: 'A (copy)', location: 'L' });
});

test('a change of many is a patch for each session that it changes, and none for the others', () => {
  const session = (id: string, fields: Partial<SessionSummary>): [string, SessionSummary] => [
    id,
    { id, name: id, ...fields } as SessionSummary,
  ];
  const sessions = new Map([
    session('a', { room_ids: ['x'], start_date: '2026-09-17T09:00:00Z', end_date: '2026-09-17T10:00:00Z' }),
    session('b', { room_ids: ['x', 'y'], speakers: [{ contact_id: 'p', type_id: 't' }] }),
    session('c', {}),
  ]);
  const change = (action: Parameters<typeof bulkChangeFor>[0]) =>
    bulkChangeFor(action, ['a', 'b', 'c'], sessions, berlin);
  expect(change({ how: 'set', set: { location: undefined } })).toEqual({
    ids: ['a', 'b', 'c'],
    set: { location: null },
  });
  expect(change({ how: 'add', field: 'room_ids', ids: ['y'] })).toEqual({
    changes: [
      { id: 'a', patch: [{ op: 'add', path: '/room_ids', value: ['x', 'y'] }] },
      { id: 'c', patch: [{ op: 'add', path: '/room_ids', value: ['y'] }] },
    ],
  });
  expect(change({ how: 'remove', field: 'room_ids', ids: ['x'] })).toEqual({
    changes: [
      { id: 'a', patch: [{ op: 'remove', path: '/room_ids' }] },
      { id: 'b', patch: [{ op: 'add', path: '/room_ids', value: ['y'] }] },
    ],
  });
  expect(change({ how: 'shift', minutes: 15 })).toEqual({
    changes: [
      {
        id: 'a',
        patch: [
          { op: 'add', path: '/start_date', value: '2026-09-17T09:15:00Z' },
          { op: 'add', path: '/end_date', value: '2026-09-17T10:15:00Z' },
        ],
      },
    ],
  });
  expect(change({ how: 'remove', field: 'speakers', contactId: 'p' })).toEqual({
    changes: [
      {
        id: 'b',
        patch: [
          { op: 'test', path: '/speakers/0/contact_id', value: 'p' },
          { op: 'remove', path: '/speakers/0' },
        ],
      },
    ],
  });
  expect(change({ how: 'remove', field: 'track_ids', ids: ['x'] })).toBeUndefined();
});

test('rows that were copied without headings get some', () => {
  expect(withHeadings('a\tb\nc\td', (n) => `Column ${n}`)).toBe('Column 1\tColumn 2\na\tb\nc\td');
});
