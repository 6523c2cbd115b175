import { jsonEqual } from '../../../shared/base/json.ts';
import type { SyncLogEntry } from '../../../shared/rpc/messages.ts';

/** What sync did, once, where it did the same again and again: the newest time, and since when and how often. */
export interface LogLine {
  newest: SyncLogEntry;
  oldest: SyncLogEntry;
  count: number;
}

/** Puts what is said several times in a row into one line. The newest entry comes first, as does the newest line. */
export function foldLog(entries: readonly SyncLogEntry[]): LogLine[] {
  const lines: LogLine[] = [];
  for (const entry of entries) {
    const line = lines.at(-1);
    if (line !== undefined && line.oldest.message === entry.message && jsonEqual(line.oldest.because, entry.because)) {
      line.oldest = entry;
      line.count += 1;
    } else lines.push({ newest: entry, oldest: entry, count: 1 });
  }
  return lines;
}
