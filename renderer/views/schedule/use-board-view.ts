import { useElementSize } from '@vueuse/core';
import { computed, nextTick, watch, type ShallowRef } from 'vue';

import { useBoard } from '../../stores/board.ts';
import type { Rect } from './board-geometry.ts';
import { useBoardLayout } from './use-board-layout.ts';

/** The view moves in steps of so many pixels, and blocks are drawn so far around it: to scroll is to draw a strip now and then. */
const STEP_PX = 240;
const MARGIN_PX = 480;

/** Around what is brought into view. */
const REVEAL_MARGIN_PX = 24;

/** What of the board is seen: kept up while it is scrolled and resized, and moved to what is to be seen. */
export function useBoardView(scroller: Readonly<ShallowRef<HTMLElement | null>>) {
  const layout = useBoardLayout();
  const board = useBoard();

  function measure(): void {
    const { value: element } = scroller;
    if (element === null) return;
    const { side, top } = layout.sizes.value;
    const step = (px: number): number => Math.floor(px / STEP_PX) * STEP_PX;
    const [x, y] = [step(element.scrollLeft) - MARGIN_PX, step(element.scrollTop) - MARGIN_PX];
    const width = step(element.clientWidth - side) + STEP_PX + 2 * MARGIN_PX;
    const height = step(element.clientHeight - top) + STEP_PX + 2 * MARGIN_PX;
    const { value: before } = layout.seen;
    if (before.x === x && before.y === y && before.width === width && before.height === height) return;
    layout.seen.value = { x, y, width, height };
  }

  layout.seeBy(() => {
    const { value: element } = scroller;
    if (element === null) return layout.seen.value;
    const { side, top } = layout.sizes.value;
    const [across, down] = [element.clientWidth - side, element.clientHeight - top];
    return { x: element.scrollLeft, y: element.scrollTop, width: across, height: down };
  });

  const { width, height } = useElementSize(scroller);
  watch([width, height], () => {
    if (width.value > 0) layout.space.value = { width: Math.floor(width.value), height: Math.floor(height.value) };
    measure();
  });

  /** How long after the begin of its day the axis begins. */
  const axisOffsetMs = computed(() => (layout.axis.value?.span.startMs ?? 0) - (layout.day.value?.startMs ?? 0));
  // An axis that begins earlier or later must not move what is looked at, and another day is looked at by the same hours.
  watch(axisOffsetMs, (offsetMs, beforeMs) => {
    const moved = ((beforeMs - offsetMs) / 60_000) * (layout.geometry.value?.scale.pxPerMinute ?? 0);
    const by = board.view.isTurned ? { left: moved } : { top: moved };
    void nextTick(() => scroller.value?.scrollBy(by));
  });

  /** Scrolls as little as shows the rectangle. */
  function reveal({ x, y, width: across, height: down }: Rect): void {
    const { value: element } = scroller;
    if (element === null) return;
    const { side, top } = layout.sizes.value;
    const nearest = (at: number, from: number, length: number, room: number): number => {
      if (from - REVEAL_MARGIN_PX < at) return Math.max(0, from - REVEAL_MARGIN_PX);
      const beyond = from + Math.min(length, room - REVEAL_MARGIN_PX) + REVEAL_MARGIN_PX;
      return beyond > at + room ? beyond - room : at;
    };
    element.scrollTo({
      left: nearest(element.scrollLeft, x, across, element.clientWidth - side),
      top: nearest(element.scrollTop, y, down, element.clientHeight - top),
    });
    measure();
  }

  /** The point of the board under a point of the window, in the board's own pixels. */
  function pointAt(clientX: number, clientY: number): { x: number; y: number } {
    const element = scroller.value!;
    const { left, top } = element.getBoundingClientRect();
    const { sizes } = layout;
    return {
      x: clientX - left - sizes.value.side + element.scrollLeft,
      y: clientY - top - sizes.value.top + element.scrollTop,
    };
  }

  return { measure, reveal, pointAt };
}

export type BoardScroll = ReturnType<typeof useBoardView>;
