import { expect, test } from 'vitest';

import { foldLog } from '../../renderer/views/sync/fold-log.ts';
import type { SyncLogEntry } from '../../shared/rpc/messages.ts';

const entry = (minute: number, code: string, values?: object): SyncLogEntry =>
  ({
    at: `2026-02-01T09:0${minute}:00.000Z`,
    message: code,
    because: { code, ...(values === undefined ? {} : { values }) },
  }) as SyncLogEntry;

test('what happened several times in a row is one line, with how often and since when', () => {
  const entries = [
    entry(9, 'reads_again'),
    entry(8, 'no_answer'),
    entry(7, 'no_answer'),
    entry(6, 'no_answer'),
    entry(5, 'refused_there', { why: 'a' }),
    entry(4, 'refused_there', { why: 'b' }),
    entry(3, 'no_answer'),
  ];
  expect(
    foldLog(entries).map(({ newest, oldest, count }) => [newest.because.code, newest.at, oldest.at, count]),
  ).toEqual([
    ['reads_again', entries[0]!.at, entries[0]!.at, 1],
    ['no_answer', entries[1]!.at, entries[3]!.at, 3],
    ['refused_there', entries[4]!.at, entries[4]!.at, 1],
    ['refused_there', entries[5]!.at, entries[5]!.at, 1],
    ['no_answer', entries[6]!.at, entries[6]!.at, 1],
  ]);
});
