/** Milliseconds since the Unix epoch, now. Passed in wherever time matters, so that a test can rule it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** ISO-8601 in UTC with milliseconds, the form of every time stamp that we make (contract.md). */
export function toTimestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
