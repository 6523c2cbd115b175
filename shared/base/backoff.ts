/** How long to wait between tries, in milliseconds. */
export interface BackoffBounds {
  firstMs: number;
  maxMs: number;
}

/**
 * How long to wait before the next try: exponential with full jitter, so that laptops that lost one server together do not come back
 * together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param failures how many tries have failed in a row, at least 1
 * @param random a number from 0 up to 1
 */
export function backoffMs(failures: number, random: number, { firstMs, maxMs }: BackoffBounds): number {
  return Math.round(random * Math.min(maxMs, firstMs * 2 ** (failures - 1)));
}
