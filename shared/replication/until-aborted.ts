import { operationNames, type OperationName, type SessionsApi } from '../contract/operations.ts';

/** Waits for an answer, but gives up at once when the signal says so: what comes of the request then is unknown, as of an answer that is lost. */
export async function untilAborted<Answer>(signal: AbortSignal, answer: Promise<Answer>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const giveUp = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', giveUp, { once: true });
  answer.then(resolve, reject);
  try {
    signal.throwIfAborted();
    return await promise;
  } finally {
    // The signal outlives thousands of calls.
    signal.removeEventListener('abort', giveUp);
  }
}

/** The operations of headquarters, each given up when the signal says so. */
export function operationsUntilAborted(signal: AbortSignal, remote: SessionsApi): SessionsApi {
  const call = async (name: OperationName, request: never): Promise<unknown> => {
    signal.throwIfAborted();
    return await untilAborted(signal, (remote[name] as (request: never) => Promise<unknown>)(request));
  };
  // Each operation answers what the one behind it does, which Object.fromEntries cannot see.
  return Object.fromEntries(
    operationNames.map((name) => [name, async (request: never) => await call(name, request)]),
  ) as unknown as SessionsApi;
}
