import { faultAt, toPointer } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';

/** One record of many that cannot be changed as asked. */
export interface Refusal {
  id: string;
  name: string;
  error: ContractError;
}

const MOST_FAULTS = 100;

/** Of a work that is done whole or not at all: which records stood in its way, and why. There is at least one. */
export function refuseAll(
  nothingDone: 'none_changed' | 'none_removed' | 'none_undone' | 'none_redone',
  refusals: readonly Refusal[],
): ContractError {
  const [{ name, error }] = refusals as [Refusal];
  const faults = refusals
    .slice(0, MOST_FAULTS)
    .map(({ id, name, error }) => faultAt(toPointer([id]), because('of_one', { name, why: error.because })));
  const first = because(nothingDone, { name, why: error.because });
  const reason = refusals.length === 1 ? first : because('and_more', { reason: first, n: refusals.length - 1 });
  return new ContractError(error.kind, reason, { faults });
}
