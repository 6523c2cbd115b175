import { instantOf, spanOf, type ScheduledSession, type Span } from './scheduled-session.ts';

/** What the clash rules look at in a session, ready to be compared. Ids are sorted, each once. */
export interface CheckedSession {
  readonly id: string;
  readonly startMs: number | undefined;
  /** As it is written, also before the start. */
  readonly endMs: number | undefined;
  /** When its rooms and speakers are taken; undefined without a start, or with an end before it. */
  readonly taken: Span | undefined;
  readonly roomIds: readonly string[];
  readonly contactIds: readonly string[];
  /** Without blanks around it; undefined where nothing is left. */
  readonly code: string | undefined;
  readonly capacity: number | undefined;
  readonly registrations: number;
}

/**
 * A session without an end, or of no length, takes a moment, a millisecond: so two that begin together clash, and one that begins as another
 * ends does not.
 */
const MOMENT_MS = 1;

export function checkedSession(session: ScheduledSession): CheckedSession {
  const span = spanOf(session);
  const code = session.code?.trim();
  return {
    id: session.id,
    startMs: instantOf(session.start_date),
    endMs: instantOf(session.end_date),
    taken: span && { startMs: span.startMs, endMs: Math.max(span.endMs, span.startMs + MOMENT_MS) },
    roomIds: distinct(session.room_ids ?? []),
    contactIds: distinct((session.speakers ?? []).map((speaker) => speaker.contact_id)),
    code: code === '' ? undefined : code,
    capacity: session.enable_capacity === true ? session.capacity_options?.capacity : undefined,
    registrations: session.registrations ?? 0,
  };
}

function distinct(ids: readonly string[]): readonly string[] {
  return ids.length < 2 ? ids : [...new Set(ids)].sort();
}
