import type { Temporal as TemporalApi } from 'temporal-polyfill';

/**
 * The platform's own Temporal; where it has none (Node 24, older browsers), the polyfill, which then is a chunk of its own: Chromium
 * never loads it.
 */
export const Temporal: typeof TemporalApi =
  (globalThis as { Temporal?: typeof TemporalApi }).Temporal ?? (await import('temporal-polyfill')).Temporal;
