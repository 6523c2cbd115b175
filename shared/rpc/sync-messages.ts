import type { Reason } from '../base/reasons.ts';

/** What sync tells of itself, as the renderer shows it: types alone, for sync itself runs in the engine. */
export type { SyncStatus } from '../replication/sync-status.ts';
export type {
  FieldConflict,
  KeptSession,
  PendingSession,
  RefusedSession,
  Resolution,
  SessionConflict,
} from '../replication/review.ts';

/**
 * What was found of one thing that a person typed in: it is `right`, or `wrong`; `unclear`, where this headquarters does not tell; or
 * `untried`, where something else came between. `because` says why, for the app to put into the user's language, and `why` what more is known of it; the message says it in English,
 * with all that is known.
 */
export type Finding =
  | { state: 'right' | 'untried' }
  | { state: 'wrong' | 'unclear'; because: FindingReason; message: string; why?: Reason };

export type FindingReason =
  | 'bad_address'
  | 'unencrypted'
  | 'no_answer'
  | 'not_the_api'
  | 'key_missing'
  | 'key_unknown'
  | 'key_not_sendable'
  | 'key_forbidden'
  | 'asks_to_wait'
  | 'tenant_missing'
  | 'tenant_unknown'
  | 'nothing_known'
  | 'event_unknown'
  | 'event_unknown_or_empty'
  | 'refused';

/** What trying a headquarters showed. */
export interface UpstreamCheck {
  address: Finding;
  key: Finding;
  tenant: Finding;
  events: { id: string; finding: Finding }[];
  /** The events there, to choose from; absent where the server has no catalog to tell them by, as only our hubs do. */
  offered?: { id: string; name: string }[];
}
