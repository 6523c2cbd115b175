import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { clashes } from './clashes.ts';
import { edit } from './edit.ts';
import { eventPage } from './event-page.ts';
import { firstSync } from './first-sync.ts';
import { http } from './http.ts';
import { insert } from './insert.ts';
import { manyClients } from './many-clients.ts';
import { judge, type Costs, type Measure, type Row, type Unit } from './measure.ts';
import { offlineEdits } from './offline-edits.ts';
import { oneChange } from './one-change.ts';
import { pointRead } from './point-read.ts';
import { pouchdb } from './pouchdb.ts';
import { search } from './search.ts';

const MEASURES: readonly Measure[] = [
  insert,
  pointRead,
  eventPage,
  edit,
  search,
  pouchdb,
  http,
  clashes,
  firstSync,
  oneChange,
  offlineEdits,
  manyClients,
];

/** What one of each unit is in microseconds, bytes or whole numbers. */
const ONE: Readonly<Record<Exclude<Unit, '/s'>, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  bytes: 1,
  MiB: 2 ** 20,
  requests: 1,
  edits: 1,
};

const { values, positionals } = parseArgs({
  options: { sizes: { type: 'string' }, seconds: { type: 'string', default: '60' } },
  allowPositionals: true,
});
const givenSizes = values.sizes?.split(',').map(Number);
const seconds = Number(values.seconds);
const unknown = positionals.filter((name) => !MEASURES.some((measure) => measure.name === name));
if (
  unknown.length > 0 ||
  !(givenSizes ?? []).every((size) => Number.isInteger(size) && size >= 1_000) ||
  !(seconds > 0)
) {
  process.stderr.write(
    `Usage: npm run bench -- [measure …] [--sizes 1000,10000,100000] [--seconds 60]
Measures: ${MEASURES.map(({ name }) => name).join(', ')}
`,
  );
  process.exit(2);
}

/** What is measured at, unless it is said otherwise. */
const SIZES = [1_000, 10_000, 100_000];

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
  for (const sessions of givenSizes ?? measure.sizes ?? SIZES) {
    for (const row of await measure.run(sessions, { seconds })) found.push({ sessions, row });
  }
  const lines = [['', 'sessions', 'ours', 'rival', 'ratio', 'wanted', '']];
  for (const { sessions, row } of found) {
    const judged = judge(row);
    const unit = row.unit ?? measure.unit;
    const compared = 'comparison' in row ? row.comparison.ratio : undefined;
    // Of rates, ours over the rival's, as the goals have it.
    const ratio = judged?.found ?? (compared !== undefined && unit === '/s' ? 1 / compared : compared);
    lines.push([
      row.what,
      sessions.toLocaleString('en'),
      show(oursOf(row), unit),
      'comparison' in row ? show(row.comparison.rival, unit) : '',
      ratio?.toFixed(2) ?? '',
      'cost' in row && row.atMost !== undefined
        ? `<= ${inUnit(row.atMost, unit === '/s' ? 'us' : unit)}`
        : (judged?.wanted ?? ''),
      judged === undefined ? '' : judged.met ? 'met' : 'MISSED',
    ]);
  }
  print(`\n${measure.name}: ${measure.title}\nrival: ${measure.rival}\n`);
  printTable(lines);
  print('');
  for (const what of new Set(found.map(({ row }) => row.what))) printGrowth(what, found);
  if (measure.note !== undefined && found.some(({ row }) => judge(row)?.met === false))
    print(`Where it misses: ${measure.note}`);
  print(`(${((performance.now() - startMs) / 1_000).toFixed(0)} s)`);
}

/** How a cost grows from the smallest size to the largest. */
function printGrowth(what: string, found: readonly { sessions: number; row: Row }[]): void {
  const rows = found.filter(({ row }) => row.what === what);
  const [first, last] = [rows[0]!, rows.at(-1)!];
  if (first === last) return;
  const factor = (of: (row: Row) => Costs): string => (of(last.row).median / of(first.row).median).toFixed(2);
  const [from, to] = [first.sessions, last.sessions].map((size) => size.toLocaleString('en'));
  const rival = (row: Row): Costs => ('comparison' in row ? row.comparison.rival : row.cost);
  const rivals = 'comparison' in last.row ? `; the rival's ${factor(rival)} times` : '';
  print(`From ${from} to ${to} sessions, one ${what} comes to cost ${factor(oursOf)} times as much${rivals}.`);
}

function oursOf(row: Row): Costs {
  return 'comparison' in row ? row.comparison.ours : row.cost;
}

function show({ median, least, most }: Costs, unit: Unit): string {
  if (unit === '/s') return `${digits(1e6 / median)} /s (${digits(1e6 / most)}–${digits(1e6 / least)})`;
  const one = ONE[unit];
  return `${inUnit(median, unit)} (${digits(least / one)}–${digits(most / one)})`;
}

function inUnit(cost: number, unit: Exclude<Unit, '/s'>): string {
  return `${digits(cost / ONE[unit])} ${unit}`;
}

/** Three digits at least. */
function digits(value: number): string {
  return value >= 100 || value === 0 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
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
