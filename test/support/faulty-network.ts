import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import {
  operationNames,
  type OperationName,
  type RequestOf,
  type ResponseOf,
  type SessionsApi,
} from '../../shared/contract/operations.ts';
import type { Random } from './random.ts';

/** What may happen to one call. `late` is delivered when the world says so, long after the caller gave up. */
const faults = [
  'request lost',
  'response lost',
  'late',
  'duplicate',
  'failed before',
  'failed after',
  'unauthorized',
  'forbidden',
  'conflict',
  'rate limited',
  'rate limited with Retry-After',
  'captive portal',
  'empty answer',
  'page shift',
  'repeated key',
  'empty list',
  'cut batch',
  'half-applied batch',
] as const;

export type NetworkFault = (typeof faults)[number];

export const networkFaults: readonly NetworkFault[] = faults;

export interface NetworkOptions {
  remote: SessionsApi;
  random: Random;
  /** How probable a fault is now, for each call. */
  faultRate: () => number;
  /** The faults that this world has. */
  faults: readonly NetworkFault[];
  /** Passed before a request leaves and before its answer is heard: others may act meanwhile. */
  pass: (what: string) => Promise<void>;
  /** Takes a request that arrives later. */
  deliverLater: (deliver: () => Promise<void>) => void;
  note: (what: string, fault: NetworkFault | undefined) => void;
}

/** The operations at the other end of a network that fails as its seed says. */
export function createFaultyNetwork(options: NetworkOptions): SessionsApi {
  const { random, note } = options;
  const call = async (name: OperationName, request: unknown): Promise<unknown> => {
    const deliver = async (sent = request): Promise<unknown> =>
      structuredClone(await (options.remote[name] as (request: unknown) => Promise<unknown>)(structuredClone(sent)));
    await options.pass(name);
    const fault = random.chance(options.faultRate()) ? random.pick(options.faults) : undefined;
    note(`${name} ${JSON.stringify(request)}${fault === undefined ? '' : ` !${fault}`}`, fault);
    const answer = await deliverWith(name, request, fault, deliver, options);
    await options.pass(`${name} answered`);
    return answer;
  };
  return Object.fromEntries(
    operationNames.map((name) => [name, async (request: unknown) => await call(name, request)]),
  ) as unknown as SessionsApi;
}

async function deliverWith(
  name: OperationName,
  request: unknown,
  fault: NetworkFault | undefined,
  deliver: (sent?: unknown) => Promise<unknown>,
  { random, deliverLater }: NetworkOptions,
): Promise<unknown> {
  const fail = (kind: ContractError['kind'], retryAfterS?: number): never => {
    throw new ContractError(kind, because('said', { text: `injected: ${fault}` }), { retryAfterS });
  };
  switch (fault) {
    case undefined:
      return await deliver();
    case 'request lost':
      return fail('unreachable');
    case 'response lost':
      await quietly(deliver);
      return fail('unreachable');
    case 'late':
      deliverLater(async () => await quietly(deliver));
      return fail('unreachable');
    case 'duplicate': {
      const first = await deliver();
      await quietly(deliver);
      return first;
    }
    case 'failed before':
      return fail('internal');
    case 'failed after':
      await quietly(deliver);
      return fail('internal');
    case 'unauthorized':
      return fail('unauthorized');
    case 'forbidden':
      return fail('forbidden');
    case 'conflict':
      return fail('missing_reference');
    case 'rate limited':
      return fail('rate_limited');
    case 'rate limited with Retry-After':
      return fail('rate_limited', 30);
    case 'captive portal':
      return fail('unusable_answer');
    case 'empty answer':
      await quietly(deliver);
      return fail('unusable_answer');
    case 'page shift':
      return withItems(await deliver(), (items) => items.filter(() => !random.chance(0.4)));
    case 'repeated key': {
      const page = await deliver();
      return name === 'listSessionsByEvent' || name === 'searchSessions'
        ? { ...(page as object), LastEvaluatedKey: '[0,""]' }
        : page;
    }
    case 'empty list': {
      const page = await deliver();
      return name === 'listSessionsByEvent' ? { Count: 0, Items: [] } : page;
    }
    case 'cut batch': {
      const answer = await deliver();
      if (name !== 'batchSessions') return answer;
      const { results } = answer as { results: unknown[] };
      return { ...(answer as object), results: results.slice(0, random.below(results.length)) };
    }
    case 'half-applied batch': {
      if (name !== 'batchSessions') return await deliver();
      // It breaks off in the middle: so many are done, and of these some are told, or nothing is.
      const { body, ...rest } = request as RequestOf<'batchSessions'>;
      const operations = body.operations.slice(0, random.below(body.operations.length));
      const answer = (await deliver({ ...rest, body: { operations } })) as ResponseOf<'batchSessions'>;
      if (random.chance(0.5)) return fail('internal');
      return { ...answer, results: answer.results.slice(0, random.below(answer.results.length + 1)) };
    }
    default:
      return fault satisfies never;
  }
}

function withItems(page: unknown, change: (items: unknown[]) => unknown[]): unknown {
  const { Items } = page as { Items?: unknown[] };
  return Items === undefined ? page : { ...(page as object), Items: change(Items) };
}

/** Nobody hears what becomes of it: that is the fault. */
async function quietly(deliver: () => Promise<unknown>): Promise<void> {
  try {
    await deliver();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
  }
}
