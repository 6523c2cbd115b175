import { shallowRef, useTemplateRef } from 'vue';

/** Lets the entries of a list be dragged, or moved by the arrow keys at their grips. The list has the ref `rows`. */
export function useReorder(move: (from: number, to: number) => void) {
  const rows = useTemplateRef<HTMLElement>('rows');
  const dragged = shallowRef<number>();
  const target = shallowRef<number>();

  /** The place in the list that a height on the screen stands for. */
  function placeAt(clientY: number): number {
    const entries = [...(rows.value?.children ?? [])];
    const below = entries.findIndex((entry) => {
      const { top, height } = entry.getBoundingClientRect();
      return clientY < top + height / 2;
    });
    return below === -1 ? entries.length : below;
  }

  function begin(event: PointerEvent, at: number): void {
    const grip = event.currentTarget as HTMLElement;
    grip.setPointerCapture(event.pointerId);
    dragged.value = at;
    const follow = ({ clientY }: PointerEvent): void => {
      target.value = placeAt(clientY);
    };
    grip.addEventListener('pointermove', follow);
    grip.addEventListener(
      'lostpointercapture',
      () => {
        grip.removeEventListener('pointermove', follow);
        const to = target.value;
        dragged.value = undefined;
        target.value = undefined;
        if (to === undefined) return;
        const place = to > at ? to - 1 : to;
        if (place !== at) move(at, place);
      },
      { once: true },
    );
  }

  function press(event: KeyboardEvent, at: number, count: number): void {
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0 || to >= count || to === at) return;
    move(at, to);
    // The entry moves with its grip: the focus stays on it only if it is asked for again.
    const grip = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => grip.focus());
  }

  return { rows, dragged, target, begin, press };
}
