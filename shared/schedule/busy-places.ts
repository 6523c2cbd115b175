import type { CheckedSession } from './checked-session.ts';
import type { ClashRules } from './clash-rules.ts';
import type { ClashRule } from './clash-settings.ts';
import type { Span } from './scheduled-session.ts';
import type { TakenPlaces } from './taken-places.ts';

/** A stretch of begins: a session that begins in it would clash by this rule, with those sessions. */
export interface BusyStretch extends Span {
  readonly rule: ClashRule;
  readonly severity: 'block' | 'warn';
  /** The others. */
  readonly sessionIds: readonly string[];
}

/** By room: when a session must not begin there. Stretches are in no order, and may overlap. */
export type BusyPlaces = ReadonlyMap<string, readonly BusyStretch[]>;

/**
 * When, within the window, the session must not begin in each of these rooms: see `ClashIndex.busyPlaces`. A session that takes [start, end)
 * forbids another of length L every begin in (start − L, end); in whole milliseconds, from start − L + 1 up to end.
 */
export function findBusyPlaces(
  session: CheckedSession,
  window: Span,
  roomIds: readonly string[],
  { rules, places }: { rules: ClashRules; places: TakenPlaces },
): BusyPlaces {
  const lengthMs = session.taken === undefined ? 1 : session.taken.endMs - session.taken.startMs;
  const reach = { startMs: window.startMs, endMs: window.endMs + lengthMs };
  const found = new Map<string, BusyStretch[]>();
  const add = (roomId: string, rule: ClashRule, span: Span, sessionIds: readonly string[]): void => {
    const startMs = Math.max(span.startMs, window.startMs);
    const endMs = Math.min(span.endMs, window.endMs);
    const severity = rules.severityOf(rule);
    if (startMs < endMs && severity !== 'off') found.get(roomId)!.push({ rule, severity, startMs, endMs, sessionIds });
  };
  for (const roomId of roomIds) {
    found.set(roomId, []);
    for (const span of rules.outsideBegins(window, lengthMs)) add(roomId, 'outside_days', span, []);
    if (rules.isTooSmall({ ...session, roomIds: [roomId] })) add(roomId, 'room_too_small', window, []);
    places.visit('rooms', roomId, reach, ({ id, taken }) => {
      const span = { startMs: taken.startMs - lengthMs + 1, endMs: taken.endMs };
      if (id !== session.id) add(roomId, 'room_overlap', span, [id]);
    });
  }
  const seen = new Set([session.id]);
  const writtenLengthMs =
    session.taken === undefined ? 0 : (session.endMs ?? session.taken.startMs) - session.taken.startMs;
  for (const contactId of session.contactIds) {
    places.visit('speakers', contactId, reach, (other) => {
      if (seen.has(other.id)) return;
      seen.add(other.id);
      const { startMs, endMs } = other.taken;
      const firstMs = startMs - lengthMs + 1;
      for (const roomId of roomIds) {
        add(roomId, 'speaker_overlap', { startMs: firstMs, endMs }, [other.id]);
        if (other.roomIds.length === 0 || other.roomIds.includes(roomId)) continue;
        const nearMs = startMs - writtenLengthMs - rules.walkMs + 1;
        add(roomId, 'speaker_walk', { startMs: nearMs, endMs: firstMs }, [other.id]);
        add(roomId, 'speaker_walk', { startMs: endMs, endMs: (other.endMs ?? startMs) + rules.walkMs }, [other.id]);
      }
    });
  }
  return found;
}
