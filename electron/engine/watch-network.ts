import { networkInterfaces } from 'node:os';

/** How often the network is looked at, in milliseconds: Node tells nothing by itself. */
const LOOK_MS = 3000;
/** A look that comes so much late, in milliseconds: the machine slept. */
const SLEPT_MS = 20_000;

/**
 * Calls `onReturn` when this machine has an address that it had not at the look before, or wakes from sleep: then a server that was out of reach
 * may be there. Answers what ends it.
 */
export function watchNetwork(onReturn: () => void): () => void {
  let known = new Set(addresses());
  let lookedAtMs = performance.now();
  const timer = setInterval(() => {
    const now = addresses();
    const sleptMs = performance.now() - lookedAtMs - LOOK_MS;
    const isBack = now.some((address) => !known.has(address)) || sleptMs > SLEPT_MS;
    known = new Set(now);
    lookedAtMs = performance.now();
    if (isBack) onReturn();
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

/** The addresses by which this machine is in a network. */
function addresses(): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, found = []]) =>
    found.filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`),
  );
}
