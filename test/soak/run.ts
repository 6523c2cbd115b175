// `npm run soak`: what takes longer than a test may. Without a part, all of them, one after the other.
import { soakFlatness } from './flatness.ts';
import { soakSeeds } from './simulation-seeds.ts';
import { soakKills } from './soak-kills.ts';

const usage = `Usage: npm run soak [-- PART]

  seeds [COUNT] [START]   the simulation of sync over so many seeds from there on (10000 from 1)
  chain [COUNT] [START]   that of two laptops, the hub that they follow, and headquarters (1000 from 1)
  kills [ROUNDS] [SEED]   a browser host and its headquarters, killed in the middle of everything (200 from 1)
  flat [MINUTES]          memory, handles and files of both while they work (10)
`;

const [part, ...numbers] = process.argv.slice(2);
const [first, second = 1] = numbers.map(Number);
if (numbers.some((text) => !(Number(text) > 0))) fail();

const parts: Readonly<Record<string, () => Promise<boolean>>> = {
  seeds: async () => await soakSeeds('seeds', first ?? 10_000, second),
  chain: async () => await soakSeeds('chain', first ?? 1_000, second),
  kills: async () => await soakKills(first ?? 200, second),
  flat: async () => await soakFlatness(first ?? 10),
};

const chosen = part === undefined ? Object.keys(parts) : [part];
let isGood = true;
for (const name of chosen) {
  const run = Object.hasOwn(parts, name) ? parts[name] : undefined;
  if (run === undefined) fail();
  else isGood = (await run()) && isGood;
}
process.exit(isGood ? 0 : 1);

function fail(): void {
  process.stderr.write(usage);
  process.exit(2);
}
