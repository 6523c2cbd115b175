import type { Rect } from './board-geometry.ts';

const GAP_PX = 8;

/**
 * Where a card of this size stands beside a block: to the right of it or, where there is no room for it, to the left, and always within what is seen as
 * far as it fits.
 */
export function placeBeside(
  block: Rect,
  card: { readonly width: number; readonly height: number },
  seen: Rect,
): { x: number; y: number } {
  const right = block.x + block.width + GAP_PX;
  const left = block.x - GAP_PX - card.width;
  const isRight = right + card.width <= seen.x + seen.width || left < seen.x;
  const clamp = (at: number, from: number, to: number): number => Math.max(from, Math.min(at, to));
  return {
    x: clamp(isRight ? right : left, seen.x, seen.x + seen.width - card.width),
    y: clamp(block.y, seen.y, seen.y + seen.height - card.height),
  };
}
