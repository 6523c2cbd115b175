import { jsonEqual, own, type JsonObject } from '../base/json.ts';
import { isServerOwned, type Session } from '../contract/session.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import {
  isEditedAlone,
  type KeptConflict,
  type Refusal,
  type SentChange,
  type SyncState,
} from '../store/sync-state.ts';
import { findSessionFaults } from '../contract/validate-session.ts';
import { fromPlaces, placePointer, toPlaces, valueAt, withValueAt } from './conflict-place.ts';
import { isDerivedId } from './derived-id.ts';
import { fieldsTogether } from './merge-policy.ts';
import type { Conflict, MergedSession } from './merge-fields.ts';
import { mergeSessions } from './merge-sessions.ts';
import { sameVersion, versionOf } from './remote-version.ts';
import { findSettled, resolveConflict } from './resolve-conflict.ts';
import { memberNames, sameValue } from './same-value.ts';
import { agree, agreesWithSent, digestOf, meansTheSame } from './session-digest.ts';
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
  | 'nothing'
  /** Nothing differs from headquarters any more. */
  | 'settle'
  /** The create may have arrived: a listing that counts will tell. */
  | 'find'
  /** The change may have arrived: read the session. */
  | 'read'
  | 'create'
  | 'patch'
  | 'delete';

export function nextStep({ session, sync, deleted }: SessionState): NextStep {
  if (!sync.dirty || sync.refused !== undefined) return 'nothing';
  // Edited here and not there: a person decides. Deleted here: it may be gone on both sides.
  if (sync.absent !== undefined && !deleted) return 'nothing';
  if (sync.sent?.outcome === 'unknown') return sync.remote_id === '' ? 'find' : 'read';
  if (sync.remote_id === '' && deleted) return 'settle';
  const isSame = !deleted && sync.remote_id !== '' && toPatch(sync.base ?? {}, session).length === 0;
  if (isSame) return 'settle';
  if (sync.held === true) return 'nothing';
  if (sync.remote_id === '') return 'create';
  return deleted ? 'delete' : 'patch';
}

/** The state before a request leaves: what is sent is written down first, so that its outcome can be told from others' changes. */
export function sending(state: SessionState, operation: SentChange['operation']): SessionState {
  const { sync, session } = state;
  const content = contentOf(session);
  const states = [...(sync.sent?.states ?? []), content].slice(-MAX_SENT_STATES);
  const made =
    operation === 'create'
      ? { made: [...new Set([...(sync.made ?? []), digestOf(content)])].slice(-MAX_SENT_STATES) }
      : {};
  return { ...state, sync: { ...sync, ...made, sent: { operation, outcome: 'unknown', states } } };
}

/**
 * The state of a record from a backup that was restored: what waited then may have been sent since, so it counts as sent with an unknown
 * outcome, and is not sent again by itself.
 */
export function heldBack(state: SessionState): SessionState {
  const { sync, deleted } = state;
  if (!sync.dirty || sync.refused !== undefined || sync.held === true) return state;
  const operation = deleted ? 'delete' : sync.remote_id === '' ? 'create' : 'patch';
  const { sync: sent } = sending(state, operation);
  return { ...state, sync: { ...sent, held: true } };
}

/** The state once a person says that what waited in the backup is to be sent. */
export function released(state: SessionState): SessionState {
  const { held: _, ...sync } = state.sync;
  return { ...state, sync };
}

/** How many sent states are remembered: a version that stands still that long has taken none of the older ones. */
const MAX_SENT_STATES = 20;

/** The state once it is known that what was sent did not arrive, so far: it still may. */
export function notArrived(state: SessionState): SessionState {
  const { sent } = state.sync;
  if (sent === undefined) return state;
  return { ...state, sync: { ...state.sync, sent: { ...sent, outcome: 'not arrived' } } };
}

/** The state once headquarters turned the last send away before looking at it: it will not arrive. */
export function turnedAway(state: SessionState): SessionState {
  const { sent, ...sync } = state.sync;
  if (sent === undefined) return state;
  const states = sent.states.slice(0, -1);
  return {
    ...state,
    sync: states.length === 0 ? sync : { ...sync, sent: { ...sent, states, outcome: 'not arrived' } },
  };
}

/** What of a state of headquarters' is known beside it. */
export interface Heard {
  /** `answer`: it answers our own send, so what differs from the sent state is headquarters' rewriting, not another's edit. */
  from: 'answer' | 'read';
  /** Headquarters went back to an earlier version: the fields whose last value was written here, and which it may have lost. */
  written?: readonly string[];
}

