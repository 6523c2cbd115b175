import { z } from 'zod';

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
  room_overlap: strictness.default('block'),
  speaker_overlap: strictness.default('block'),
  speaker_walk: strictness.default('warn'),
  outside_days: strictness.default('warn'),
  room_too_small: strictness.default('warn'),
  end_before_start: strictness.default('block'),
  duplicate_code: strictness.default('warn'),
  /** How long a speaker needs from one room to another. */
  walking_minutes: z.number().min(0).max(240).default(5),
});

export type ClashSettings = z.infer<typeof clashSettings>;
