// The renderer reads it, and the small zod is a quarter of the whole one.
import { z } from 'zod/mini';

/** What is checked. */
export const CLASH_RULES = [
  'room_overlap',
  'speaker_overlap',
  'speaker_walk',
  'outside_days',
  'room_too_small',
  'end_before_start',
  'duplicate_code',
] as const;

export type ClashRule = (typeof CLASH_RULES)[number];

const strictness = z.enum(['block', 'warn', 'off']);

/** How an event takes each of the rules, as its settings are stored; what is left out has its default. */
export const clashSettings = z.object({
  room_overlap: z._default(strictness, 'block'),
  speaker_overlap: z._default(strictness, 'block'),
  speaker_walk: z._default(strictness, 'warn'),
  outside_days: z._default(strictness, 'warn'),
  room_too_small: z._default(strictness, 'warn'),
  end_before_start: z._default(strictness, 'block'),
  duplicate_code: z._default(strictness, 'warn'),
  /** How long a speaker needs from one room to another. */
  walking_minutes: z._default(z.number().check(z.gte(0), z.lte(240)), 5),
});

export type ClashSettings = z.infer<typeof clashSettings>;
