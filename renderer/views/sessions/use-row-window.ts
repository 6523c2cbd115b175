import { useTimeoutFn } from '@vueuse/core';
import { computed, shallowRef, watchEffect, type Ref } from 'vue';

/** Rows drawn beyond either edge of what is seen. */
const OVERSCAN = 6;

/** After a jump of more rows than those, they are drawn once it has been still for so long, in milliseconds: a frame has time for what is seen. */
const STILL_MS = 80;

/**
 * Which lines of a list of even height are in sight. A slot draws one line for as long as that is in sight, and then another that comes in: scrolling
 * by a line draws one line, whatever the list's length. (A library that can measure uneven heights walks over all of them with each change.)
 */
export function useRowWindow(
  scroller: Readonly<Ref<HTMLElement | null>>,
  count: Readonly<Ref<number>>,
  heightPx: number,
  headPx: number,
) {
  const top = shallowRef(0);
  const viewPx = shallowRef(0);

  watchEffect((onCleanup) => {
    const element = scroller.value;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      viewPx.value = element.clientHeight - headPx;
    });
    observer.observe(element);
    viewPx.value = element.clientHeight - headPx;
    onCleanup(() => observer.disconnect());
  });

  const isJumping = shallowRef(false);
  const { start: whenStill } = useTimeoutFn(() => (isJumping.value = false), STILL_MS, { immediate: false });

  function scrollTo(px: number): void {
    if (Math.abs(px - top.value) > OVERSCAN * heightPx) {
      isJumping.value = true;
      whenStill();
    }
    top.value = px;
  }

  const pool = computed(() => Math.min(count.value, Math.ceil(viewPx.value / heightPx) + 1 + 2 * OVERSCAN));
  const first = computed(() => {
    const seen = Math.floor(top.value / heightPx) - OVERSCAN;
    return Math.max(0, Math.min(seen, count.value - pool.value));
  });
  const isSeen = (at: number): boolean => (at + 1) * heightPx > top.value && at * heightPx < top.value + viewPx.value;

  const slots = computed<readonly number[]>((before) =>
    Array.from({ length: pool.value }, (_, slot) => {
      const ahead = (slot - (first.value % pool.value) + pool.value) % pool.value;
      const at = first.value + ahead;
      return isJumping.value && !isSeen(at) && before?.length === pool.value ? before[slot]! : at;
    }),
  );

  return {
    /** The line of each slot. */
    slots,
    /** Which slot draws a line that is in sight. */
    slotOf: (at: number): number => at % Math.max(1, pool.value),
    onScroll: (): void => scrollTo(scroller.value?.scrollTop ?? 0),
    /** How many whole lines are seen at once. */
    page: computed(() => Math.max(1, Math.floor(viewPx.value / heightPx) - 1)),
    isInSight: (at: number): boolean => slots.value[at % Math.max(1, pool.value)] === at,
    /** Scrolls as little as it takes to see the line. */
    reveal(at: number): void {
      const element = scroller.value;
      if (element === null) return;
      const lineTop = at * heightPx;
      if (lineTop < element.scrollTop) element.scrollTop = lineTop;
      else if (lineTop + heightPx > element.scrollTop + viewPx.value) {
        element.scrollTop = lineTop + heightPx - viewPx.value;
      }
      scrollTo(element.scrollTop);
    },
  };
}
