import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { instantOf } from '../../../shared/schedule/scheduled-session.ts';
import type { ListedKind } from '../../stores/catalog-members.ts';

/** Kinds that a session's summary names; the values of custom fields are too much for it. */
export type SummarisedKind = Exclude<ListedKind, 'custom_fields'>;

const references: Readonly<Record<SummarisedKind, (session: SessionSummary) => readonly string[]>> = {
  contacts: ({ speakers = [] }) => speakers.map(({ contact_id: id }) => id),
  rooms: ({ room_ids: ids = [] }) => ids,
  tracks: ({ track_ids: ids = [] }) => ids,
  session_types: ({ type_id: id }) => [id],
  speaker_types: ({ speakers = [] }) => speakers.map(({ type_id: id }) => id),
};

/** The sessions that refer to each item of a kind, in the order given, each once. */
export function usesOf(
  kind: SummarisedKind,
  sessions: Iterable<SessionSummary>,
): ReadonlyMap<string, SessionSummary[]> {
  const uses = new Map<string, SessionSummary[]>();
  for (const session of sessions) {
    for (const id of references[kind](session)) {
      const held = uses.get(id);
      if (held === undefined) uses.set(id, [session]);
      else if (held.at(-1) !== session) held.push(session);
    }
  }
  return uses;
}

/** By begin, those without a time last; then by name. */
export function inOrder(sessions: readonly SessionSummary[]): SessionSummary[] {
  const keyed = sessions.map((session) => ({
    session,
    startMs: instantOf(session.start_date) ?? Number.POSITIVE_INFINITY,
  }));
  return keyed
    .sort((a, b) => (a.startMs === b.startMs ? 0 : a.startMs - b.startMs) || (a.session.name < b.session.name ? -1 : 1))
    .map(({ session }) => session);
}
