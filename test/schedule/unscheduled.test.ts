import { describe, expect, test } from 'vitest';

import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import { matchesWords, searchTextOf, searchWords, speakerNamesOf } from '../../shared/schedule/search-text.ts';
import { isUnscheduled, lacksOf, sortTray, type TrayOrder } from '../../shared/schedule/unscheduled.ts';

const NAMES = {
  rooms: new Map([['r1', 'Saal Süd']]),
  contacts: new Map([['c1', 'Zoë Ångström']]),
  types: new Map([['t1', 'Workshop']]),
  tracks: new Map([['k1', 'Datenbanken']]),
};

const placed: ScheduledSession = {
  id: 'talk',
  name: 'Talk',
  start_date: '2026-02-01T10:00:00Z',
  end_date: '2026-02-01T11:00:00Z',
  room_ids: ['r1'],
};

describe('a session lacks', () => {
  test.each<[string, Partial<ScheduledSession>, string[]]>([
    ['nothing', {}, []],
    ['a start', { start_date: undefined }, ['start']],
    ['a start that can be read', { start_date: 'tomorrow' }, ['start']],
    ['an end', { end_date: undefined }, ['end']],
    ['an end after its start', { end_date: '2026-02-01T09:00:00Z' }, ['end']],
    ['a room', { room_ids: [] }, ['room']],
    ['everything', { start_date: undefined, end_date: undefined, room_ids: undefined }, ['start', 'end', 'room']],
  ])('%s', (_, fields, lacks) => {
    expect(lacksOf({ ...placed, ...fields })).toEqual(lacks);
    expect(isUnscheduled({ ...placed, ...fields })).toBe(lacks.length > 0);
  });
});

describe('the tray', () => {
  const sessions: ScheduledSession[] = [
    { id: '1', name: 'Talk 10', code: 'B', speakers: [{ contact_id: 'c1' }] },
    { id: '2', name: 'Talk 9', type_id: 't1', speakers: [{ contact_id: 'c2', name: 'Ada' }] },
    { id: '3', name: 'Éclair', code: 'a', track_ids: ['k1'] },
    { id: '4', name: 'talk 9' },
  ];

  test.each<[TrayOrder, string]>([
    ['name', '3 2 4 1'],
    ['code', '3 1 2 4'],
    ['speaker', '2 1 3 4'],
    ['type', '2 3 4 1'],
    ['track', '3 2 4 1'],
  ])('sorts by %s, ignoring case and accents, what lacks it last', (order, expected) => {
    expect(
      sortTray(sessions, order, NAMES)
        .map(({ id }) => id)
        .join(' '),
    ).toBe(expected);
  });
});

describe('a search', () => {
  const session: ScheduledSession = {
    ...placed,
    name: 'Größere Datenbanken',
    code: 'DB-7',
    speakers: [
      { contact_id: 'c1' },
      { contact_id: 'c2', first_name: 'Ada', last_name: 'Lovelace' },
      { contact_id: 'c3' },
    ],
  };
  const text = searchTextOf(session, NAMES);

  test.each(['grossere', 'DATEN', 'db-7', 'angstrom zoe', 'lovelace', 'sud', 'ada  gro', ''])(
    'for "%s" finds it',
    (typed) => {
      expect(matchesWords(text, searchWords(typed))).toBe(true);
    },
  );

  test.each(['datenbank-en', 'ada bob', 'c3'])('for "%s" does not', (typed) => {
    expect(matchesWords(text, searchWords(typed))).toBe(false);
  });

  test('finds nothing that spans two fields', () => {
    expect(text.includes('datenbankendb')).toBe(false);
    expect(matchesWords(text, ['datenbanken db'])).toBe(false);
  });

  test('is not made slow by a name without end', () => {
    expect(searchTextOf({ ...session, name: 'x'.repeat(1e6) }, NAMES).length).toBeLessThan(1000);
  });

  test('knows speakers by the session’s word, else by the catalog’s', () => {
    expect(speakerNamesOf(session, NAMES.contacts)).toEqual(['Zoë Ångström', 'Ada Lovelace']);
  });
});
