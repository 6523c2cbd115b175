import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { clashes } from './clashes.ts';
import { http } from './http.ts';
import { edit } from './edit.ts';
import { eventPage } from './event-page.ts';
import { insert } from './insert.ts';
import { judge, type Measure, type Row, type Timing } from './measure.ts';
import { pointRead } from './point-read.ts';
import { pouchdb } from './pouchdb.ts';
import { search } from './search.ts';

const MEASURES: readonly Measure[] = [insert, pointRead, eventPage, edit, search, pouchdb, http, clashes];

const { values, positionals } = parseArgs({
  options: { sizes: { type: 'string', default: '1000,10000,100000' } },
  allowPositionals: true,
});
const sizes = values.sizes.split(',').map(Number);
const unknown = positionals.filter((name) => !MEASURES.some((measure) => measure.name === name));
if (unknown.length > 0 || !sizes.every((size) => Number.isInteger(size) && size >= 1_000)) {
  process.stderr.write(
    `Usage: npm run bench -- [measure …] [--sizes 1000,10000,100000]
Measures: ${MEASURES.map(({ name }) => name).join(', ')}
`,
  );
  process.exit(2);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

print(
  `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}`,
);
print('Medians of rounds in turns (least to most); ratio: median of the ratios within each round.');
for (const measure of MEASURES) {
  if (positionals.length === 0 || positionals.includes(measure.name)) await report(measure);
}

async function report(measure: Measure): Promise<void> {
  const startMs = performance.now();
  const found: { sessions: number; row: Row }[] = [];
  for (const sessions of sizes) {
    for (const row of await measure.run(sessions)) found.push({ sessions, row });
  }
  const lines = [['', 'sessions', 'ours', 'rival', 'ratio', 'wanted', '']];
  for (const { sessions, row } of found) {
    const { found: ratio, wanted, met } = judge(row);
    const { ours, rival } = row.comparison;
    lines.push([
      row.what,
      sessions.toLocaleString('en'),
      show(ours, measure.unit),
      show(rival, measure.unit),
      ratio.toFixed(2),
      wanted,
      met ? 'met' : 'MISSED',
    ]);
  }
  print(`\n${measure.name}: ${measure.title}\nrival: ${measure.rival}\n`);
  printTable(lines);
  print('');
  for (const what of new Set(found.map(({ row }) => row.what))) print(growthOf(what, found));
  if (measure.note !== undefined && found.some(({ row }) => !judge(row).met)) print(`Where it misses: ${measure.note}`);
  print(`(${((performance.now() - startMs) / 1_000).toFixed(0)} s)`);
}

/** How the cost of one operation grows from the smallest store to the largest. */
function growthOf(what: string, found: readonly { sessions: number; row: Row }[]): string {
  const rows = found.filter(({ row }) => row.what === what);
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const factor = (side: 'ours' | 'rival'): string =>
    (last.row.comparison[side].medianUs / first.row.comparison[side].medianUs).toFixed(2);
  const [from, to] = [first.sessions, last.sessions].map((size) => size.toLocaleString('en'));
  return `From ${from} to ${to} sessions, one ${what} comes to cost ${factor('ours')} times as much; the rival's ${factor('rival')} times.`;
}

function show({ medianUs, leastUs, mostUs }: Timing, unit: Measure['unit']): string {
  if (unit === '/s') return `${digits(1e6 / medianUs)} /s (${digits(1e6 / mostUs)}–${digits(1e6 / leastUs)})`;
  const us = unit === 'ms' ? 1_000 : 1;
  return `${digits(medianUs / us)} ${unit} (${digits(leastUs / us)}–${digits(mostUs / us)})`;
}

/** Three digits at least. */
function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

function printTable(lines: readonly string[][]): void {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines) {
    print(
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    );
  }
}
