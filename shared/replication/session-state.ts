import { jsonEqual, own, type JsonObject } from '../base/json.ts';
import { isServerOwned, type Session } from '../contract/session.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import type { KeptConflict, Refusal, SentChange, SyncState } from '../store/sync-state.ts';
import { findSessionFaults } from '../service/validate-session.ts';
import { mergeSessions } from './merge-sessions.ts';
import { sameVersion, versionOf } from './remote-version.ts';
import { findSettled } from './resolve-conflict.ts';
import { toPatch } from './to-patch.ts';

/** A session as this replica has it. */
export interface SessionState {
  session: Session;
  sync: SyncState;
  /** Whether it is gone here: deleted, and kept only until headquarters knows. */
  deleted: boolean;
}

export function stateOf(record: Stored<SessionRecord>): SessionState {
  return { session: record.session, sync: record.sync, deleted: record._deleted };
}

/**
 * What is to be done next for a session. Every event changes its state, and then this is asked: so any step can be cut short and
 * taken again.
 */
export type NextStep =
  | { step: 'nothing' }
  /** Nothing differs from headquarters any more. */
  | { step: 'settle' }
  /** The create may have arrived: look for it. */
  | { step: 'find' }
  /** The change may have arrived: read the session. */
  | { step: 'read' }
  | { step: 'create' }
  | { step: 'patch' }
  | { step: 'delete' };

export function nextStep({ session, sync, deleted }: SessionState): NextStep {
  if (!sync.dirty || sync.refused !== undefined || sync.absent !== undefined) return { step: 'nothing' };
  if (sync.sent?.outcome === 'unknown') return { step: sync.remote_id === '' ? 'find' : 'read' };
  if (sync.remote_id === '') return { step: deleted ? 'settle' : 'create' };
  if (deleted) return { step: 'delete' };
  return { step: toPatch(sync.base ?? {}, session).length === 0 ? 'settle' : 'patch' };
}

/** The state before a request leaves: what is sent is written down first, so that its outcome can be told from others' changes. */
export function sending(
  state: SessionState,
  operation: SentChange['operation'],
  listedBefore?: string[],
): SessionState {
  const { sync, session } = state;
  const states = [...(sync.sent?.states ?? []), contentOf(session)].slice(-MAX_SENT_STATES);
  const before = listedBefore ?? sync.sent?.listedBefore;
  const sent = {
    operation,
    outcome: 'unknown' as const,
    states,
    ...(before === undefined ? {} : { listedBefore: before }),
  };
  return { ...state, sync: { ...sync, sent } };
}

/** How many sent states are remembered: a version that stands still that long has taken none of the older ones. */
const MAX_SENT_STATES = 20;

/** The state once it is known that what was sent did not arrive, so far. */
export function notArrived(state: SessionState): SessionState {
  const { sent } = state.sync;
  if (sent === undefined) return state;
  return { ...state, sync: { ...state.sync, sent: { ...sent, outcome: 'not arrived' } } };
}

/**
 * The state once headquarters' state of the session is known.
 *
 * @param from `answer`: it answers our own send, so what differs from the sent state is headquarters' rewriting, not another's edit;
 *   `read`: it was read, and what equals a sent state is ours
 */
export function hear(state: SessionState, heard: JsonObject, from: 'answer' | 'read'): SessionState {
  const remote: JsonObject = asSession(heard);
  const { session, sync } = state;
  const base = baseFor(state, remote, from);
  const version = versionOf(remote);
  const known = { ...withoutDoubt(sync), remote_id: String(remote['id']), version };

  if (state.deleted) {
    // Deleted here, unchanged there: the delete still stands. Edited there: the session comes back, and a person decides.
    if (base !== undefined && toPatch(base, remote).length === 0) {
      return {
        ...state,
        sync: { ...known, dirty: true, deleted: true, base: remote, ...keptSent(sync, version, from) },
      };
    }
    const conflicts: KeptConflict[] = [{ pointer: '', base: contentOf(base ?? session) }];
    return { session: toLocal(remote, session), deleted: false, sync: { ...clean(known), conflicts } };
  }

  const kept = openConflicts(state).filter(({ pointer }) => pointer !== '');
  const isValid = (candidate: JsonObject): boolean => findSessionFaults(candidate, remote).length === 0;
  const { merged, conflicts } = mergeSessions({ base, mine: session, theirs: remote, kept }, isValid);
  const next = toLocal(merged, session);
  const dirty = toPatch(remote, next).length > 0;
  const { refused, conflicts: _, ...rest } = known;
  const open = conflicts.length > 0 ? { conflicts: conflicts.map(({ theirs: __, ...conflict }) => conflict) } : {};
  if (!dirty) return { session: next, deleted: false, sync: { ...clean(rest), ...open } };
  const stillRefused = refused !== undefined && !isLifted(refused, session, remote) ? { refused } : {};
  const sent = keptSent(sync, version, from);
  return { session: next, deleted: false, sync: { ...rest, dirty, base: remote, ...sent, ...stillRefused, ...open } };
}

