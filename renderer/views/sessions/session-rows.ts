import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { instantOf } from '../../../shared/schedule/scheduled-session.ts';

/** A session as the table sorts and shows it: a session that changes is another row. */
export interface SessionRow {
  readonly id: string;
  readonly session: SessionSummary;
  /** Milliseconds since the Unix epoch. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** What it is sorted by, in the order of the sort. */
  keys: readonly SortKey[];
}

/** Text is compared as it is folded; undefined stands last, whichever the direction. */
export type SortKey = number | string | undefined;

export interface SortBy {
  readonly keyOf: (row: SessionRow) => SortKey;
  readonly isDescending: boolean;
}

/**
 * The rows of an event's sessions, kept sorted with every change: an edit moves its own rows, and no others are compared. Rows that are equal in
 * all that is sorted by stand by begin and then by id, so that the order never depends on how it came about.
 */
export class SessionRows {
  #sorted: SessionRow[] = [];
  readonly #byId = new Map<string, SessionRow>();
  #sort: readonly SortBy[] = [];

  get sorted(): readonly SessionRow[] {
    return this.#sorted;
  }

  find(id: string): SessionRow | undefined {
    return this.#byId.get(id);
  }

  /** Sorts all anew, also by keys that have changed meanwhile. */
  sortBy(sort: readonly SortBy[]): void {
    this.#sort = sort;
    for (const row of this.#sorted) row.keys = this.#keysOf(row);
    this.#sorted.sort(this.#compare);
  }

  /** Begins anew with these sessions. */
  reset(sessions: Iterable<SessionSummary>): void {
    this.#byId.clear();
    this.#sorted = Array.from(sessions, (session) => this.#rowOf(session));
    for (const row of this.#sorted) this.#byId.set(row.id, row);
    this.#sorted.sort(this.#compare);
  }

  /** Takes sessions in, in place of what was known of them, and others out. */
  update(changed: readonly SessionSummary[], removed: readonly string[]): void {
    const gone = new Set<string>(removed);
    for (const { id } of changed) gone.add(id);
    const stay = this.#sorted.filter(({ id }) => !gone.has(id));
    for (const id of removed) this.#byId.delete(id);
    const come = changed.map((session) => this.#rowOf(session));
    for (const row of come) this.#byId.set(row.id, row);
    come.sort(this.#compare);
    this.#sorted = merged(stay, come, this.#compare);
  }

  #rowOf(session: SessionSummary): SessionRow {
    const row: SessionRow = {
      id: session.id,
      session,
      startMs: readInstant(session.start_date),
      endMs: readInstant(session.end_date),
      keys: [],
    };
    row.keys = this.#keysOf(row);
    return row;
  }

  #keysOf(row: SessionRow): SortKey[] {
    return this.#sort.map(({ keyOf }) => keyOf(row));
  }

  readonly #compare = (a: SessionRow, b: SessionRow): number => {
    for (let at = 0; at < this.#sort.length; at++) {
      const order = compareKeys(a.keys[at], b.keys[at], this.#sort[at]!.isDescending);
      if (order !== 0) return order;
    }
    return compareKeys(a.startMs, b.startMs, false) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  };
}

function compareKeys(a: SortKey, b: SortKey, isDescending: boolean): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b === isDescending ? 1 : -1;
}

function merged<Item>(a: readonly Item[], b: readonly Item[], compare: (a: Item, b: Item) => number): Item[] {
  if (b.length === 0) return [...a];
  const all: Item[] = [];
  let from = 0;
  for (const item of b) {
    const to = placeOf(item, a, from, compare);
    for (; from < to; from++) all.push(a[from]!);
    all.push(item);
  }
  for (; from < a.length; from++) all.push(a[from]!);
  return all;
}

/** Where the item belongs in the sorted list, by halves. */
function placeOf<Item>(item: Item, list: readonly Item[], from: number, compare: (a: Item, b: Item) => number): number {
  let [low, high] = [from, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(list[middle]!, item) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sessions of one event begin and end at few instants: each is read once. */
const instants = new Map<string, number | undefined>();
const MAX_INSTANTS = 50_000;

function readInstant(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (instants.has(text)) return instants.get(text);
  if (instants.size >= MAX_INSTANTS) instants.clear();
  const instantMs = instantOf(text);
  instants.set(text, instantMs);
  return instantMs;
}