/** The state once headquarters' state of the session is known. */
export function hear(state: SessionState, heard: JsonObject, how: Heard): SessionState {
  const remote: JsonObject = asSession(heard);
  const { base, mine } = sidesFor(state, remote, how.from);
  return takeIn(withMade(state, remote), remote, base, mine, how);
}

/** The state that also knows what headquarters made of a create of ours: a twin of it that says the same is ours, too. */
function withMade(state: SessionState, remote: JsonObject): SessionState {
  const { made, remote_id: id, sent } = state.sync;
  const isBorn = id === '' && sent?.states.some((content) => agreesWithSent(content, remote)) === true;
  if (made === undefined || !isBorn) return state;
  return { ...state, sync: { ...state.sync, made: [...new Set([...made, digestOf(remote)])] } };
}

/**
 * The state once the session is another one at headquarters, the earlier of two twins. What was in conflict with the one is not with the other:
 * there ours is an edit like any other, of what stood at that place before both.
 *
 * @param base what ours is an edit of: the earlier itself, both as they were made, the later as it was last heard, or undefined where nobody knows
 * @param isLater whether it is the later as it was last heard
 */
export function hearAnother(
  state: SessionState,
  heard: JsonObject,
  base: JsonObject | undefined,
  isLater: boolean,
): SessionState {
  const { sent: _, base: __, version: ___, conflicts: ____, ...sync } = state.sync;
  const open = openConflicts(state).filter(({ pointer }) => pointer !== '');
  const mine = withMine(state);
  const before =
    base === undefined || !isLater
      ? base
      : open.reduce((at, conflict) => withValueAt(at, conflict.pointer, conflict.base), base);
  return takeIn({ ...state, session: toLocal(mine, state.session), sync }, asSession(heard), before, mine, {
    from: 'read',
  });
}

function takeIn(
  state: SessionState,
  remote: JsonObject,
  base: JsonObject | undefined,
  mine: JsonObject,
  { from, written = [] }: Heard,
): SessionState {
  const { session, sync } = state;
  const version = versionOf(remote);
  const known = { ...withoutDoubt(sync), remote_id: String(remote['id']), version };
  const sent = keptSent(sync, version, from);

  if (state.deleted) {
    // Deleted here, unchanged there: the delete still stands. Edited there: the session comes back, and a person decides.
    if (base !== undefined && toPatch(base, remote).length === 0) {
      return { ...state, sync: { ...known, dirty: true, deleted: true, base: remote, ...sent } };
    }
    const { twin, ...back } = clean(known);
    const open = twin === true ? {} : { conflicts: [{ pointer: '', base: contentOf(base ?? session) }] };
    return { session: toLocal(remote, session), deleted: false, sync: { ...back, ...open } };
  }

  const kept = [...openConflicts(state).filter(({ pointer }) => pointer !== ''), ...lostWrites(state, remote, written)];
  const isValid = (candidate: JsonObject): boolean => findSessionFaults(candidate, remote).length === 0;
  const merge = mergeSessions({ base, mine, theirs: remote, kept }, isValid);
  const { merged, conflicts } = base === undefined ? withoutOwn(merge, sync.sent?.states ?? [], isValid) : merge;
  const next = toLocal(merged, session);
  const dirty = toPatch(remote, next).length > 0;
  const { refused, conflicts: _, ...rest } = known;
  const open = conflicts.length > 0 ? { conflicts: conflicts.map(({ theirs: __, ...conflict }) => conflict) } : {};
  if (!dirty) return { session: next, deleted: false, sync: { ...clean(rest), ...sent, ...open } };
  const stillRefused = refused !== undefined && !isLifted(refused, session, remote) ? { refused } : {};
  return { session: next, deleted: false, sync: { ...rest, dirty, base: remote, ...sent, ...stillRefused, ...open } };
}

/** The state once headquarters is proven not to have the session any more. */
export function hearGone(state: SessionState): SessionState {
  const { sync } = state;
  // Where a place is in conflict it shows theirs; theirs is gone, so ours is what is left.
  const mine = withMine(state);
  if (!isEdited(state)) {
    const { absent: _, conflicts: __, twin: ___, ...settled } = clean(sync);
    return { ...state, deleted: true, sync: settled };
  }
  // Deleted there, edited here: shown and marked, until a person decides.
  const { sent: _, refused: __, ...rest } = sync;
  const base = lastHeard(state);
  const conflicts: KeptConflict[] = [{ pointer: '', base: contentOf(base), mine: contentOf(mine) }];
  const session = toLocal(mine, state.session);
  return { ...state, session, sync: { ...rest, dirty: true, base, conflicts, absent: 'deleted at headquarters' } };
}

/** Whether anything here differs from what was last heard of headquarters' session, which is not deleted here. */
export function isEdited(state: SessionState): boolean {
  return !state.deleted && toPatch(lastHeard(state), withMine(state)).length > 0;
}

