import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { z } from 'zod/mini';

import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { matchesWords, searchWords } from '../../shared/schedule/search-text.ts';
import { useDays } from './days.ts';
import { useEvent } from './event.ts';
import { useSavedSetting } from './saved-setting.ts';
import { useSearchTexts } from './search-texts.ts';

/** How long an hour is drawn, in pixels, from the smallest to the largest zoom. */
export const ZOOM_PX_PER_HOUR = [36, 48, 64, 84, 108, 144, 192, 264, 360] as const;

const savedView = z.object({
  /** Whether time runs across. */
  isTurned: z._default(z.boolean(), false),
  /** Which of `ZOOM_PX_PER_HOUR`. */
  zoom: z._default(z.int().check(z.minimum(0), z.maximum(ZOOM_PX_PER_HOUR.length - 1)), 4),
  /** Whether all hours of the day are drawn, or only those with sessions. */
  isWholeDay: z._default(z.boolean(), false),
  hiddenRooms: z._default(z.array(z.string()), []),
  /** Rooms that are shown although no session of the event is in them, and the tenant has other events. */
  addedRooms: z._default(z.array(z.string()), []),
  /** Where it was not said, the tray is open from when there is something in it. */
  isTrayOpen: z._default(z.nullable(z.boolean()), null),
});

export type BoardView = z.infer<typeof savedView>;

/** What the board shows strongly; the rest stays there, quietly, for it takes its place all the same. Empty sets mean any. */
export interface BoardFilter {
  text: string;
  trackIds: ReadonlySet<string>;
  typeIds: ReadonlySet<string>;
}

const NO_FILTER: BoardFilter = { text: '', trackIds: new Set(), typeIds: new Set() };

/** How the board is looked at: its form, kept for each event; its filter and selection, which are gone with the window. */
export const useBoard = defineStore('board', () => {
  const event = useEvent();
  const days = useDays();
  const searchTexts = useSearchTexts();

  const { value: view, save } = useSavedSetting<BoardView>(viewName, (saved) => {
    const known = savedView.safeParse(saved ?? {});
    return known.success ? known.data : savedView.parse({});
  });
  const filter = shallowRef<BoardFilter>(NO_FILTER);
  const selected = shallowRef<ReadonlySet<string>>(new Set());
  /** A session that is to be brought into view, and how often that was asked. */
  const revealed = shallowRef<{ id: string; nth: number }>();

  const hadUnscheduled = shallowRef(false);

  watch(
    viewName,
    () => {
      filter.value = NO_FILTER;
      selected.value = new Set();
      hadUnscheduled.value = days.unscheduled.length > 0;
    },
    { immediate: true },
  );

  function viewName(): string {
    return `board/${event.tenantId}/${event.event?.id ?? ''}`;
  }

  watch(
    () => days.unscheduled.length > 0,
    (isAny) => (hadUnscheduled.value ||= isAny),
    { immediate: true },
  );

  const words = computed(() => searchWords(filter.value.text));
  const isFiltered = computed(
    () => words.value.length > 0 || filter.value.trackIds.size > 0 || filter.value.typeIds.size > 0,
  );

  return {
    view,
    save: async (changes: Partial<BoardView>): Promise<void> => await save({ ...view.value, ...changes }),

    isTrayOpen: computed(() => view.value.isTrayOpen ?? hadUnscheduled.value),

    filter,
    isFiltered,
    clearFilter(): void {
      filter.value = NO_FILTER;
    },
    /** Whether the filter lets a session through. */
    isWanted(session: SessionSummary): boolean {
      const { trackIds, typeIds } = filter.value;
      if (typeIds.size > 0 && !typeIds.has(session.type_id)) return false;
      if (trackIds.size > 0 && session.track_ids?.some((id) => trackIds.has(id)) !== true) return false;
      return words.value.length === 0 || matchesWords(searchTexts.textOf(session), words.value);
    },
    /** Whether the words are found in a session. */
    holds(session: SessionSummary, typed: string): boolean {
      return matchesWords(searchTexts.textOf(session), searchWords(typed));
    },

    selected,
    toggleSelected(id: string): void {
      const ids = new Set(selected.value);
      if (!ids.delete(id)) ids.add(id);
      selected.value = ids;
    },
    clearSelection(): void {
      if (selected.value.size > 0) selected.value = new Set();
    },

    revealed,
    /** Looks at the day of a session and brings it into view, with the focus on it; the board must be the screen that is shown, or be shown next. */
    reveal(id: string): void {
      const date = days.dateOf(id);
      if (date === undefined) return;
      days.choose(date);
      revealed.value = { id, nth: (revealed.value?.nth ?? 0) + 1 };
    },
  };
});
