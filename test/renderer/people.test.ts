import { describe, expect, test } from 'vitest';

import { itemFaults } from '../../renderer/stores/catalog-faults.ts';
import { otherMembers, withMember, type NamedItem } from '../../renderer/stores/catalog-members.ts';
import { filterRows, itemRows } from '../../renderer/views/people/item-rows.ts';
import { inOrder, usesOf } from '../../renderer/views/people/item-uses.ts';
import { roomDay } from '../../renderer/views/people/room-day.ts';
import type { SessionSummary } from '../../shared/rpc/session-summary.ts';

describe('a member of an item', () => {
  test('is set, and members that we do not know stay', () => {
    const room = { id: 'r', name: 'Foyer', floor: { level: 2 } };
    expect(withMember(room, 'capacity', 80)).toEqual({ ...room, capacity: 80 });
  });

  test('is taken away where nothing is left of it', () => {
    expect(withMember({ id: 'r', name: 'Foyer', capacity: 80 }, 'capacity', undefined)).toEqual({
      id: 'r',
      name: 'Foyer',
    });
    expect(withMember({ id: 'c', name: 'A', job_title: 'Cook' }, 'job_title', '  ')).toEqual({ id: 'c', name: 'A' });
  });

  test('that names a placeholder makes it one no more', () => {
    expect(withMember({ id: 'r', name: 'r', placeholder: true }, 'name', ' Foyer ')).toEqual({
      id: 'r',
      name: 'Foyer',
    });
  });

  test('of a person’s name changes the whole name, if that was made of them', () => {
    const person = { id: 'c', name: 'Ada Byron', first_name: 'Ada', last_name: 'Byron' };
    expect(withMember(person, 'last_name', 'Lovelace').name).toBe('Ada Lovelace');
    expect(withMember({ ...person, name: 'Countess Ada' }, 'last_name', 'Lovelace').name).toBe('Countess Ada');
    expect(withMember({ id: 'c', name: 'Ada' }, 'last_name', 'Lovelace').name).toBe('Ada');
  });

  test('that has no field is told as it stands', () => {
    const room = { id: 'r', name: 'Foyer', capacity: 80, note: 'cold', floor: { level: 2 }, empty: null };
    expect(otherMembers('rooms', room)).toEqual([
      ['note', 'cold'],
      ['floor', '{"level":2}'],
    ]);
  });
});

describe('what is wrong with an item', () => {
  test.each<[string, 'rooms' | 'events', NamedItem, string[]]>([
    ['nothing', 'rooms', { id: 'r', name: 'Foyer', capacity: 80 }, []],
    ['a blank name', 'rooms', { id: 'r', name: ' ' }, ['name']],
    [
      'days the wrong way round',
      'events',
      { id: 'e', name: 'E', start_date: '2026-09-19', end_date: '2026-09-17' },
      ['end_date'],
    ],
    ['a day that is none', 'events', { id: 'e', name: 'E', start_date: '2026-02-30' }, ['start_date']],
    ['a zone that is none', 'events', { id: 'e', name: 'E', time_zone: 'Mars/Olympus' }, ['time_zone']],
  ])('%s stands beside its field', (_, kind, item, members) => {
    expect([...itemFaults(kind, item).keys()]).toEqual(members);
  });
});

describe('the list of a kind', () => {
  const rows = itemRows([
    { id: '1', name: 'Room 10' },
    { id: '2', name: 'Room 9' },
    { id: '3', name: '3', placeholder: true },
    { id: '4', name: 'Étage', job_title: 'Deputy', organization: 'Café' },
    { id: '5', name: 'etage' },
  ]);

  test('begins with what wants a name, then goes by name, numbers by their value', () => {
    expect(rows.map(({ id }) => id)).toEqual(['3', '4', '5', '2', '1']);
    expect(rows.map(({ isPlaceholder }) => isPlaceholder)).toEqual([true, false, false, false, false]);
  });

  test('marks names that differ by case and accents alone', () => {
    expect(rows.filter(({ isDuplicate }) => isDuplicate).map(({ id }) => id)).toEqual(['4', '5']);
  });

  test('is searched by all words, without accents, also by what tells items apart; names that begin so come first', () => {
    expect(filterRows(rows, 'ETAGE cafe').map(({ id }) => id)).toEqual(['4']);
    expect(filterRows(rows, ' ').length).toBe(5);
    const people = itemRows([
      { id: 'a', name: 'Bert Adams' },
      { id: 'b', name: 'Zoe Quinn', organization: 'Adams Ltd' },
      { id: 'c', name: 'Adams Zed' },
    ]);
    expect(filterRows(people, 'adams').map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });
});

describe('where an item is used', () => {
  const base = {
    event_id: 'e',
    registrations: 0,
    sync: 'clean' as const,
    sys_last_modified_at: '2026-09-01T00:00:00Z',
    capacity_options: {},
  };
  const sessions: SessionSummary[] = [
    { ...base, id: 's1', name: 'One', type_id: 't', room_ids: ['a', 'a', 'b'], start_date: '2026-09-18T12:00:00Z' },
    {
      ...base,
      id: 's2',
      name: 'Two',
      type_id: 't',
      room_ids: ['a'],
      start_date: '2026-09-18T09:00:00Z',
      speakers: [
        { contact_id: 'p', type_id: 'lead' },
        { contact_id: 'q', type_id: 'lead' },
      ],
    },
    { ...base, id: 's3', name: 'A third', type_id: 'u' },
  ];
  const ids = (kind: Parameters<typeof usesOf>[0]) =>
    Object.fromEntries(Array.from(usesOf(kind, sessions), ([id, used]) => [id, used.map((session) => session.id)]));

  test('is told once for each session, of every kind', () => {
    expect(ids('rooms')).toEqual({ a: ['s1', 's2'], b: ['s1'] });
    expect(ids('session_types')).toEqual({ t: ['s1', 's2'], u: ['s3'] });
    expect(ids('contacts')).toEqual({ p: ['s2'], q: ['s2'] });
    expect(ids('speaker_types')).toEqual({ lead: ['s2'] });
  });

  test('is shown by time, what has none last', () => {
    expect(inOrder(sessions).map(({ id }) => id)).toEqual(['s2', 's1', 's3']);
  });
});

describe('a room’s day', () => {
  const MINUTE = 60_000;
  const span = { startMs: 0, endMs: 600 * MINUTE };
  const piece = (id: string, from: number, to: number) => ({
    session: { id, name: id },
    startMs: from * MINUTE,
    endMs: to * MINUTE,
  });
  const shown = (...pieces: ReturnType<typeof piece>[]) =>
    roomDay(pieces, span).map((part) => [
      part.kind === 'session' ? part.session.id : 'free',
      part.startMs / MINUTE,
      part.endMs / MINUTE,
    ]);

  test('of nothing is free', () => {
    expect(shown()).toEqual([['free', 0, 600]]);
  });

  test('has free times before, between and after, but for the minutes in which people come and go', () => {
    expect(shown(piece('a', 60, 120), piece('b', 130, 200), piece('c', 230, 590))).toEqual([
      ['free', 0, 60],
      ['a', 60, 120],
      ['b', 130, 200],
      ['free', 200, 230],
      ['c', 230, 590],
    ]);
  });

  test('is free only when the longer of two at once has ended', () => {
    expect(shown(piece('long', 0, 300), piece('short', 60, 120), piece('next', 400, 600))).toEqual([
      ['long', 0, 300],
      ['short', 60, 120],
      ['free', 300, 400],
      ['next', 400, 600],
    ]);
  });
});
