// `npm test`: installs, lints, checks types and structure, builds, and runs all tests. The last line is `N passed, N failed`.
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environment, install, projectNode, run, runAside } from '../electron/prepare.mjs';

install();

const checks = [
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'lint of the screens', command: 'eslint', args: ['renderer', '--max-warnings', '0'] },
  { name: 'types', command: 'vue-tsc', args: ['--noEmit'] },
  { name: 'dead code', command: 'knip', args: [] },
  { name: 'build', command: 'electron-vite', args: ['build', '--logLevel', 'warn'] },
];

const counts = { passed: 0, failed: 0, skipped: 0 };
// At once: most of them use one processor only.
await Promise.all(
  checks.map(async ({ name, command, args }) => {
    const { code, output } = await runAside(command, args);
    console.log(`\n— ${name}\n${output}`);
    if (code === 0) counts.passed += 1;
    else {
      counts.failed += 1;
      console.error(`${name} failed`);
    }
  }),
);

console.log('\n— tests');
const folder = mkdtempSync(join(roomForFiles(), 'offstage-test-'));
const report = join(folder, 'report.json');
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
const reports = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const code = run(projectNode(), [...vitest, ...reports], { env: { ...environment, TMPDIR: folder } });
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
  counts.passed += numPassedTests;
  // A file that cannot be loaded fails without a test of its own.
  counts.failed += Math.max(numFailedTests, code === 0 ? 0 : 1);
  counts.skipped += numPendingTests + numTodoTests;
} catch (error) {
  console.error('The tests left no report:', error.message);
  counts.failed += 1;
}
try {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
} catch (error) {
  console.error('What the tests left could not be removed:', error.message);
}

console.log(
  `\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exit(counts.failed === 0 ? 0 : 1);

/** Where the tests' files lie: in memory where there is room, for a disk that has to sync every commit of thousands of stores is what takes longest. */
function roomForFiles() {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 4 * 1024 ** 3 ? memory : tmpdir();
}
