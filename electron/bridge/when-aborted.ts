/** Waits until a call is given up, or its window is gone; for ever where nothing can tell. */
export async function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
