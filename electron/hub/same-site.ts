import { isLoopback } from '../../shared/base/loopback.ts';
import { ContractError, invalid } from '../../shared/contract/errors.ts';

/**
 * Refuses what a browser was tricked into sending: by another site (`Origin`), or, to a hub that listens on loopback only, under a name
 * that an attacker's DNS pointed here (`Host`). A hub that listens for others answers to whatever name they gave it.
 */
export function requireSameSite(
  listenHost: string,
  hostHeaders: readonly string[] | undefined,
  origin: string | undefined,
): void {
  const [host, ...more] = hostHeaders ?? [];
  if (host === undefined || more.length > 0) throw invalid([{ path: '', message: 'the request must name one Host' }]);
  const url = `http://${host}`;
  const name = URL.canParse(url) ? new URL(url).hostname : undefined;
  if (name === undefined || (isLoopback(listenHost) && !isLoopback(name))) {
    throw new ContractError('forbidden', 'This server is not known by that name.');
  }
  if (origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== new URL(url).host) {
    throw new ContractError('forbidden', 'Other sites may not use this server.');
  }
}
