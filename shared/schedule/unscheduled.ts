import { foldText } from '../base/fold-text.ts';
import { instantOf, spanOf, type ScheduledSession } from './scheduled-session.ts';
import { speakerNamesOf, type ReferredNames } from './search-text.ts';

/** What a session still lacks to have its place on the board. */
export type Lack = 'start' | 'end' | 'room';

/** What the session lacks; nothing for one that stands on the board. An end before the start is as good as none. */
export function lacksOf(session: ScheduledSession): Lack[] {
  const lacks: Lack[] = [];
  if (instantOf(session.start_date) === undefined) lacks.push('start');
  if (instantOf(session.end_date) === undefined || (lacks.length === 0 && spanOf(session) === undefined)) {
    lacks.push('end');
  }
  if ((session.room_ids ?? []).length === 0) lacks.push('room');
  return lacks;
}

/** Whether the session belongs in the tray. */
export function isUnscheduled(session: ScheduledSession): boolean {
  return lacksOf(session).length > 0;
}

/** What the tray may be sorted by. */
export const TRAY_ORDERS = ['name', 'code', 'speaker', 'type', 'track'] as const;

export type TrayOrder = (typeof TRAY_ORDERS)[number];

/**
 * The sessions in the tray's order: ignoring case and accents, numbers by their value ("Talk 9" before "Talk 10"); those without the thing
 * sorted by come last, equals by name and then id.
 */
export function sortTray<Item extends ScheduledSession>(
  sessions: readonly Item[],
  order: TrayOrder,
  names: ReferredNames,
): Item[] {
  const keyed = sessions.map((session) => ({
    session,
    key: foldText(trayText(session, order, names)),
    name: foldText(session.name),
  }));
  keyed.sort(
    (a, b) =>
      Number(a.key === '') - Number(b.key === '') ||
      byNumbers.compare(a.key, b.key) ||
      byNumbers.compare(a.name, b.name) ||
      (a.session.id < b.session.id ? -1 : 1),
  );
  return keyed.map(({ session }) => session);
}

// Of no language: the order is the same on every laptop. What differs between languages is folded already.
const byNumbers = new Intl.Collator('en', { numeric: true });

function trayText(session: ScheduledSession, order: TrayOrder, { types, tracks, contacts }: ReferredNames): string {
  switch (order) {
    case 'name':
      return session.name;
    case 'code':
      return session.code ?? '';
    case 'speaker':
      return speakerNamesOf(session, contacts)[0] ?? '';
    case 'type':
      return types.get(session.type_id ?? '') ?? '';
    default:
      return tracks.get(session.track_ids?.[0] ?? '') ?? '';
  }
}
