import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One round of one side's work: what an operation took, in microseconds. What it does outside `perOperationUs` costs nothing. */
export type Side = (round: number) => number | Promise<number>;

/** What an operation took over the rounds, in microseconds. */
export interface Timing {
  readonly medianUs: number;
  readonly leastUs: number;
  readonly mostUs: number;
}

/** Two sides that did the same work in turns. */
export interface Comparison {
  readonly ours: Timing;
  readonly rival: Timing;
  /** Our time over the rival's: the median over the rounds, each of which saw both under the same load of the machine. */
  readonly timeRatio: number;
}

/** What is wanted of a comparison: our share of the rival's rate, or our time as a multiple of the rival's. */
export type Goal = { readonly rateAtLeast: number } | { readonly timeAtMost: number };

/** One line of a measure's table. */
export interface Row {
  readonly what: string;
  readonly comparison: Comparison;
  readonly goal: Goal;
}

/** Something that is measured, at any size of the store. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  readonly rival: string;
  /** How the times of this measure are shown. */
  readonly unit: 'us' | 'ms' | '/s';
  /** Why it may miss what is wanted; told where it does. */
  readonly note?: string;
  run(sessions: number): Promise<Row[]>;
}

setFlagsFromString('--expose-gc');
/** Before each timing: else one side would pay for what the other has left behind. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Times both sides in turns, ours first in one round and the rival first in the next; the first rounds only warm up. */
export async function compare(ours: Side, rival: Side, { rounds = 15, warmUps = 3 } = {}): Promise<Comparison> {
  const oursUs: number[] = [];
  const rivalUs: number[] = [];
  for (let round = 0; round < warmUps + rounds; round++) {
    const turns: [Side, number[]][] = [
      [ours, oursUs],
      [rival, rivalUs],
    ];
    for (const [side, times] of round % 2 === 0 ? turns : turns.toReversed()) {
      collectGarbage();
      times.push(await side(round));
    }
  }
  return comparisonOf(oursUs.slice(warmUps), rivalUs.slice(warmUps));
}

/** The comparison of two sides' times, round by round. */
export function comparisonOf(oursUs: readonly number[], rivalUs: readonly number[]): Comparison {
  return {
    ours: timingOf(oursUs),
    rival: timingOf(rivalUs),
    timeRatio: median(oursUs.map((timeUs, round) => timeUs / rivalUs[round]!)),
  };
}

/** What one of so many operations took, in microseconds. */
export async function perOperationUs(operations: number, work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return ((performance.now() - startMs) * 1_000) / operations;
}

/** What is wanted, what was found, in the goal's own terms, and whether that will do. */
export function judge({ comparison, goal }: Row): { found: number; wanted: string; met: boolean } {
  if ('rateAtLeast' in goal) {
    const found = 1 / comparison.timeRatio;
    return { found, wanted: `rate >= ${goal.rateAtLeast}`, met: found >= goal.rateAtLeast };
  }
  const found = comparison.timeRatio;
  return { found, wanted: `time <= ${goal.timeAtMost}`, met: found <= goal.timeAtMost };
}

function timingOf(times: readonly number[]): Timing {
  return { medianUs: median(times), leastUs: Math.min(...times), mostUs: Math.max(...times) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
