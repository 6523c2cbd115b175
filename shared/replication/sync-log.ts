import { toTimestamp, type Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { because, textOf, type Reason } from '../base/reasons.ts';

export interface LogEntry {
  at: string;
  message: string;
  because: Reason;
}

/** What goes well, and is told by its number, in this order. */
const COUNTED = ['changes_sent', 'sessions_came', 'sessions_changed', 'sessions_removed', 'sessions_disagree'] as const;
export type Counted = (typeof COUNTED)[number];

/** What a sync did, in words. */
export interface SyncLog {
  /** The newest last. */
  readonly entries: readonly LogEntry[];
  tell(what: Reason): void;
  /** Counts what goes well, until it is told. */
  count(what: Counted, number: number): void;
  /** Tells what was counted since the last time; nothing where that is nothing. */
  tellCounted(): void;
}

const LOG_LENGTH = 200;
/** Where nothing else happens, what goes well is told so often of each kind: an event that is worked on by many would leave room for nothing else. */
const TOLD_TOGETHER_MS = 15 * 60 * 1000;

export function createSyncLog(clock: Clock, logger: Logger, facts: Record<string, unknown>): SyncLog {
  const entries: LogEntry[] = [];
  /** Of the last entries, those that count, which may count on. */
  const open = new Map<Counted, { entry: LogEntry; number: number; sinceMs: number }>();
  const counts = new Map<Counted, number>();

  const add = (what: Reason): LogEntry => {
    const entry = { at: toTimestamp(clock()), message: textOf(what), because: what };
    entries.push(entry);
    if (entries.length > LOG_LENGTH) entries.shift();
    return entry;
  };
  return {
    entries,
    tell(what) {
      open.clear();
      logger.info(facts, add(what).message);
    },
    count(what, number) {
      counts.set(what, (counts.get(what) ?? 0) + number);
    },
    tellCounted() {
      for (const code of COUNTED) {
        const number = counts.get(code) ?? 0;
        if (number === 0) continue;
        logger.debug(facts, textOf(because(code, { n: number })));
        const before = open.get(code);
        const goesOn = before !== undefined && clock() - before.sinceMs < TOLD_TOGETHER_MS;
        if (goesOn) entries.splice(entries.indexOf(before.entry), 1);
        const sum = goesOn ? before.number + number : number;
        const sinceMs = goesOn ? before.sinceMs : clock();
        open.set(code, { entry: add(because(code, { n: sum })), number: sum, sinceMs });
      }
      counts.clear();
    },
  };
}
