import { toPointer } from '../base/json.ts';
import { ContractError } from '../contract/errors.ts';

/** One record of many that cannot be changed as asked. */
export interface Refusal {
  id: string;
  name: string;
  error: ContractError;
}

const MOST_FAULTS = 100;

/** Of a work that is done whole or not at all: which records stood in its way, and why. There is at least one. */
export function refuseAll(nothingDone: string, refusals: readonly Refusal[]): ContractError {
  const [{ name, error }] = refusals as [Refusal];
  const faults = refusals
    .slice(0, MOST_FAULTS)
    .map(({ id, name, error }) => ({ path: toPointer([id]), message: `“${name}”: ${error.message}` }));
  const others = refusals.length === 1 ? '' : ` And ${refusals.length - 1} more.`;
  return new ContractError(error.kind, `${nothingDone} “${name}”: ${error.message}${others}`, { faults });
}