/** The state once headquarters is proven not to have the session any more. */
export function hearGone(state: SessionState): SessionState {
  const { sync } = state;
  // What had only conflicts left showed theirs, and they deleted it.
  if (state.deleted || !sync.dirty) {
    const { absent: _, conflicts: __, ...settled } = clean(sync);
    return { ...state, deleted: true, sync: settled };
  }
  // Deleted there, edited here: shown and marked, until a person decides.
  const { sent: _, refused: __, ...rest } = sync;
  const conflicts: KeptConflict[] = [{ pointer: '', base: sync.base, mine: contentOf(state.session) }];
  return { ...state, sync: { ...rest, conflicts, absent: 'deleted at headquarters' } };
}

/** The state once headquarters refused the change for good: it waits to be mended, sent again or discarded. */
export function hearRefusal(state: SessionState, refused: Refusal): SessionState {
  // A refused delete brings the session back at once.
  if (state.deleted) return discard(state);
  const { sent: _, ...sync } = state.sync;
  return { ...state, sync: { ...sync, refused } };
}

/** The state once a person gives up what waits: a create goes, a change or a delete returns to headquarters' state. */
export function discard(state: SessionState): SessionState {
  const { sync } = state;
  if (sync.remote_id === '') return { ...state, deleted: true, sync: clean(sync) };
  return { session: toLocal(sync.base ?? state.session, state.session), deleted: false, sync: clean(sync) };
}

/** The state of a session that this replica has not seen before. */
export function arrive(remote: JsonObject, localId: string, upstream: string): SessionState {
  const sync: SyncState = { dirty: false, remote_id: String(remote['id']), upstream, version: versionOf(remote) };
  return { session: { ...asSession(remote), id: localId, sys_version: 1 }, sync, deleted: false };
}

/** What a client may set of a session: what is sent, and what is compared. */
export function contentOf(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== 'id' && !isServerOwned(name)));
}

/** Headquarters' state against which ours is an edit. */
function baseFor({ session, sync }: SessionState, remote: JsonObject, from: 'answer' | 'read'): JsonObject | undefined {
  const states = sync.sent?.states ?? [];
  if (from === 'answer') return states.at(-1) ?? sync.base;
  const base = sync.base ?? (sync.dirty ? states[0] : session);
  if (base === undefined) return undefined;
  // A value of headquarters' that equals a sent one is ours: it is no news, and what was edited since stays on top of it.
  const ours = Object.keys(remote).filter((name) => states.some((state) => jsonEqual(own(state, name), remote[name])));
  const folded = { ...base };
  for (const name of ours) folded[name] = remote[name];
  for (const name of Object.keys(base)) {
    if (remote[name] === undefined && states.some((state) => state[name] === undefined)) delete folded[name];
  }
  return folded;
}

/** What was sent stands while the version has not moved past it: it did not arrive, but still may. */
function keptSent(sync: SyncState, version: SyncState['version'], from: 'answer' | 'read'): { sent?: SentChange } {
  if (from === 'answer' || sync.sent === undefined || !sameVersion(version, sync.version)) return {};
  return { sent: { ...sync.sent, outcome: 'not arrived' } };
}

/** What stays known of a session once headquarters' state of it is. */
function withoutDoubt(sync: SyncState): Omit<SyncState, 'sent' | 'absent'> {
  const { sent: _, absent: __, ...rest } = sync;
  return rest;
}

/** The state of what waits for nothing any more. */
export function clean(sync: SyncState): SyncState {
  const { base: _, sent: __, deleted: ___, refused: ____, waitingSinceMs: _____, ...rest } = sync;
  return { ...rest, dirty: false };
}

/** The conflicts of fields that no edit has settled since: it may be sent already, and part of the base. */
export function openConflicts({ session, sync }: SessionState): KeptConflict[] {
  const kept = sync.conflicts ?? [];
  if (kept.some(({ pointer }) => pointer === '')) return kept;
  const settled = sync.base === undefined ? [] : findSettled(kept, sync.base, session);
  return kept.filter((conflict) => !settled.includes(conflict));
}

/** A lock that headquarters lifted sends what was refused for it again. */
function isLifted(refused: Refusal, session: Session, remote: JsonObject): boolean {
  return refused.status === 403 && session.sys_locked === true && remote['sys_locked'] !== true;
}

/** Headquarters' state under our id, with our count of versions. */
function toLocal(remote: JsonObject, previous: Session): Session {
  const next = { ...asSession(remote), id: previous.id };
  const version = previous.sys_version ?? 0;
  const same = jsonEqual({ ...next, sys_version: version }, previous);
  return { ...next, sys_version: same ? version : version + 1 };
}

/** What headquarters sends is kept as it is, whatever it holds; the options objects are always there. */
function asSession(remote: JsonObject): Session {
  return { capacity_options: {}, registration_question_options: {}, ...remote } as unknown as Session;
}
