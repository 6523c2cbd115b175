import { faultAt } from '../../shared/base/json.ts';
import { isLoopback } from '../../shared/base/loopback.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError, invalid } from '../../shared/contract/errors.ts';

const OWN_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

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
  if (host === undefined || more.length > 0) throw invalid([faultAt('', because('one_host'))]);
  // Nearly every request: a name that any hub answers to, and no page that asks.
  if (origin === undefined && OWN_NAME.test(host)) return;
  const url = URL.parse(`http://${host}`);
  if (url === null || (isLoopback(listenHost) && !isLoopback(url.hostname))) {
    throw new ContractError('forbidden', because('other_name'));
  }
  if (origin === undefined) return;
  if (URL.parse(origin)?.host !== url.host) {
    throw new ContractError('forbidden', because('other_site'));
  }
}
