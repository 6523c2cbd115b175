import { availableParallelism } from 'node:os';

import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

/** Folders whose tests leave nothing behind in the process that runs them. */
const TOGETHER = [
  'architecture',
  'bridge',
  'conformance',
  'contract',
  'demo',
  'interchange',
  'property',
  'renderer',
  'schedule',
  'service',
  'store',
];

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  plugins: [vue()],
  test: {
    exclude: ['test/bench/**'],
    pool: 'forks',
    // One more than there are processors: the tests wait for browsers, hubs and the disk half of the time.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes when the machine has time for it.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      // Tests that keep to themselves share a worker's modules, which saves loading them anew for each file.
      { extends: true, test: { name: 'together', isolate: false, include: inFolders(TOGETHER) } },
      {
        extends: true,
        test: {
          name: 'apart',
          globalSetup: 'test/app/demo-folder.ts',
          include: ['test/**/*.test.ts'],
          exclude: inFolders(TOGETHER),
        },
      },
    ],
  },
});

function inFolders(names: readonly string[]): string[] {
  return names.map((name) => `test/${name}/**/*.test.ts`);
}
