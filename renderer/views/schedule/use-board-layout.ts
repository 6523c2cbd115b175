import { computed, inject, provide, shallowRef, type InjectionKey } from 'vue';

import { DayAxis, drawnSpan } from '../../../shared/schedule/day-axis.ts';
import type { Span } from '../../../shared/schedule/scheduled-session.ts';
import { useBoard, ZOOM_PX_PER_HOUR } from '../../stores/board.ts';
import { useDays } from '../../stores/days.ts';
import { useEvent } from '../../stores/event.ts';
import { useEventRooms } from '../../stores/event-rooms.ts';
import { usePreferences } from '../../stores/preferences.ts';
import { boardBlocks, shownRooms } from './board-blocks.ts';
import { BoardGeometry, intersects, type Rect } from './board-geometry.ts';
import { orderRooms } from './order-rooms.ts';

/** A column of the board or, turned, a row. */
export interface BoardRoom {
  readonly id: string;
  readonly name: string;
  readonly capacity: number | undefined;
}

const HOUR_MS = 60 * 60_000;

/** The breadth of a room and the heads beside and above the board, in pixels, for rooms across and turned. */
const SIZES = {
  across: { roomy: 148, compact: 84, widest: 340, side: 62, top: 46 },
  turned: { roomy: 62, compact: 38, widest: 120, side: 156, top: 30 },
};

/** Read across, an hour needs more room than it has down: names are written along it. */
const TURNED_STRETCH = 2.4;

/** Where a view begins before it is measured. */
const UNMEASURED = { x: 0, y: 0, width: 1_600, height: 1_000 };

/** What stands on the board, and where: the day looked at, drawn as the board is set, and kept up with every change of that day. */
function createBoardLayout() {
  const days = useDays();
  const event = useEvent();
  const board = useBoard();
  const preferences = usePreferences();
  const eventRooms = useEventRooms();

  /** What of the body is seen, with a margin; it moves in large steps. */
  const seen = shallowRef<Rect>(UNMEASURED);
  /** Just what of the body is seen; asked for when something is to stand within it. */
  let measureVisible: () => Rect = () => UNMEASURED;
  /** The room that the board has on the screen. */
  const space = shallowRef({ width: 1_200, height: 800 });

  /** What must be on the axis, beside the sessions: where the keyboard carries something. */
  const reach = shallowRef<Span>();

  const day = computed(() => days.current);
  const pieces = computed(() => {
    const { value } = day;
    return value === undefined ? [] : days.days.piecesOn(value, days.sessionsOn(value.date));
  });

  const knownRooms = computed(() => orderRooms(event.catalog.rooms.values()));
  const hidden = computed(() => {
    const added = new Set(board.view.addedRooms);
    const others = knownRooms.value.filter(({ id }) => !eventRooms.isOfEvent(id) && !added.has(id));
    return new Set([...board.view.hiddenRooms, ...others.map(({ id }) => id)]);
  });
  const roomIds = computed<readonly string[]>((before) => {
    const ids = shownRooms(knownRooms.value, hidden.value, pieces.value);
    // The same rooms in the same order are the same list: what depends on them is not made again.
    return before?.length === ids.length && ids.every((id, at) => id === before[at]) ? before : ids;
  });
  const rooms = computed<readonly BoardRoom[]>(() =>
    roomIds.value.map((id) => {
      const room = event.catalog.rooms.get(id);
      return { id, name: room?.name ?? id, capacity: room?.capacity };
    }),
  );

  const span = computed<Span | undefined>((before) => {
    const { value } = day;
    if (value === undefined) return undefined;
    let { startMs, endMs }: Span = value;
    if (!board.view.isWholeDay) {
      // An hour before the first and after the last: there must be a place to put something.
      const drawn = drawnSpan(value, pieces.value, days.days);
      const { value: also } = reach;
      startMs = Math.max(startMs, Math.min(drawn.startMs, also?.startMs ?? drawn.startMs) - HOUR_MS);
      endMs = Math.min(endMs, Math.max(drawn.endMs, also?.endMs ?? drawn.endMs) + HOUR_MS);
    }
    return before?.startMs === startMs && before.endMs === endMs ? before : { startMs, endMs };
  });
  const axis = computed(() => (span.value === undefined ? undefined : new DayAxis(span.value, days.clock)));

  const sizes = computed(() => SIZES[board.view.isTurned ? 'turned' : 'across']);
  const geometry = computed<BoardGeometry | undefined>(() => {
    if (axis.value === undefined) return undefined;
    const { isTurned } = board.view;
    const { roomy, compact, widest, side, top } = sizes.value;
    const least = preferences.current.compact ? compact : roomy;
    const room = isTurned ? space.value.height - top : space.value.width - side;
    const fair = Math.floor(room / Math.max(1, roomIds.value.length));
    return new BoardGeometry(axis.value, roomIds.value.length, {
      isTurned,
      roomPx: Math.max(least, Math.min(widest, fair)),
      pxPerMinute: (ZOOM_PX_PER_HOUR[board.view.zoom]! / 60) * (isTurned ? TURNED_STRETCH : 1),
    });
  });

  const blocks = computed(() =>
    geometry.value === undefined ? [] : boardBlocks(pieces.value, roomIds.value, geometry.value),
  );

  return {
    day,
    pieces,
    hidden,
    knownRooms,
    roomIds,
    rooms,
    axis,
    geometry,
    blocks,
    /** What of the blocks is to be drawn now. */
    seenBlocks: computed(() => blocks.value.filter((block) => intersects(block, seen.value))),
    seen,
    visible: (): Rect => measureVisible(),
    seeBy(measure: () => Rect): void {
      measureVisible = measure;
    },
    space,
    reach,
    sizes,
  };
}

export type BoardLayout = ReturnType<typeof createBoardLayout>;

const LAYOUT: InjectionKey<BoardLayout> = Symbol('what stands on the board, and where');

/** Makes the layout for this component and those within it. */
export function provideBoardLayout(): BoardLayout {
  const layout = createBoardLayout();
  provide(LAYOUT, layout);
  return layout;
}

export function useBoardLayout(): BoardLayout {
  const layout = inject(LAYOUT);
  if (layout === undefined) throw new Error('There is no board around this component.');
  return layout;
}
