import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';

import { useTimes } from '../../composables/use-times.ts';
import { useValueWords } from '../../composables/use-value-words.ts';
import { useDays } from '../../stores/days.ts';
import { useEvent } from '../../stores/event.ts';
import { useEventRooms } from '../../stores/event-rooms.ts';
import { useNames } from '../../stores/names.ts';
import { usePreferences } from '../../stores/preferences.ts';
import { usePrinting } from '../../stores/printing.ts';
import { orderRooms } from '../schedule/order-rooms.ts';
import { changeSheets } from './change-sheets.ts';
import { daySheets } from './day-sheets.ts';
import { doorSheets } from './door-sheets.ts';
import type { Sheet } from './sheet.ts';
import type { SheetSource, SheetWords } from './sheet-source.ts';
import { speakerSheets } from './speaker-sheets.ts';

/** What is to be printed, by what the person chose, in their language. */
export function useSheets(): ComputedRef<readonly Sheet[]> {
  const { t, locale } = useI18n();
  const printing = usePrinting();
  const event = useEvent();
  const eventRooms = useEventRooms();
  const days = useDays();
  const names = useNames();
  const preferences = usePreferences();
  const times = useTimes();
  const { words: valueWords, title: fieldTitle } = useValueWords();

  const words = computed<SheetWords>(() => {
    void preferences.current.timeFormat;
    const { compare } = new Intl.Collator(locale.value, { numeric: true });
    return {
      fullDay: times.fullDay,
      day: times.day,
      hours: times.hours,
      time: times.time,
      hidden: t('print.hidden'),
      noRoom: t('print.noRoom'),
      unscheduled: t('print.unscheduled'),
      speakers: t('print.kinds.speakers'),
      columns: {
        time: t('print.columns.time'),
        session: t('print.columns.session'),
        speakers: t('print.columns.speakers'),
        track: t('print.columns.track'),
        speaker: t('print.columns.speaker'),
        room: t('print.columns.room'),
      },
      compare,
    };
  });

  const source = computed<SheetSource>(() => {
    const { dates, roomIds, kind } = printing;
    return {
      sessions: [...event.sessions.values()],
      days: days.days,
      chosenDays: days.list.filter(({ date }) => dates.length === 0 || dates.includes(date)),
      rooms: orderRooms(eventRooms.rooms).filter(({ id }) => roomIds.length === 0 || roomIds.includes(id)),
      isWhole: dates.length === 0 && roomIds.length === 0,
      // At a door stands what the public may know; who runs the day must know all.
      withHidden: kind !== 'doors',
      names: { rooms: names.rooms, contacts: names.contacts, types: names.types, tracks: names.tracks },
      words: words.value,
    };
  });

  function changes(): Sheet[] {
    const { differences, sinceMs } = printing;
    if (differences === undefined || sinceMs === undefined) return [];
    const since = t('print.since', { moment: times.dateTime(sinceMs) });
    return changeSheets(differences.differences, names, {
      ...words.value,
      title: t('print.kinds.changes'),
      subtitle: differences.isNewHere ? `${since}. ${t('print.newHere')}` : since,
      heading: (kind, count) => `${t(`print.changes.${kind}`)} (${count})`,
      columns: {
        session: t('print.columns.session'),
        before: t('print.columns.before'),
        now: t('print.columns.now'),
      },
      field: fieldTitle,
      value: (field, value) =>
        valueWords(field, field === 'description' && typeof value === 'string' ? textOf(value) : value),
    });
  }

  return computed(() => {
    // Half of an event must not be taken for all of it.
    if (event.stage !== 'complete') return [];
    switch (printing.kind) {
      case 'day':
        return daySheets(source.value);
      case 'doors':
        return doorSheets(source.value);
      case 'speakers':
        return speakerSheets(source.value);
      default:
        return changes();
    }
  });
}

/** What a description says without its form. What is parsed so is never shown, runs nothing and loads nothing. */
function textOf(html: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return (body.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
}
