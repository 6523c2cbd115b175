import { z } from 'zod';

const keys = z.record(z.string(), z.string());

/** What the desktop app tells the engine's process; `connect` comes with a port. */
export const toEngine = z.discriminatedUnion('kind', [
  /** Keys to headquarters, by the names of upstreams. */
  z.strictObject({ kind: z.literal('start'), dataDir: z.string(), version: z.string(), keys }),
  z.strictObject({ kind: z.literal('connect') }),
  z.strictObject({ kind: z.literal('keys-kept'), request: z.number() }),
  /** Write what is under way, close the file, and end. */
  z.strictObject({ kind: z.literal('stop') }),
]);

export type ToEngine = z.infer<typeof toEngine>;

/** What the engine's process tells the desktop app. */
export const fromEngine = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  /** All keys, to be kept in place of those before. */
  z.strictObject({ kind: z.literal('keys'), request: z.number(), keys }),
]);

export type FromEngine = z.infer<typeof fromEngine>;
