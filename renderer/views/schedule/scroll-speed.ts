/** So near to an edge, what is carried makes the board scroll; in pixels. */
const EDGE_PX = 44;
/** The most that is scrolled in one frame, in pixels. */
const MOST_PX = 18;

/** How far to scroll in this frame while the pointer is at `at`, between two edges: more, the nearer it is to one; 0 in the middle. */
export function scrollSpeed(at: number, from: number, to: number): number {
  const intoStart = from + EDGE_PX - at;
  const intoEnd = at - (to - EDGE_PX);
  if (intoStart > 0) return -Math.ceil((Math.min(intoStart, EDGE_PX) / EDGE_PX) * MOST_PX);
  if (intoEnd > 0) return Math.ceil((Math.min(intoEnd, EDGE_PX) / EDGE_PX) * MOST_PX);
  return 0;
}
