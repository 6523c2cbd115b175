import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runKillRounds } from './kill-rounds.ts';

/** So many rounds share a data folder and a seed: then one seed is replayed within a minute. */
const ROUNDS_PER_SEED = 20;

/** Kills processes that often, prints what was lost with its seed, keeps those data, and tells whether nothing was. */
export async function soakKills(rounds: number, firstSeed: number): Promise<boolean> {
  const startedAtMs = Date.now();
  let failures = 0;
  for (let done = 0, seed = firstSeed; done < rounds; done += ROUNDS_PER_SEED, seed++) {
    const folder = mkdtempSync(join(tmpdir(), 'offstage-kills-'));
    const wrong = await runKillRounds({ seed, rounds: Math.min(ROUNDS_PER_SEED, rounds - done), folder });
    if (wrong.length === 0) {
      rmSync(folder, { recursive: true });
      continue;
    }
    failures += 1;
    console.log([`seed ${seed}:`, ...wrong.slice(0, 10), `The data: ${folder}`].join('\n  '));
    console.log(`  Alone: npm run soak -- kills ${ROUNDS_PER_SEED} ${seed}`);
  }
  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  console.log(`kills: ${rounds} rounds from seed ${firstSeed}: ${failures} seeds failed, in ${seconds} s`);
  return failures === 0;
}
