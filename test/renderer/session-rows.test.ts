import fc from 'fast-check';
import { expect, test } from 'vitest';

import { groupRows, type GroupSource } from '../../renderer/views/sessions/row-groups.ts';
import { filterRows, type ColumnValues } from '../../renderer/views/sessions/row-filter.ts';
import { all, extended, nothingSelected, only, toggled, within } from '../../renderer/views/sessions/row-selection.ts';
import { SessionRows, type SessionRow, type SortBy } from '../../renderer/views/sessions/session-rows.ts';
import { sortText } from '../../renderer/views/sessions/sort-text.ts';
import {
  usualLayout,
  withMoved,
  withSort,
  withToggled,
  withWidth,
} from '../../renderer/views/sessions/table-layout.ts';
import type { SessionSummary } from '../../shared/rpc/session-summary.ts';

function summary(id: string, fields: Partial<SessionSummary> = {}): SessionSummary {
  return { id, event_id: 'e', type_id: 't', name: id, registrations: 0, sync: 'clean', ...fields } as SessionSummary;
}

const byName: SortBy = { keyOf: ({ session }) => sortText(session.name), isDescending: false };
const byPlaces: SortBy = { keyOf: ({ session }) => session.display_order, isDescending: true };

test('rows that are kept sorted stand as rows that are sorted anew, after any changes', () => {
  const session = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    name: fc.constantFrom('Äpfel', 'apfel', 'Room 2', 'Room 10', ''),
    order: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    start: fc.constantFrom('2026-09-17T09:00:00Z', '2026-09-17T10:00:00Z', undefined),
  });
  const change = fc.record({
    put: fc.uniqueArray(session, { selector: ({ id }) => id }),
    out: fc.array(fc.constantFrom<string[]>('a', 'b', 'c')),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const kept = new SessionRows();
      kept.sortBy([byPlaces, byName]);
      const known = new Map<string, SessionSummary>();
      for (const { put, out } of changes) {
        const changed = put
          .filter(({ id }) => !out.includes(id))
          .map(({ id, name, order, start }) =>
            summary(id, {
              name,
              ...(order === undefined ? {} : { display_order: order }),
              ...(start === undefined ? {} : { start_date: start }),
            }),
          );
        for (const id of out) known.delete(id);
        for (const each of changed) known.set(each.id, each);
        kept.update(changed, out);
      }
      const anew = new SessionRows();
      anew.sortBy([byPlaces, byName]);
      anew.reset(known.values());
      expect(kept.sorted).toEqual(anew.sorted);
    }),
  );
});

test('names are sorted without case and accents, numbers by their value, and what has none last', () => {
  const rows = new SessionRows();
  rows.sortBy([byName]);
  rows.reset(['Zebra', 'äpfel', 'Room 10', 'Room 2', ''].map((name, at) => summary(String(at), { name })));
  expect(rows.sorted.map(({ session }) => session.name)).toEqual(['äpfel', 'Room 2', 'Room 10', 'Zebra', '']);
});

const values: ColumnValues = {
  choicesOf: (_, { session }) => session.room_ids ?? [],
  textOf: (_, { session }) => session.name,
  numberOf: (_, { session }) => session.display_order,
  searchTextOf: ({ session }) => session.name.toLowerCase(),
};

function rowsOf(...sessions: SessionSummary[]): readonly SessionRow[] {
  const rows = new SessionRows();
  rows.reset(sessions);
  return rows.sorted;
}

test('filters of columns and the words of the search all have to let a row through', () => {
  const rows = rowsOf(
    summary('a', { name: 'Cats', room_ids: ['x', 'y'], display_order: 1 }),
    summary('b', { name: 'Dogs', display_order: 5 }),
    summary('c', { name: 'Cats and dogs', room_ids: ['y'] }),
  );
  const passed = (...given: [Parameters<typeof filterRows>[1], string]): string[] =>
    filterRows(rows, given[0], given[1], values).map(({ id }) => id);
  expect(passed({}, '')).toEqual(['a', 'b', 'c']);
  expect(passed({}, 'DOGS cats')).toEqual(['c']);
  expect(passed({ rooms: { form: 'choice', values: ['y'] } }, '')).toEqual(['a', 'c']);
  expect(passed({ rooms: { form: 'choice', values: [''] } }, '')).toEqual(['b']);
  expect(passed({ order: { form: 'number', least: 2, most: undefined } }, '')).toEqual(['b']);
  expect(passed({ name: { form: 'text', text: 'cats' }, order: { form: 'number', least: 0, most: 9 } }, '')).toEqual([
    'a',
  ]);
});

test('a session of two rooms stands in both groups, what has none in the last, and a collapsed group is its head alone', () => {
  const rows = rowsOf(summary('a', { room_ids: ['y', 'x'] }), summary('b'), summary('c', { room_ids: ['x'] }));
  const source: GroupSource = {
    groupsOf: ({ session }) => session.room_ids ?? [],
    labelOf: (group) => group.toUpperCase(),
    orderOf: (group) => group,
  };
  const lines = groupRows(rows, source, new Set(['x'])).map((line) =>
    'group' in line ? `${line.label} ${line.count}` : line.id,
  );
  expect(lines).toEqual(['X 2', 'Y 1', 'a', ' 1', 'b']);
});

test('a selection is toggled row by row and extended from where it began', () => {
  const shown = ['a', 'b', 'c', 'd'];
  expect([...extended(only('b'), 'd', shown).ids]).toEqual(['b', 'c', 'd']);
  expect([...extended(extended(only('b'), 'd', shown), 'a', shown).ids]).toEqual(['a', 'b']);
  expect([...extended(toggled(only('a'), 'c'), 'd', shown, true).ids]).toEqual(['a', 'c', 'd']);
  expect([...toggled(only('a'), 'a').ids]).toEqual([]);
  expect([...all(shown, nothingSelected).ids]).toEqual(shown);
  expect(within(only('a'), () => false)).toEqual(nothingSelected);
});

test('a column is sorted up, then down, then not; with others, after them', () => {
  const sorts = (layout: typeof usualLayout) =>
    layout.sort.map(({ column, isDescending }) => `${column}${isDescending ? '-' : '+'}`);
  const up = withSort(usualLayout, 'name', false);
  expect([
    sorts(up),
    sorts(withSort(up, 'name', false)),
    sorts(withSort(withSort(up, 'name', false), 'name', false)),
  ]).toEqual([['name+'], ['name-'], []]);
  const both = withSort(up, 'type', true);
  expect([sorts(both), sorts(withSort(both, 'name', true))]).toEqual([
    ['name+', 'type+'],
    ['name-', 'type+'],
  ]);
});

test('columns are shown, hidden, moved and resized within bounds, and the last one stays', () => {
  const one = { ...usualLayout, columns: ['name' as const] };
  expect(withToggled(one, 'name').columns).toEqual(['name']);
  expect(withToggled(one, 'id').columns).toEqual(['name', 'id']);
  expect(withMoved({ ...one, columns: ['name', 'code', 'id'] }, 2, 0).columns).toEqual(['id', 'name', 'code']);
  expect(withWidth(one, 'name', 3).widths).toEqual({ name: 48 });
});