/** The session with ours wherever it is in conflict. */
function withMine(state: SessionState): JsonObject {
  const open = openConflicts(state).filter(({ pointer }) => pointer !== '');
  return open.reduce<JsonObject>((session, conflict) => resolveConflict(session, conflict, 'mine'), state.session);
}

/** The state once headquarters refused the change for good: it waits to be mended, sent again or discarded. */
export function hearRefusal(state: SessionState, refused: Refusal): SessionState {
  // A refused delete brings the session back at once.
  if (state.deleted) return discard(state);
  // What was sent before this may still arrive, or has, and is ours then.
  const { sent, ...sync } = state.sync;
  const earlier = sent === undefined ? {} : { sent: { ...sent, outcome: 'not arrived' as const } };
  return { ...state, sync: { ...sync, ...earlier, refused } };
}

/** The state once a person gives up what waits: a create goes, a change or a delete returns to headquarters' state. */
export function discard(state: SessionState): SessionState {
  const { twin: _, ...sync } = clean(state.sync);
  if (sync.remote_id === '') return { ...state, deleted: true, sync };
  return { session: toLocal(state.sync.base ?? state.session, state.session), deleted: false, sync };
}

/** The state once nothing of ours differs from headquarters any more. */
export function settled(state: SessionState): SessionState {
  if (nextStep(state) !== 'settle') return state;
  const { sent } = state.sync;
  // What was sent and did not arrive may still, and is then no edit of somebody's.
  return { ...state, sync: { ...clean(state.sync), ...(sent === undefined || state.deleted ? {} : { sent }) } };
}

/** The state of a session that this replica has not seen before. */
export function arrive(remote: JsonObject, localId: string, upstream: string): SessionState {
  const sync: SyncState = { dirty: false, remote_id: String(remote['id']), upstream, version: versionOf(remote) };
  return { session: { ...asSession(remote), id: localId, sys_version: 1 }, sync, deleted: false };
}

/** The state of a twin that is ours to delete: it goes as a delete that nobody here asked for. */
export function bury(remote: JsonObject, upstream: string, atMs: number): SessionState {
  const { session, sync } = arrive(remote, String(remote['id']), upstream);
  const waits = { dirty: true, waitingSinceMs: atMs, deleted: true, twin: true as const, base: asSession(remote) };
  return { session, deleted: true, sync: { ...sync, ...waits } };
}

/** Headquarters' state of a session that is known here, as it was last heard. */
export function lastHeard({ session, sync }: SessionState): JsonObject {
  if (sync.base !== undefined) return { ...sync.base, id: sync.remote_id };
  const { sys_version: _, sys_last_modified_at: __, ...content } = session;
  return { ...content, ...sync.version, id: sync.remote_id };
}

/** Whether headquarters' session is what was sent from here to create this one, and unchanged since. */
export function isOurMaking({ made }: SyncState, remote: JsonObject): boolean {
  return made !== undefined && made.includes(digestOf(remote));
}

/** What a client may set of a session: what is sent, and what is compared. */
export function contentOf(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== 'id' && !isServerOwned(name)));
}

/** The two sides that meet headquarters' state: what ours is an edit of, and ours. */
interface Sides {
  base: JsonObject | undefined;
  mine: JsonObject;
}

function sidesFor({ session, sync }: SessionState, remote: JsonObject, from: 'answer' | 'read'): Sides {
  const states = sync.sent?.states ?? [];
  const last = states.at(-1);
  if (sync.remote_id === '') {
    // Matched anew after a change of headquarters: nothing here is an edit.
    if (!sync.dirty && sync.upstream !== undefined) return { base: session, mine: session };
    const born =
      from === 'answer' && last !== undefined && agree(last, remote)
        ? last
        : states.find((state) => agree(state, remote));
    if (born !== undefined) return onTop(undefined, born, session, remote);
    if (isOurMaking(sync, remote)) return { base: remote, mine: session };
    // Another laptop may have made it of the same file: then nothing is known of what it was before.
    return folded(isDerivedId(session.id) ? undefined : states[0], states, session, remote);
  }
  if (from === 'answer' && last !== undefined) return onTop(sync.base ?? session, last, session, remote);
  return folded(sync.base ?? session, states, session, remote);
}

/**
 * The sides where headquarters answered our own send: at the places that were sent, its value is what it made of ours, and the new base; what was
 * edited since stays on top. At other places a difference is somebody else's edit.
 */
