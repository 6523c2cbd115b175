/**
 * Something in the schedule that cannot be, or hardly. Two clashes with the same `key` are the same: it names the sessions and, of each, just
 * what the rule looks at. An acknowledgement is therefore a key, kept anywhere: it holds until one of the sessions changes in that respect, and
 * not a moment longer, and one that no clash bears any more does no harm.
 */
export type Clash = ClashFacts & {
  readonly key: string;
  readonly severity: 'block' | 'warn';
  /** One session, two, or all that share a code; sorted. */
  readonly sessionIds: readonly string[];
};

/** What a clash is about, by its rule; ids are sorted, times in milliseconds since the Unix epoch. */
export type ClashFacts =
  /** Two sessions in one room at once. */
  | {
      readonly rule: 'room_overlap';
      readonly roomIds: readonly string[];
      readonly startMs: number;
      readonly endMs: number;
    }
  /** A speaker in two sessions at once. */
  | {
      readonly rule: 'speaker_overlap';
      readonly contactIds: readonly string[];
      readonly startMs: number;
      readonly endMs: number;
    }
  /** A speaker with less time between two rooms than it takes: `gapMinutes` of the event's walking minutes. */
  | { readonly rule: 'speaker_walk'; readonly contactIds: readonly string[]; readonly gapMinutes: number }
  /** Begins before the event's first day, or ends after its last. */
  | { readonly rule: 'outside_days' }
  /** The rooms hold fewer people than are registered or, where that is not so, than the session promises to take. */
  | {
      readonly rule: 'room_too_small';
      readonly roomIds: readonly string[];
      readonly seats: number;
      readonly needed: number;
      readonly because: 'registrations' | 'capacity';
    }
  | { readonly rule: 'end_before_start' }
  | { readonly rule: 'duplicate_code'; readonly code: string };

/** What an edit did. A clash whose facts changed has gone, and another has come. */
export interface ClashChange {
  readonly came: readonly Clash[];
  readonly gone: readonly Clash[];
}
