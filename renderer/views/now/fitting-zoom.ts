/** Smaller than this, nobody reads it from afar: then it scrolls. */
const SMALLEST = 0.8;
const STEP = 0.05;

/**
 * The largest zoom, in twentieths down from `largest`, at which everything is seen; the smallest where none is small enough.
 * @param fits draws at a zoom and answers whether nothing is cut
 */
export function fittingZoom(largest: number, fits: (zoom: number) => boolean): number {
  const steps = Math.max(0, Math.round((largest - SMALLEST) / STEP));
  for (let step = 0; step <= steps; step++) {
    const zoom = Math.round((largest - step * STEP) * 100) / 100;
    if (fits(zoom)) return zoom;
  }
  return Math.min(largest, SMALLEST);
}
