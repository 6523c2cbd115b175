/** What sync tells of itself, as the renderer shows it: types alone, for sync itself runs in the engine. */
export type { SyncStatus } from '../replication/sync-status.ts';
export type {
  FieldConflict,
  PendingSession,
  RefusedSession,
  Resolution,
  SessionConflict,
} from '../replication/review.ts';

/**
 * What was found of one thing that a person typed in: it is `right`, or `wrong`; `unclear`, where this headquarters does not tell; or
 * `untried`, where something else came between. The message says why, in the user's words.
 */
export type Finding = { state: 'right' | 'untried' } | { state: 'wrong' | 'unclear'; message: string };

/** What trying a headquarters showed. */
export interface UpstreamCheck {
  address: Finding;
  key: Finding;
  tenant: Finding;
  events: { id: string; finding: Finding }[];
  /** The events there, to choose from; absent where the server has no catalog to tell them by, as only our hubs do. */
  offered?: { id: string; name: string }[];
}
