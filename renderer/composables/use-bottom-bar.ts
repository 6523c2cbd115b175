import { useEventListener, useResizeObserver } from '@vueuse/core';
import { onBeforeUnmount, type Ref } from 'vue';

/** Tells how far up from the window's lower edge a bar of buttons reaches, so that notices stand above it. */
export function useBottomBar(bar: Readonly<Ref<HTMLElement | null>>): void {
  const { style } = document.documentElement;
  const measure = (): void => {
    const top = bar.value?.getBoundingClientRect().top ?? window.innerHeight;
    style.setProperty('--bottom-bar', `${Math.max(0, window.innerHeight - top)}px`);
  };
  useResizeObserver(bar, measure);
  useEventListener('resize', measure);
  onBeforeUnmount(() => style.removeProperty('--bottom-bar'));
}
