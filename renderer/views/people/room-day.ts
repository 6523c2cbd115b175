import type { ScheduledSession, Span } from '../../../shared/schedule/scheduled-session.ts';

/** What is shorter is no free time: people have to leave and others to come in. */
const LEAST_FREE_MS = 15 * 60_000;

/** A part of a room's day: a session, or time in which nothing takes place. */
export type RoomPart<Item extends ScheduledSession> = Span &
  ({ readonly kind: 'session'; readonly session: Item } | { readonly kind: 'free' });

/**
 * A room's day from first to last: its sessions, and the free times between them within the span.
 * @param pieces what takes place in the room, by begin
 */
export function roomDay<Item extends ScheduledSession>(
  pieces: readonly (Span & { readonly session: Item })[],
  { startMs, endMs }: Span,
): RoomPart<Item>[] {
  const parts: RoomPart<Item>[] = [];
  let freeFromMs = startMs;
  const addFree = (untilMs: number): void => {
    if (untilMs - freeFromMs >= LEAST_FREE_MS) parts.push({ kind: 'free', startMs: freeFromMs, endMs: untilMs });
  };
  for (const { session, startMs: from, endMs: to } of pieces) {
    addFree(from);
    parts.push({ kind: 'session', session, startMs: from, endMs: to });
    freeFromMs = Math.max(freeFromMs, to);
  }
  addFree(endMs);
  return parts;
}
