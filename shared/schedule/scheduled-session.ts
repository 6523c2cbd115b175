import { parseInstant } from '../base/date-time.ts';

/**
 * What the rules of the schedule look at: a whole `Session` is one, and so is any summary that has these fields. Field names and date-time
 * strings are the contract's.
 */
export interface ScheduledSession {
  readonly id: string;
  readonly name: string;
  readonly code?: string | undefined;
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly room_ids?: readonly string[] | undefined;
  readonly track_ids?: readonly string[] | undefined;
  readonly type_id?: string | undefined;
  readonly speakers?: readonly SessionSpeakerName[] | undefined;
  readonly enable_capacity?: boolean | undefined;
  readonly capacity_options?: { readonly capacity?: number | undefined } | undefined;
  readonly sold_out?: boolean | undefined;
  /** How many people are registered. Not the contract's: whoever watches the catalog adds it. */
  readonly registrations?: number | undefined;
}

/** A speaker, as far as the schedule knows one. */
interface SessionSpeakerName {
  readonly contact_id: string;
  readonly name?: string | undefined;
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
}

/** The room of the catalog, as far as the schedule knows one. */
export interface ScheduleRoom {
  readonly id: string;
  readonly name: string;
  readonly capacity?: number | undefined;
}

/** From `startMs` up to, not including, `endMs`; in milliseconds since the Unix epoch. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * When a session takes place: undefined without a start that can be read, or where it ends before it starts. Without an end it is taken
 * to have no length: `endMs` is `startMs`.
 */
export function spanOf(session: ScheduledSession): Span | undefined {
  const startMs = instantOf(session.start_date);
  if (startMs === undefined) return undefined;
  const endMs = instantOf(session.end_date) ?? startMs;
  return endMs < startMs ? undefined : { startMs, endMs };
}

export function instantOf(text: string | undefined): number | undefined {
  // A record from headquarters may hold null where nothing was given.
  return typeof text === 'string' ? parseInstant(text) : undefined;
}
