import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';

import type { ColumnId } from '../views/sessions/column-table.ts';
import { filterRows, isActive, type ColumnFilter, type ColumnFilters } from '../views/sessions/row-filter.ts';
import { groupRows, isHead, type GroupSource, type Line } from '../views/sessions/row-groups.ts';
import { nothingSelected, within, type Selection } from '../views/sessions/row-selection.ts';
import { SessionRows, type SessionRow } from '../views/sessions/session-rows.ts';
import { sortText } from '../views/sessions/sort-text.ts';
import { tableLayout, usualLayout, type TableLayout } from '../views/sessions/table-layout.ts';
import { useColumnValues } from '../views/sessions/use-column-values.ts';
import { useClashes } from './clashes.ts';
import { useEvent } from './event.ts';
import { useNames } from './names.ts';
import { useSavedSetting } from './saved-setting.ts';
import { useSearchTexts } from './search-texts.ts';

/** After the last change of the layout it is saved, in milliseconds. */
const SAVE_PAUSE_MS = 500;

/** Search texts are made ahead while more than so much idle time is left, in milliseconds: more than there is between two frames, so never while something moves. */
const IDLE_MS = 30;

/** So many search texts are made ahead at a time, in less than a millisecond. */
const TEXTS_AT_ONCE = 50;

/**
 * The Sessions table: its rows, sorted, filtered and grouped, and what of them is selected. It stays while other screens are seen, so that a
 * person comes back to where they were. Rows are kept sorted with every change; what is typed then only filters them.
 */
export const useSessionTable = defineStore('session-table', () => {
  const event = useEvent();
  const clashes = useClashes();
  const names = useNames();
  const texts = useSearchTexts();
  const columns = useColumnValues();

  const { value: savedLayout, save: saveLayout } = useSavedSetting<TableLayout>(
    () => 'sessions-table',
    (saved) => {
      const known = tableLayout.safeParse(saved);
      return known.success && known.data.columns.length > 0 ? known.data : usualLayout;
    },
  );
  /** As it is just being changed: it is saved after a pause. */
  const layout = shallowRef(savedLayout.value);
  watch(savedLayout, (saved) => (layout.value = saved));
  const filters = shallowRef<ColumnFilters>({});
  const typed = shallowRef('');
  const collapsed = shallowRef<ReadonlySet<string>>(new Set());
  const selection = shallowRef<Selection>(nothingSelected);

  const rows = new SessionRows();
  const version = shallowRef(0);

  function sortAnew(): void {
    rows.sortBy(
      layout.value.sort.map(({ column, isDescending }) => ({
        keyOf: (row: SessionRow) => columns.sortKey(column, row),
        isDescending,
      })),
    );
    version.value += 1;
  }

  /** Makes search texts ahead while there is nothing else to do, so that the first letter that is typed finds them made. */
  let isWarming = false;
  function warmUp(): void {
    if (isWarming) return;
    isWarming = true;
    let at = 0;
    const step = (deadline: IdleDeadline): void => {
      const { sorted } = rows;
      while (at < sorted.length && deadline.timeRemaining() > IDLE_MS) {
        const end = Math.min(sorted.length, at + TEXTS_AT_ONCE);
        for (; at < end; at++) texts.textOf(sorted[at]!.session);
      }
      isWarming = at < sorted.length;
      if (isWarming) requestIdleCallback(step);
    };
    requestIdleCallback(step);
  }

  sortAnew();
  rows.reset(event.sessions.values());
  warmUp();
  event.onChange(({ changed, removed, reset }) => {
    if (reset) {
      rows.reset(event.sessions.values());
      selection.value = nothingSelected;
      filters.value = {};
      typed.value = '';
    } else rows.update(changed, removed);
    if (removed.length > 0) selection.value = within(selection.value, (id) => rows.find(id) !== undefined);
    version.value += 1;
    warmUp();
  });
  watch(() => layout.value.sort, sortAnew);
  watch(columns.naming, () => {
    sortAnew();
    warmUp();
  });
  watch(
    () => clashes.open,
    () => {
      if (layout.value.sort.some(({ column }) => column === 'clash')) sortAnew();
    },
  );

  /** What passed last: as long as more is typed after it, only that can pass still. */
  let last:
    | { version: number; filters: ColumnFilters; typed: string; from: unknown; passed: readonly SessionRow[] }
    | undefined;
  const passed = computed<readonly SessionRow[]>(() => {
    // Clashes come and go also where the rows looked at are only those that passed before.
    if (filters.value.clash !== undefined) void clashes.open;
    const isNarrower =
      last !== undefined &&
      last.version === version.value &&
      last.filters === filters.value &&
      last.from === texts.textOf &&
      last.typed !== '' &&
      typed.value.startsWith(last.typed);
    const from = isNarrower ? last!.passed : rows.sorted;
    const found = filterRows(from, isNarrower ? {} : filters.value, typed.value, columns.values);
    last = { version: version.value, filters: filters.value, typed: typed.value, from: texts.textOf, passed: found };
    return found;
  });

  const group = computed<GroupSource | undefined>(() => {
    const named = (column: ColumnId, order: ReadonlyMap<string, string>): GroupSource => ({
      groupsOf: (row) => columns.choices(column, row),
      labelOf: (value) => columns.choiceLabel(column, value),
      orderOf: (value) => sortText(order.get(value) ?? value) ?? '',
    });
    switch (layout.value.group) {
      case null:
        return undefined;
      case 'day':
        return { ...named('day', new Map()), orderOf: (value) => value };
      case 'room':
        return named('rooms', names.rooms);
      case 'track':
        return named('tracks', names.tracks);
      case 'type':
        return named('type', names.types);
      default:
        return layout.value.group satisfies never;
    }
  });

  const lines = computed<readonly Line[]>(() =>
    group.value === undefined ? passed.value : groupRows(passed.value, group.value, collapsed.value),
  );

  let saving: ReturnType<typeof setTimeout> | undefined;
  function setLayout(next: TableLayout): void {
    layout.value = next;
    clearTimeout(saving);
    saving = setTimeout(() => void saveLayout(next), SAVE_PAUSE_MS);
  }

  return {
    layout,
    setLayout,
    filters,
    typed,
    selection,
    lines,
    /** How many sessions pass the filters and the search, and how many there are. */
    count: computed(() => passed.value.length),
    total: computed(() => {
      void version.value;
      return rows.sorted.length;
    }),
    columns,
    isFiltered: computed(
      () => typed.value.trim() !== '' || Object.values(filters.value).some((filter) => isActive(filter)),
    ),
    setFilter(column: ColumnId, filter: ColumnFilter | undefined): void {
      const { [column]: _, ...others } = filters.value;
      filters.value = filter === undefined || !isActive(filter) ? others : { ...others, [column]: filter };
    },
    clearFilters(): void {
      filters.value = {};
      typed.value = '';
    },
    toggleGroup(name: string): void {
      const next = new Set(collapsed.value);
      if (!next.delete(name)) next.add(name);
      collapsed.value = next;
    },
    /** The sessions that are shown, in order; one that stands in two groups stands here once. */
    shownIds: (): string[] =>
      group.value === undefined
        ? passed.value.map(({ id }) => id)
        : [...new Set(lines.value.flatMap((line) => (isHead(line) ? [] : [line.id])))],
    /** All rows, to count what a column could be filtered by. */
    allRows: (): readonly SessionRow[] => {
      void version.value;
      return rows.sorted;
    },
  };
});
