import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';

import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { useBoard } from '../../stores/board.ts';
import { useDays } from '../../stores/days.ts';
import { usePreferences } from '../../stores/preferences.ts';
import type { BoardBlock } from './board-blocks.ts';
import { stretchBetween, type CarriedTo } from './carry.ts';
import { scrollSpeed } from './scroll-speed.ts';
import { useBoardLayout } from './use-board-layout.ts';
import type { BoardScroll } from './use-board-view.ts';
import type { Carry } from './use-carry.ts';

/** A stretch of a room, such as one that a session is to be made for. */
export interface RoomStretch {
  readonly roomId: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A hand that moves by less has not moved, in pixels. */
const STILL_PX = 4;
/** A finger that stays so long takes up what is under it; one that moves before scrolls. In milliseconds. */
const HOLD_MS = 350;
/** How long something is held over a day's tab until that day comes, in milliseconds. */
const TURN_PAGE_MS = 350;

type Grab =
  | { readonly what: 'session' | 'start' | 'end'; readonly block: BoardBlock }
  | { readonly what: 'unscheduled'; readonly session: SessionSummary }
  | { readonly what: 'stretch' };

/** A pointer that is down. */
interface Press {
  readonly pointerId: number;
  readonly isTouch: boolean;
  readonly grab: Grab;
  readonly from: CarriedTo;
  readonly downX: number;
  readonly downY: number;
  x: number;
  y: number;
  isMoving: boolean;
  holdTimer?: ReturnType<typeof setTimeout>;
}

/**
 * Moves, lengthens and makes sessions by mouse, pen and finger. The pointer is held by the board itself, which stays where it is while blocks, days
 * and views change below; work is done once for each frame.
 */
export function useBoardPointer(
  scroller: Readonly<ShallowRef<HTMLElement | null>>,
  scroll: BoardScroll,
  carry: Carry,
  onStretch: (stretch: RoomStretch) => void,
) {
  const layout = useBoardLayout();
  const days = useDays();
  const board = useBoard();
  const preferences = usePreferences();

  /** The stretch that is being drawn. */
  const stretch = shallowRef<RoomStretch>();
  /** Where the pointer is while something is carried that has no place on the board. */
  const afloat = shallowRef<{ x: number; y: number }>();
  let press: Press | undefined;
  let frame = 0;
  let pageTimer: { date: string; timer: ReturnType<typeof setTimeout> } | undefined;
  /** A click follows the release of what was moved: it is not meant. */
  let isClickVoid = false;

  function placeAt(clientX: number, clientY: number): CarriedTo {
    const { x, y } = scroll.pointAt(clientX, clientY);
    const { column, minute } = layout.geometry.value!.placeAt(x, y);
    return { atMs: layout.axis.value!.instantAt(minute), roomId: layout.roomIds.value[column] ?? '' };
  }

  /** A press on the board itself. */
  function onPointerDown(event: PointerEvent): void {
    if (layout.roomIds.value.length === 0) return;
    const element = event.target as Element;
    const key = element.closest<HTMLElement>('[data-key]')?.dataset['key'];
    const block = layout.blocks.value.find((one) => one.key === key);
    const edge = element.closest<HTMLElement>('[data-edge]')?.dataset['edge'];
    if (block === undefined) begin(event, { what: 'stretch' });
    else begin(event, { what: edge === 'start' || edge === 'end' ? edge : 'session', block });
  }

  /** A press on a session of the tray. */
  function onTrayPointerDown(event: PointerEvent, session: SessionSummary): void {
    begin(event, { what: 'unscheduled', session });
  }

  function begin(event: PointerEvent, grab: Grab): void {
    isClickVoid = false;
    if (event.button !== 0 || press !== undefined || carry.carried.value !== undefined) return;
    if (layout.geometry.value === undefined) return;
    const { pointerId, clientX, clientY } = event;
    const isTouch = event.pointerType === 'touch';
    const from = placeAt(clientX, clientY);
    press = { pointerId, isTouch, grab, from, downX: clientX, downY: clientY, x: clientX, y: clientY, isMoving: false };
    if (isTouch) press.holdTimer = setTimeout(startMoving, HOLD_MS);
    addEventListener('pointermove', onPointerMove);
    addEventListener('pointerup', onPointerUp);
    addEventListener('pointercancel', giveUp);
    addEventListener('keydown', onKeyDown, { capture: true });
    scroller.value!.addEventListener('touchmove', stopTouchScroll, { passive: false });
  }

  function onPointerMove(event: PointerEvent): void {
    if (press === undefined || event.pointerId !== press.pointerId) return;
    press.x = event.clientX;
    press.y = event.clientY;
    if (!press.isMoving) {
      if (Math.hypot(press.x - press.downX, press.y - press.downY) < STILL_PX) return;
      // The finger scrolls: it did not wait.
      if (press.isTouch) end();
      else startMoving();
      return;
    }
    frame ||= requestAnimationFrame(follow);
  }

  function startMoving(): void {
    if (press === undefined) return;
    const { grab, from } = press;
    press.isMoving = true;
    isClickVoid = true;
    scroller.value!.setPointerCapture(press.pointerId);
    if (grab.what === 'unscheduled') {
      carry.take({ what: 'session', sessions: [grab.session], from: undefined }, 'pointer');
    } else if (grab.what !== 'stretch') {
      const { session } = grab.block;
      const others = board.selected.has(session.id) && grab.what === 'session' ? selectedOnBoard(session.id) : [];
      carry.take({ what: grab.what, sessions: [session, ...others], from }, 'pointer');
    }
    frame ||= requestAnimationFrame(follow);
  }

  function selectedOnBoard(butId: string): SessionSummary[] {
    const found = new Map(layout.blocks.value.map(({ session }) => [session.id, session]));
    return [...found.values()].filter(({ id }) => id !== butId && board.selected.has(id));
  }

  /** Once for each frame: holds what is carried over what is under the pointer, and scrolls at the board's edges. */
  function follow(): void {
    frame = 0;
    if (press?.isMoving !== true) return;
    const { x, y, grab, from } = press;
    const area = scroller.value!.getBoundingClientRect();
    const isOver = x >= area.left && x <= area.right && y >= area.top && y <= area.bottom;
    if (grab.what === 'stretch') {
      const to = placeAt(x, y);
      const rules = { snapMinutes: preferences.current.snapMinutes, rooms: [], clock: days.clock };
      stretch.value = { roomId: from.roomId, ...stretchBetween(from.atMs, to.atMs, rules) };
    } else if (isOver) {
      afloat.value = undefined;
      turnPageTo(undefined);
      carry.holdOver(placeAt(x, y));
    } else {
      afloat.value = { x, y };
      holdBeside(document.elementFromPoint(x, y));
    }
    if (isOver && scrollAtEdges(area, x, y)) frame ||= requestAnimationFrame(follow);
  }

  function holdBeside(element: Element | null): void {
    turnPageTo(element?.closest<HTMLElement>('[data-drop-day]')?.dataset['dropDay']);
    if (element?.closest('[data-drop-tray]') == null) carry.holdOverNothing();
    else carry.holdOverTray();
  }

  /** Held over a day's tab for a moment, that day comes. */
  function turnPageTo(date: string | undefined): void {
    if (pageTimer?.date === date) return;
    clearTimeout(pageTimer?.timer);
    pageTimer = date === undefined ? undefined : { date, timer: setTimeout(() => days.choose(date), TURN_PAGE_MS) };
  }

  /** Answers whether there was anything to scroll. */
  function scrollAtEdges(area: DOMRect, x: number, y: number): boolean {
    const element = scroller.value!;
    const { side, top } = layout.sizes.value;
    const left = scrollSpeed(x, area.left + side, area.right);
    const down = scrollSpeed(y, area.top + top, area.bottom);
    const [beforeX, beforeY] = [element.scrollLeft, element.scrollTop];
    if (left !== 0 || down !== 0) element.scrollBy(left, down);
    return element.scrollLeft !== beforeX || element.scrollTop !== beforeY;
  }

  function onPointerUp(event: PointerEvent): void {
    if (press === undefined || event.pointerId !== press.pointerId) return;
    const { isMoving, grab } = press;
    if (isMoving) {
      press.x = event.clientX;
      press.y = event.clientY;
      follow();
    }
    const drawn = stretch.value;
    end();
    if (!isMoving) return;
    if (grab.what !== 'stretch') void carry.putDown();
    else if (drawn !== undefined) onStretch(drawn);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || press?.isMoving !== true) return;
    event.preventDefault();
    event.stopPropagation();
    giveUp();
  }

  function giveUp(): void {
    const wasMoving = press?.isMoving === true;
    end();
    if (wasMoving) carry.giveUp();
  }

  function stopTouchScroll(event: TouchEvent): void {
    if (press?.isMoving === true) event.preventDefault();
  }

  function end(): void {
    clearTimeout(press?.holdTimer);
    turnPageTo(undefined);
    cancelAnimationFrame(frame);
    frame = 0;
    press = undefined;
    stretch.value = undefined;
    afloat.value = undefined;
    removeEventListener('pointermove', onPointerMove);
    removeEventListener('pointerup', onPointerUp);
    removeEventListener('pointercancel', giveUp);
    removeEventListener('keydown', onKeyDown, { capture: true });
    scroller.value?.removeEventListener('touchmove', stopTouchScroll);
  }

  onScopeDispose(end);

  return {
    stretch,
    afloat,
    placeAt,
    onPointerDown,
    onTrayPointerDown,
    /** Whether a click is only the end of a move. */
    takeVoidClick(): boolean {
      const wasVoid = isClickVoid;
      isClickVoid = false;
      return wasVoid;
    },
  };
}
