/** What a process held at one moment. Sizes in bytes. */
export interface Sample {
  atS: number;
  rss: number;
  /** Of JavaScript, after a collection. */
  heap: number;
  /** What Node waits for: sockets, timers, requests. */
  handles: number;
  /** Open file descriptors; 0 where the system does not tell. */
  files: number;
  database: number;
  /** The write-ahead log. */
  log: number;
  /** Changes that stand in its history. */
  changes: number;
}

const MIB = 1024 * 1024;

/** How much more the last third may hold than the first one of the time after the warm-up: a share, and an amount. */
const allowances = {
  rss: [0.15, 24 * MIB],
  heap: [0.1, 4 * MIB],
  handles: [0, 6],
  files: [0, 6],
} as const;

/** The log is moved into the file at 4,096 pages of 16 KiB, and keeps its size; what is written meanwhile comes on top. */
const MOST_LOG = 96 * MIB;

/** Every change stays in history: so much may it take there, with all that stands beside it. */
const MOST_BYTES_PER_CHANGE = 6 * 1024;

/** What does not stay flat, in words; empty where everything does. The first quarter is warm-up and does not count. */
export function findGrowth(samples: readonly Sample[]): string[] {
  const steady = samples.slice(Math.floor(samples.length / 4));
  const third = Math.max(1, Math.floor(steady.length / 3));
  const [early, late] = [steady.slice(0, third), steady.slice(-third)];
  const found = (Object.keys(allowances) as (keyof typeof allowances)[]).flatMap((name) => {
    const [share, amount] = allowances[name];
    const [before, after] = [early, late].map((some) => median(some.map((sample) => sample[name]))) as [number, number];
    return after > before * (1 + share) + amount
      ? [`${name} grew from ${Math.round(before)} to ${Math.round(after)}`]
      : [];
  });
  const log = Math.max(...samples.map((sample) => sample.log));
  if (log > MOST_LOG) found.push(`the write-ahead log reached ${Math.round(log / MIB)} MiB`);
  const perChange = bytesPerChange(steady);
  if (perChange > MOST_BYTES_PER_CHANGE) found.push(`the file grew by ${Math.round(perChange)} bytes with each change`);
  return found;
}

/** What each change added to the file. */
export function bytesPerChange(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.changes === first.changes) return 0;
  return (last.database - first.database) / (last.changes - first.changes);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
