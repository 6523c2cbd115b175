import { ORPCError } from '@orpc/client';
import { z } from 'zod/mini';

import { faultAt } from '../base/json.ts';
import { because, isReason, type Reason } from '../base/reasons.ts';
import { ContractError, errorKinds, type ErrorKind } from '../contract/errors.ts';

/** What of a `ContractError` goes over the bridge beside its message. */
const carried = z.object({
  kind: z.enum(Object.keys(errorKinds) as [ErrorKind, ...ErrorKind[]]),
  because: z.custom<Reason>(isReason),
  faults: z.array(z.object({ path: z.string(), message: z.string(), because: z.custom<Reason>(isReason) })),
});

/** An input that the bridge's own schemas refuse, as oRPC tells it. */
const badInput = z.object({
  issues: z.array(z.object({ path: z.optional(z.array(z.union([z.string(), z.number()]))), message: z.string() })),
});

/** A failure as it goes over the bridge. */
export function toBridgeError({ kind, because: reason, faults, status, message }: ContractError): Error {
  return new ORPCError(kind, { status, message, data: { kind, because: reason, faults } });
}

/** A failure as the renderer sees it: what the engine threw, or that the engine cannot be reached. */
export function fromBridgeError(error: unknown): unknown {
  if (!(error instanceof ORPCError)) {
    // An aborted call was given up on purpose.
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return new ContractError('unreachable', because('no_engine'), {
      cause: error,
    });
  }
  // A host whose data cannot be read offers only the way to others.
  if (error.code === 'NOT_FOUND') {
    return new ContractError('unreachable', because('data_unreadable'), { cause: error });
  }
  const known = carried.safeParse(error.data);
  if (known.success) return new ContractError(known.data.kind, known.data.because, { faults: known.data.faults });
  const refused = badInput.safeParse(error.data);
  if (!refused.success)
    return new ContractError('internal', because('said', { text: error.message }), { cause: error });
  return ContractError.ofFaults(
    'invalid',
    refused.data.issues.map(({ path = [], message }) =>
      faultAt(path.map((token) => `/${token}`).join(''), because('not_valid', { text: message })),
    ),
  );
}
