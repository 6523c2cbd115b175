import { shallowRef } from 'vue';

/** A block on the board, and the session it is of. */
export interface HoveredBlock {
  readonly id: string;
  readonly key: string;
}

/** Which block is pointed at or has the focus: what there is to know of it is shown. */
export function useHovered() {
  const hovered = shallowRef<HoveredBlock>();

  function blockOf(event: Event): HoveredBlock | undefined {
    const { id, key } = (event.target as Element).closest<HTMLElement>('[data-id]')?.dataset ?? {};
    return id === undefined || key === undefined ? undefined : { id, key };
  }

  function hover(block: HoveredBlock | undefined): void {
    if (block?.key !== hovered.value?.key) hovered.value = block;
  }

  return {
    hovered,
    onPointerOver(event: PointerEvent): void {
      if (event.pointerType !== 'touch') hover(blockOf(event));
    },
    onPointerOut(event: PointerEvent): void {
      const to = event.relatedTarget;
      if (!(to instanceof Element) || to.closest('[data-board]') === null) hover(undefined);
    },
    onFocusIn(event: FocusEvent): void {
      hover(blockOf(event));
    },
    onFocusOut(): void {
      hover(undefined);
    },
  };
}
