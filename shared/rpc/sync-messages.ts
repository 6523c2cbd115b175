/** What sync tells of itself, as the renderer shows it: types alone, for sync itself runs in the engine. */
export type { SyncStatus } from '../replication/sync-status.ts';
export type {
  FieldConflict,
  PendingSession,
  RefusedSession,
  Resolution,
  SessionConflict,
} from '../replication/review.ts';
