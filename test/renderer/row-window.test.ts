// @vitest-environment happy-dom
import { expect, onTestFinished, test, vi } from 'vitest';
import { effectScope, shallowRef } from 'vue';

import { useRowWindow } from '../../renderer/views/sessions/use-row-window.ts';

const ROW_PX = 10;

/** A list of 1,000 lines of which ten are seen. */
function openWindow() {
  const scroller = document.createElement('div');
  Object.defineProperty(scroller, 'clientHeight', { value: 100 });
  const view = effectScope().run(() => useRowWindow(shallowRef(scroller), shallowRef(1_000), ROW_PX, 0))!;
  const scrollTo = (line: number): void => {
    scroller.scrollTop = line * ROW_PX;
    view.onScroll();
  };
  const drawn = (): number[] => view.slots.value.toSorted((a, b) => a - b);
  const linesFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, at) => first + at);
  return { view, scrollTo, drawn, linesFrom };
}

test('what is seen is drawn, and some lines beyond either edge', () => {
  const { scrollTo, drawn, linesFrom } = openWindow();
  expect(drawn()).toEqual(linesFrom(0, 23));
  scrollTo(3);
  scrollTo(9);
  expect(drawn()).toEqual(linesFrom(3, 23));
});

test('a jump draws what is seen, and what is beyond the edges once it is still', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { view, scrollTo, drawn, linesFrom } = openWindow();
  expect(drawn()).toEqual(linesFrom(0, 23));
  for (const line of [300, 600]) {
    scrollTo(line);
    expect(drawn().filter((at) => at >= line - 6 && at < line + 17)).toEqual(linesFrom(line, 10));
    expect([view.isInSight(line), view.isInSight(line - 1)]).toEqual([true, false]);
  }
  vi.advanceTimersByTime(100);
  expect(drawn()).toEqual(linesFrom(594, 23));
});
