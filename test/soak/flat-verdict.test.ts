import { expect, test } from 'vitest';

import { findGrowth, type Sample } from './flat-verdict.ts';

const MIB = 1024 * 1024;

/** Forty samples of a process that warms up and then stays as it is, but for what is given. */
function samples(change: (at: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 40 }, (_, at) => ({
    atS: at,
    rss: (at < 8 ? 80 + at * 5 : 120) * MIB,
    heap: 30 * MIB,
    handles: 12,
    files: 30,
    database: 10 * MIB + at * 100 * 1_000,
    log: 16 * MIB,
    changes: at * 100,
    ...change(at),
  }));
}

test.each<[string, (at: number) => Partial<Sample>, string[]]>([
  ['what warms up, swings, and keeps a history', (at) => ({ heap: (30 + (at % 3)) * MIB }), []],
  ['a heap that grows', (at) => ({ heap: (30 + at) * MIB }), ['heap']],
  ['memory outside of the heap', (at) => ({ rss: (120 + at * 4) * MIB }), ['rss']],
  ['a handle for each window', (at) => ({ handles: 12 + at }), ['handles']],
  ['files that stay open', (at) => ({ files: 30 + at }), ['files']],
  ['a log that nothing empties', (at) => ({ log: at * 3 * MIB }), ['the write-ahead']],
  ['a file of whole copies', (at) => ({ database: at * 100 * 8_000 }), ['the file']],
])('%s', (_, change, expected) => {
  const found = findGrowth(samples(change));
  expect(found.map((what) => expected.find((name) => what.startsWith(name)) ?? what)).toEqual(expected);
});
