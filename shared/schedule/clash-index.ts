import type { Clash, ClashChange } from './clash.ts';
import type { ClashSettings } from './clash-settings.ts';
import type { BusyPlaces } from './busy-places.ts';
import type { ScheduledSession, ScheduleRoom, Span } from './scheduled-session.ts';

/** The clashes of one event's sessions, kept up with every edit. */
export interface ClashIndex {
  /** Takes sessions in, in place of what it knew of them, and others out; tells which clashes came and went. */
  update(changed: Iterable<ScheduledSession>, removed?: Iterable<string>): ClashChange;
  /** Every clash there is. */
  all(): IterableIterator<Clash>;
  /** How many there are. */
  readonly size: number;
  /** The clashes that a session has a part in. */
  of(sessionId: string): readonly Clash[];
  /** The clashes that a session would have a part in if it stood so; nothing is changed. */
  candidate(session: ScheduledSession): Clash[];
  /** Where in these rooms the session would clash if it were moved there, in one pass: to be drawn while it is dragged. */
  busyPlaces(session: ScheduledSession, window: Span, roomIds: readonly string[]): BusyPlaces;
}

/** What the rules need beside the sessions; where any of it changes, make another index. */
export interface ClashContext {
  readonly settings: ClashSettings;
  /** From the begin of the event's first day to the end of its last: `ScheduleDays.eventSpan`. */
  readonly eventSpan: Span;
  /** Rooms of the catalog; one that is not there has no known capacity. */
  readonly rooms: Iterable<ScheduleRoom>;
}

export declare function createClashIndex(context: ClashContext): ClashIndex;
