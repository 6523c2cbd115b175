/** How long work is followed: `onProgress` hears of sessions done and of sessions in all; the signal ends it, where the work says that it can be. */
export interface Following {
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}
