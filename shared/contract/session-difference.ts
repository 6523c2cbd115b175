import type { FieldChange } from './session-history.ts';
import type { SessionFields } from './session.ts';

/** The fields by which a list of changes tells a session. */
export const differenceFields = [
  'name',
  'code',
  'start_date',
  'end_date',
  'room_ids',
  'speakers',
  'hide_from_schedule',
] as const satisfies readonly (keyof SessionFields)[];

/** A session at one moment, as far as a list of changes tells it. */
export type DifferenceSide = Pick<SessionFields, (typeof differenceFields)[number]>;

/** What became of a session between a moment and now, whatever happened in between. */
export interface SessionDifference {
  id: string;
  /** `moved`: to another time or room, whatever else was changed; `cancelled`: deleted, or taken to another event. */
  kind: 'added' | 'moved' | 'changed' | 'cancelled';
  /** As it was; absent of one that was added. */
  before?: DifferenceSide;
  /** As it is; absent of one that was cancelled. */
  now?: DifferenceSide;
  /** Of one that was moved or changed: the fields that differ, in the session's order, but for those that only the server sets. */
  changes: FieldChange[];
}

/** How an event differs from what it was at a moment. */
export interface EventDifferences {
  /** By kind, in the order of `differenceKinds`; within it by time. */
  differences: SessionDifference[];
  /** Whether the event came to this computer after the moment: what changed before it came is not known, and not told. */
  isNewHere: boolean;
}

export const differenceKinds = [
  'added',
  'moved',
  'changed',
  'cancelled',
] as const satisfies readonly SessionDifference['kind'][];