function onTop(base: JsonObject | undefined, sent: JsonObject, mine: JsonObject, remote: JsonObject): Sides {
  const [before, after, ours, theirs] = [toPlaces(base ?? {}), toPlaces(sent), toPlaces(mine), toPlaces(remote)];
  for (const place of memberNames(after, ours, theirs)) {
    const wasSent = base === undefined || !sameValue(own(before, place), own(after, place));
    if (!wasSent) continue;
    const isEdited = !sameValue(own(ours, place), own(after, place));
    put(after, place, own(theirs, place));
    if (!isEdited) put(ours, place, own(theirs, place));
  }
  return { base: fromPlaces(after), mine: fromPlaces(ours) };
}

/**
 * The sides where headquarters was read while something of ours may have arrived: a value of its that means the same as a sent one is ours and no
 * news, so it is in the base; what was edited since stays on top of it.
 */
function folded(
  base: JsonObject | undefined,
  states: readonly JsonObject[],
  mine: JsonObject,
  remote: JsonObject,
): Sides {
  if (base === undefined || states.length === 0) return { base, mine };
  const [before, ours, theirs] = [toPlaces(base), toPlaces(mine), toPlaces(remote)];
  for (const state of states.map(toPlaces)) {
    for (const place of memberNames(before, state, theirs)) {
      const [sent, heard] = [own(state, place), own(theirs, place)];
      if (isServerOwned(place) || !meansTheSame(sent, heard)) continue;
      put(before, place, heard);
      if (sameValue(own(ours, place), sent)) put(ours, place, heard);
    }
  }
  return { base: fromPlaces(before), mine: fromPlaces(ours) };
}

/**
 * A merge without a base asks about every field that differs. Where theirs is what was sent from here it is ours, and no news: what was edited
 * since stays on top of it.
 */
function withoutOwn(
  merge: MergedSession,
  sent: readonly JsonObject[],
  isValid: (session: JsonObject) => boolean,
): MergedSession {
  const isOwn = ({ pointer, theirs }: Conflict): boolean =>
    sent.some((state) => meansTheSame(valueAt(state, pointer), theirs));
  const own = merge.conflicts.filter(isOwn);
  const merged = own.reduce((session, conflict) => resolveConflict(session, conflict, 'mine'), merge.merged);
  return isValid(merged) ? { merged, conflicts: merge.conflicts.filter((conflict) => !isOwn(conflict)) } : merge;
}

function put(object: JsonObject, name: string, value: unknown): void {
  if (value === undefined) delete object[name];
  else object[name] = value;
}

/** What was written here and headquarters lost by going back: a person decides whether it is to be written again. */
function lostWrites({ session, sync }: SessionState, remote: JsonObject, written: readonly string[]): KeptConflict[] {
  const [before, ours, theirs] = [toPlaces(sync.base ?? session), toPlaces(session), toPlaces(remote)];
  const places = memberNames(ours, theirs).filter((place) => place !== 'id' && !isServerOwned(place));
  return places.flatMap((name) => {
    if (!(placeFields.get(name) ?? [name]).some((field) => written.includes(field))) return [];
    const [mine, their] = [own(ours, name), own(theirs, name)];
    // What waits is merged anyway.
    if (sameValue(mine, their) || !sameValue(mine, own(before, name))) return [];
    return [{ pointer: placePointer([name]), base: their, mine }];
  });
}

/** The fields of each place that has several. */
const placeFields: ReadonlyMap<string, readonly string[]> = new Map(
  fieldsTogether.map((fields) => [fields[0], fields] as const),
);

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
function clean(sync: SyncState): SyncState {
  const { base: _, sent: __, deleted: ___, refused: ____, waitingSinceMs: _____, held: ______, ...rest } = sync;
  return { ...rest, dirty: false };
}

/** The conflicts of fields that no edit has settled since: it may be sent already, and part of the base. */
export function openConflicts({ session, sync }: SessionState): KeptConflict[] {
  const kept = sync.conflicts ?? [];
  if (kept.some(({ pointer }) => pointer === '')) return kept;
  const settledSince = sync.base === undefined ? [] : findSettled(kept, sync.base, session);
  return kept.filter((conflict) => !settledSince.includes(conflict));
}

/** A lock that headquarters lifted sends what was refused for it again. */
function isLifted(refused: Refusal, session: Session, remote: JsonObject): boolean {
  return refused.status === 403 && session.sys_locked === true && remote['sys_locked'] !== true;
}

/**
 * What a person is to decide about a session: the conflicts that are open, or, where it was edited after it was kept here alone, all of it, as when
 * headquarters deleted what was edited here.
 */
export function undecided(state: SessionState): KeptConflict[] {
  if (!isEditedAlone(state.sync)) return openConflicts(state);
  return [{ pointer: '', base: contentOf(lastHeard(state)), mine: contentOf(state.session) }];
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
