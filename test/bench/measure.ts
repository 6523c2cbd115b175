import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One round of one side's work: what an operation took, in microseconds. What it does outside `perOperationUs` costs nothing. */
export type Side = (round: number) => number | Promise<number>;

/** How a cost is shown; costs are kept in microseconds, bytes or whole numbers, the less the better. */
export type Unit = 'us' | 'ms' | 's' | '/s' | 'bytes' | 'MiB' | 'requests' | 'edits';

/** What something cost over the rounds. */
export interface Costs {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Two sides that did the same work in turns. */
export interface Comparison {
  readonly ours: Costs;
  readonly rival: Costs;
  /** Our cost over the rival's: the median over the rounds, each of which saw both under the same load of the machine. */
  readonly ratio: number;
}

/** What is wanted of a comparison: our share of the rival's rate, our cost as a multiple of the rival's, or so many times less than it. */
export type Goal = { readonly rateAtLeast: number } | { readonly timeAtMost: number } | { readonly timesLess: number };

/** One line of a measure's table: a comparison with the rival, or a cost by itself, and the most that it may be. */
export type Row = {
  readonly what: string;
  /** How its costs are shown, if unlike the measure's. */
  readonly unit?: Unit;
} & ({ readonly comparison: Comparison; readonly goal?: Goal } | { readonly cost: Costs; readonly atMost?: number });

/** Something that is measured, at any size of the store. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  readonly rival: string;
  /** How the costs of this measure are shown. */
  readonly unit: Unit;
  /** The sizes that it is measured at; those of all measures, if it does not say. */
  readonly sizes?: readonly number[];
  /** Why it may miss what is wanted; told where it does. */
  readonly note?: string;
  /** @param options.seconds how long what is measured over time goes on */
  run(sessions: number, options: { seconds: number }): Promise<Row[]>;
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

/** The comparison of two sides' costs, round by round. */
export function comparisonOf(ours: readonly number[], rival: readonly number[]): Comparison {
  return {
    ours: costsOf(ours),
    rival: costsOf(rival),
    ratio: median(ours.map((cost, round) => cost / rival[round]!)),
  };
}

/** What one of so many operations took, in microseconds. */
export async function perOperationUs(operations: number, work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return ((performance.now() - startMs) * 1_000) / operations;
}

/** What is wanted, what was found, in the goal's own terms, and whether that will do; undefined where nothing is wanted. */
export function judge(row: Row): { found?: number; wanted: string; met: boolean } | undefined {
  if ('cost' in row) {
    const { cost, atMost } = row;
    return atMost === undefined ? undefined : { wanted: `<= ${atMost}`, met: cost.median <= atMost };
  }
  const { comparison, goal } = row;
  if (goal === undefined) return undefined;
  if ('timeAtMost' in goal) {
    const found = comparison.ratio;
    return { found, wanted: `time <= ${goal.timeAtMost}`, met: found <= goal.timeAtMost };
  }
  const found = 1 / comparison.ratio;
  if ('timesLess' in goal) return { found, wanted: `${goal.timesLess} times less`, met: found >= goal.timesLess };
  return { found, wanted: `rate >= ${goal.rateAtLeast}`, met: found >= goal.rateAtLeast };
}

export function costsOf(costs: readonly number[]): Costs {
  return { median: median(costs), least: Math.min(...costs), most: Math.max(...costs) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
