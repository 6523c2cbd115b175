import type { Fault, JsonObject } from '../base/json.ts';
import type { Reason } from '../base/reasons.ts';
import type { OpenAbove } from '../contract/change-feed.ts';
import type { Session } from '../contract/session.ts';

/** A version at headquarters; a server may lack the first (sync.md, "State"). */
export interface RemoteVersion {
  sys_version?: number;
  sys_last_modified_at?: string;
}

/**
 * A request that left, or was about to: written down before it leaves, and kept until the version at headquarters moves past it, since
 * until then it may still arrive.
 */
export interface SentChange {
  operation: 'create' | 'patch' | 'delete';
  /** Unknown until headquarters was read: before that nothing is sent again. */
  outcome: 'unknown' | 'not arrived';
  /** What the session was like in each send since the version last seen moved. */
  states: JsonObject[];
}

/** A field that was changed on both sides; the record shows theirs until a person decides. */
export interface KeptConflict {
  /** A pointer without a leading slash, such as `name` or `speakers/c1/job_title`. */
  pointer: string;
  base?: unknown;
  mine?: unknown;
}

/** A change that headquarters refused for good. */
export interface Refusal {
  status: number;
  message: string;
  because: Reason;
  faults: Fault[];
  atMs: number;
}

/**
 * What a replica knows of a session's state at headquarters (sync.md, "State"). It lives in the session's own record, so that
 * an edit and the knowledge that it is unsent are one write.
 */
export interface SyncState {
  /** Whether anything here is not yet at headquarters. */
  dirty: boolean;
  /** Since when something waits, in milliseconds since the Unix epoch; only while dirty. */
  waitingSinceMs?: number;
  /** Its id there; empty where none is known. */
  remote_id: string;
  /** The upstream that the session belongs to; absent where it has none. */
  upstream?: string;
  version?: RemoteVersion;
  /** Headquarters' state at the last agreement; only while dirty. */
  base?: JsonObject;
  sent?: SentChange;
  /** Digests of what was sent to create the session, where it was made here: a twin of it that says the same is ours to delete. */
  made?: string[];
  /** Deleted because it is the twin of another session, and only as long as nobody changed it. */
  twin?: true;
  /** Deleted here; headquarters has not confirmed it. */
  deleted?: boolean;
  refused?: Refusal;
  conflicts?: KeptConflict[];
  /** Why the session is not where it was: it is kept, and marked so. */
  absent?: 'not visible to this key' | 'not looked for yet' | 'not at headquarters' | 'deleted at headquarters';
  /** It waited in a backup that was restored: whether headquarters has had it is found out, but it is sent only when a person says so. */
  held?: true;
  /** The replica that made the last change which waits, or waited. */
  replica?: string;
  /** What is open about it at the hub that is its upstream, or further up. */
  above?: OpenAbove[];
}

/** The state of a session that no upstream knows of. */
export const LOCAL_ONLY: SyncState = { dirty: false, remote_id: '' };

/** A record as an edit finds it. */
interface Edited {
  session: Session;
  sync: SyncState;
  /** Whether it is what is left of a deleted session. */
  _deleted?: boolean;
}

/**
 * The sync state of a record after an edit here: it waits, and keeps headquarters' state as its base. A refused change that is edited
 * waits to be sent again.
 *
 * @param previous the record before, or a delete's that is taken back; undefined for a new session
 * @param upstream the upstream of the session's event, if it has one
 */
export function afterEdit(previous: Edited | undefined, upstream: string | undefined, atMs: number): SyncState {
  if (previous?.sync.upstream === undefined) {
    return upstream === undefined ? LOCAL_ONLY : { dirty: true, waitingSinceMs: atMs, remote_id: '', upstream };
  }
  if (previous._deleted === true && !previous.sync.dirty) {
    // Headquarters has it no more: made again, it is a new session there.
    const { made } = previous.sync;
    if (upstream === undefined) return LOCAL_ONLY;
    return { dirty: true, waitingSinceMs: atMs, remote_id: '', upstream, ...(made === undefined ? {} : { made }) };
  }
  const { refused: _, deleted: __, twin: ___, ...kept } = previous.sync;
  return waiting(previous, kept, atMs);
}

/** The sync state of a delete: nothing waits for a session that headquarters never heard of. */
export function afterDelete(previous: Edited, atMs: number): SyncState {
  const { refused: _, conflicts: __, ...kept } = previous.sync;
  const heardOf = kept.upstream !== undefined && (kept.remote_id !== '' || kept.sent !== undefined);
  return heardOf ? { ...waiting(previous, kept, atMs), deleted: true } : LOCAL_ONLY;
}

function waiting({ session }: Edited, sync: SyncState, atMs: number): SyncState {
  const since = { dirty: true, waitingSinceMs: sync.waitingSinceMs ?? atMs };
  if (sync.dirty || sync.remote_id === '') return { ...sync, ...since };
  // A clean record is what headquarters has, but for the version, which is counted here.
  const { sys_version: _, sys_last_modified_at: __, ...content } = session;
  return { ...sync, ...since, base: { ...content, ...sync.version } };
}

/**
 * The sync state of a clean record whose event belongs to another upstream now: its sessions are matched anew, by identity. Until a listing
 * shows it, nobody knows whether it is there.
 */
export function unmatched(upstream: string): SyncState {
  return { dirty: false, remote_id: '', upstream, absent: 'not looked for yet' };
}

/** Whether a person's work would be lost if the session went: it is unsent, in conflict, or kept here alone. */
export function holdsWork({ dirty, conflicts, absent }: SyncState): boolean {
  return dirty || conflicts !== undefined || (absent !== undefined && absent !== 'not visible to this key');
}

/** Whether it was edited after it was kept here alone: nothing of that goes by itself, a person decides. */
export function isEditedAlone({ dirty, deleted, refused, absent }: SyncState): boolean {
  return absent === 'not at headquarters' && dirty && deleted !== true && refused === undefined;
}

/** The state of a change that waits, with the replica that made it, where that is another than this one: it is told along the chain. */
export function madeBy(replicaId: string | undefined, known: SyncState): SyncState {
  const { replica: _, ...sync } = known;
  return sync.dirty && replicaId !== undefined ? { ...sync, replica: replicaId } : sync;
}

/** Whether something is open with the upstream: unsent, in conflict, or not where it was. */
export function isUnsettled(sync: SyncState): boolean {
  return sync.dirty || sync.conflicts !== undefined || sync.absent !== undefined;
}
