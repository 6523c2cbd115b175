import { expect, test } from 'vitest';

import { runKillRounds } from '../soak/kill-rounds.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** `KILL_SEED` is the seed and `KILL_ROUNDS` how often it kills; `npm run soak -- kills` does more. */
const SEED = Number(process.env['KILL_SEED'] ?? 1);
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 20);

test(
  `a host that is killed in the middle of everything keeps what it acknowledged, and opens again (seed ${SEED})`,
  { timeout: 60_000 + ROUNDS * 20_000 },
  async () => {
    expect(await runKillRounds({ seed: SEED, rounds: ROUNDS, folder: temporaryFolder() })).toEqual([]);
  },
);
