/** Smaller than this, nobody reads it from afar: then it scrolls. */
const SMALLEST = 0.8;
const STEP = 0.05;

/**
 * The largest zoom, in twentieths down from `largest`, at which everything is seen; the smallest where none is small enough. What fits at a zoom
 * is taken to fit at smaller ones: to draw at each would be slow.
 *
 * @param fits draws at a zoom and answers whether nothing is cut
 */
export function fittingZoom(largest: number, fits: (zoom: number) => boolean): number {
  const zoomAt = (step: number): number => Math.round((largest - step * STEP) * 100) / 100;
  let [low, high] = [0, Math.max(0, Math.round((largest - SMALLEST) / STEP))];
  // Mostly it is drawn anew at the zoom that it has.
  if (fits(largest)) return largest;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(zoomAt(middle))) high = middle;
    else low = middle;
  }
  return zoomAt(high);
}
