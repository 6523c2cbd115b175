// `npm run bench:ui`: what a person waits for, measured in Chromium, each against its rival in the same run. Medians (least to most).
// `npm run bench:ui -- NAME …` runs some of them. It takes the built app: `npm run build` first.
import { cpus } from 'node:os';

import { chromium, type Browser } from 'playwright-core';

import { chromiumOptions } from '../../app/find-chromium.ts';
import { measureBoard } from './board.ts';
import { measureColdStart } from './cold-start.ts';
import { measureJavaScript } from './javascript.ts';
import { measureRemoteEdit } from './remote-edit.ts';
import { measureTable } from './table.ts';

/** One line of the report. */
interface Line {
  what: string;
  ours: string;
  rival?: string;
  found: string;
  wanted: string;
  isMet: boolean;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function shown(values: readonly number[]): string {
  const one = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  return `${one(median(values))} (${one(Math.min(...values))} to ${one(Math.max(...values))})`;
}

/** Ours against the rival's, in milliseconds: so many times as fast. */
function faster(what: string, ours: readonly number[], rival: readonly number[], wanted: number): Line {
  const times = median(rival) / median(ours);
  return {
    what,
    ours: shown(ours),
    rival: shown(rival),
    found: `${times.toFixed(2)} x`,
    wanted: `>= ${wanted} x`,
    isMet: times >= wanted,
  };
}

/** A cost by itself, and the most that it may be. */
function atMost(what: string, values: readonly number[], most: number): Line {
  return { what, ours: shown(values), found: '', wanted: `<= ${most}`, isMet: median(values) <= most };
}

const measures: Readonly<Record<string, (browser: Browser) => Promise<Line[]>>> = {
  async board() {
    const { name, sessions, ours, rival } = await measureBoard();
    const of = (rounds: typeof ours, cost: keyof (typeof ours)[number]): number[] => rounds.map((round) => round[cost]);
    return [
      faster(
        `board of ${sessions} sessions (${name}): data in hand to painted, ms`,
        of(ours, 'openMs'),
        of(rival, 'openMs'),
        3,
      ),
      faster('drag across it in 20 steps, ms of work', of(ours, 'dragMs'), of(rival, 'dragMs'), 2),
      atMost('longest frame while dragging, ms', of(ours, 'longestFrameMs'), 50),
    ];
  },
  async table() {
    const { ours, rival } = await measureTable();
    const of = (rounds: typeof ours, cost: keyof (typeof ours)[number]): number[] => rounds.map((round) => round[cost]);
    return [
      faster('table of 25,000: open, ms', of(ours, 'openMs'), of(rival, 'openMs'), 2),
      faster('scroll end to end, ms of work', of(ours, 'scrollMs'), of(rival, 'scrollMs'), 2),
      faster('a keystroke of the search, ms of work', of(ours, 'keystrokeMs'), of(rival, 'keystrokeMs'), 2),
      atMost('longest frame while scrolling, ms', of(ours, 'longestFrameMs'), 50),
    ];
  },
  async 'remote-edit'(browser) {
    return [atMost('from an edit at the hub to the changed cell, ms', await measureRemoteEdit(browser), 300)];
  },
  async 'cold-start'(browser) {
    const { ours, rival } = await measureColdStart(browser);
    const times = median(ours) / median(rival);
    return [
      {
        what: 'cold start to the first board: 25,000 sessions against 250, ms',
        ours: shown(ours),
        rival: shown(rival),
        found: `${times.toFixed(2)} of its time`,
        wanted: '<= 2',
        isMet: times <= 2,
      },
    ];
  },
  async javascript(browser) {
    return [atMost('JavaScript sent to open the board, gzipped kB', [(await measureJavaScript(browser)) / 1_000], 250)];
  },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(measures, name));
if (unknown.length > 0) {
  process.stderr.write(`There is no measure ${unknown.join(', ')}; there are: ${Object.keys(measures).join(', ')}.\n`);
  process.exit(2);
}
process.stdout.write(`Chromium, ${cpus().length} × ${cpus()[0]?.model.trim()}; medians (least to most)\n\n`);
const browser = await chromium.launch(chromiumOptions());
for (const [name, measure] of Object.entries(measures)) {
  if (names.length > 0 && !names.includes(name)) continue;
  for (const { what, ours, rival = '', found, wanted, isMet } of await measure(browser)) {
    process.stdout.write(
      `${what}\n    ours ${ours}${rival === '' ? '' : `, rival ${rival}`}: ${found} wanted ${wanted} ${isMet ? 'met' : 'MISSED'}\n`,
    );
  }
}
await browser.close();
