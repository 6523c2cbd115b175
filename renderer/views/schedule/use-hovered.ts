import { shallowRef } from 'vue';

/** Which session's block is pointed at or has the focus: its clashes are shown. */
export function useHovered() {
  const hovered = shallowRef<string>();

  function sessionOf(event: Event): string | undefined {
    return (event.target as Element).closest<HTMLElement>('[data-id]')?.dataset['id'];
  }

  return {
    hovered,
    onPointerOver(event: PointerEvent): void {
      if (event.pointerType !== 'touch') hovered.value = sessionOf(event);
    },
    onPointerOut(event: PointerEvent): void {
      const to = event.relatedTarget;
      if (!(to instanceof Element) || to.closest('[data-board]') === null) hovered.value = undefined;
    },
    onFocusIn(event: FocusEvent): void {
      hovered.value = sessionOf(event);
    },
    onFocusOut(): void {
      hovered.value = undefined;
    },
  };
}
