import { expect, test } from 'vitest';

import { createWorkProgress } from '../../electron/bridge/work-progress.ts';

test('whoever follows a call hears how far it is, the latest each time, and nobody hears of another', async () => {
  const progress = createWorkProgress();
  const end = new AbortController();
  const told = progress.watch('mine', end.signal);
  const first = told.next();
  const report = progress.reportTo('mine');
  progress.reportTo('other')(9, 9);
  report(1, 3);
  expect(await first).toEqual({ done: false, value: { done: 1, total: 3 } });
  report(2, 3);
  report(3, 3);
  expect(await told.next()).toEqual({ done: false, value: { done: 3, total: 3 } });

  const last = told.next();
  end.abort();
  expect(await last).toEqual({ done: true, value: undefined });
  // A call that nobody follows any more goes on all the same.
  report(3, 3);
  progress.reportTo(undefined)(1, 1);
});
