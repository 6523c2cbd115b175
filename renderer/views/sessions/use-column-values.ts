import { computed } from 'vue';

import type { SyncMark } from '../../../shared/rpc/session-summary.ts';
import { speakerNamesOf } from '../../../shared/schedule/search-text.ts';
import { useTimes } from '../../composables/use-times.ts';
import { useClashes } from '../../stores/clashes.ts';
import { useDays } from '../../stores/days.ts';
import { useEvent } from '../../stores/event.ts';
import { useNames } from '../../stores/names.ts';
import { useSearchTexts } from '../../stores/search-texts.ts';
import { i18n } from '../../i18n/i18n.ts';
import type { ColumnId } from './column-table.ts';
import type { ColumnValues } from './row-filter.ts';
import type { SessionRow, SortKey } from './session-rows.ts';
import { sortText } from './sort-text.ts';

/** How urgent it is: what needs a person first. */
const syncOrder: Readonly<Record<SyncMark, number>> = { refused: 0, conflict: 1, waiting: 2, absent: 3, clean: 4 };
const severityOrder = { block: 0, warn: 1 } as const;

/** What the table's columns hold of a session: as it is shown, sorted and filtered. */
export function useColumnValues() {
  const { t } = i18n.global;
  const event = useEvent();
  const days = useDays();
  const clashes = useClashes();
  const names = useNames();
  const texts = useSearchTexts();
  const times = useTimes();

  const namesOf = (ids: readonly string[] | undefined, from: ReadonlyMap<string, string>): string[] =>
    (ids ?? []).map((id) => from.get(id) ?? id);

  function minutesOf({ startMs, endMs }: SessionRow): number | undefined {
    return startMs === undefined || endMs === undefined || endMs < startMs ? undefined : (endMs - startMs) / 60_000;
  }

  function dayOf({ startMs }: SessionRow): string | undefined {
    return startMs === undefined ? undefined : days.days.at(startMs).date;
  }

  function capacityOf({ session }: SessionRow): number | undefined {
    const { capacity } = (session.capacity_options ?? {}) as { capacity?: unknown };
    return session.enable_capacity === true && typeof capacity === 'number' ? capacity : undefined;
  }

  const flags: { readonly [Id in ColumnId]?: (row: SessionRow) => boolean } = {
    hiddenSchedule: ({ session }) => session.hide_from_schedule === true,
    hiddenPortal: ({ session }) => session.hide_from_portal === true,
    soldOut: ({ session }) => session.sold_out === true,
    fees: ({ session }) => session.has_fees === true,
    locked: ({ session }) => session.sys_locked === true,
  };

  function text(id: ColumnId, row: SessionRow): string {
    const { session, startMs, endMs } = row;
    switch (id) {
      case 'name':
        return session.name;
      case 'code':
        return session.code ?? '';
      case 'day':
        return startMs === undefined ? '' : times.day(days.days.at(startMs).startMs);
      case 'start':
        return startMs === undefined ? '' : times.dateTime(startMs);
      case 'end':
        return endMs === undefined ? '' : times.time(endMs);
      case 'length': {
        const minutes = minutesOf(row);
        return minutes === undefined ? '' : times.length(minutes);
      }
      case 'rooms':
        return namesOf(session.room_ids, names.rooms).join(', ');
      case 'tracks':
        return namesOf(session.track_ids, names.tracks).join(', ');
      case 'type':
        return names.types.get(session.type_id) ?? session.type_id ?? '';
      case 'speakers':
        return speakerNamesOf(session, names.contacts).join(', ');
      case 'registrations':
        return session.registrations === 0 ? '' : String(session.registrations);
      case 'capacity':
        return String(capacityOf(row) ?? '');
      case 'access':
        return session.access === undefined ? '' : t(`sessions.access.${session.access}`);
      case 'location':
        return session.location ?? '';
      case 'abstract':
        return session.abstract_id === undefined
          ? ''
          : (event.catalog.abstracts.get(session.abstract_id)?.name ?? session.abstract_id);
      case 'order':
        return String(session.display_order ?? '');
      case 'changed':
        return times.dateTime(Date.parse(session.sys_last_modified_at));
      case 'id':
        return session.id;
      case 'sync':
        return session.sync === 'clean' ? '' : t(`sessions.sync.${session.sync}`);
      case 'clash': {
        const severity = clashes.severityOf(session.id);
        return severity === undefined ? '' : t(`sessions.clash.${severity}`);
      }
      default:
        return flags[id]?.(row) === true ? t('values.yes') : '';
    }
  }

  function sortKey(id: ColumnId, row: SessionRow): SortKey {
    const { session } = row;
    switch (id) {
      case 'day':
      case 'start':
        return row.startMs;
      case 'end':
        return row.endMs;
      case 'length':
        return minutesOf(row);
      case 'registrations':
        return session.registrations;
      case 'capacity':
        return capacityOf(row);
      case 'order':
        return session.display_order;
      case 'changed':
        return session.sys_last_modified_at;
      case 'sync':
        return syncOrder[session.sync];
      case 'clash': {
        const severity = clashes.severityOf(session.id);
        return severity === undefined ? undefined : severityOrder[severity];
      }
      default: {
        const flag = flags[id];
        if (flag !== undefined) return flag(row) ? 0 : 1;
        return sortText(text(id, row));
      }
    }
  }

  function choices(id: ColumnId, row: SessionRow): readonly string[] {
    const { session } = row;
    switch (id) {
      case 'rooms':
        return session.room_ids ?? [];
      case 'tracks':
        return session.track_ids ?? [];
      case 'type':
        return [session.type_id];
      case 'day':
      case 'start': {
        const day = dayOf(row);
        return day === undefined ? [] : [day];
      }
      case 'sync':
        return [session.sync];
      case 'clash': {
        const severity = clashes.severityOf(session.id);
        return severity === undefined ? [] : [severity];
      }
      case 'access':
        return session.access === undefined ? [] : [session.access];
      default:
        return [flags[id]?.(row) === true ? 'yes' : 'no'];
    }
  }

  /** A choice in words; '' stands for none. */
  function choiceLabel(id: ColumnId, value: string): string {
    if (value === '') return t(id === 'clash' ? 'sessions.clash.none' : 'sessions.none');
    switch (id) {
      case 'rooms':
        return names.rooms.get(value) ?? value;
      case 'tracks':
        return names.tracks.get(value) ?? value;
      case 'type':
        return names.types.get(value) ?? value;
      case 'day':
      case 'start':
        return times.day(days.days.on(value).startMs);
      case 'sync':
        return t(`sessions.sync.${value}`);
      case 'clash':
        return t(`sessions.clash.${value}`);
      case 'access':
        return t(`sessions.access.${value}`);
      default:
        return t(`values.${value}`);
    }
  }

  const values: ColumnValues = {
    choicesOf: choices,
    textOf: text,
    numberOf: sortKey,
    searchTextOf: (row) => texts.textOf(row.session),
  };

  return {
    values,
    text,
    sortKey,
    choices,
    choiceLabel,
    dayOf,
    /** Changes when what is sorted by may have changed without a session having changed: names, days. */
    naming: computed(() => [
      names.rooms,
      names.tracks,
      names.types,
      names.contacts,
      days.days,
      event.catalog.abstracts,
    ]),
  };
}
