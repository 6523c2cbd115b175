import jsonPatch from 'fast-json-patch';

import { OWN_ID_PREFIX } from '../base/ids.ts';
import { isJsonObject, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import type { SessionFields } from '../contract/session.ts';
import type { StoreChange } from '../store/open-store.ts';
import type { HistoryRecord, SessionRecord, Stored } from '../store/records.ts';
import { isDerivedId } from './derived-id.ts';
import { knownNow, type KnownRecords } from './known-records.ts';
import { isOlder, sameVersion, versionOf } from './remote-version.ts';
import {
  arrive,
  bury,
  hear,
  hearAnother,
  isOurMaking,
  lastHeard,
  nextStep,
  stateOf,
  type Heard,
  type SessionState,
} from './session-state.ts';
import { findRecord, HEADQUARTERS, settle, settleNew, type SyncContext } from './sync-context.ts';

/** A state of headquarters' as it was read; `proven`: consistently. */
export interface Read {
  state: SessionFields;
  proven: boolean;
}

/**
 * Takes in many states as `take` does each. What is here already is looked up for all of them at once, and those that are nowhere here are written
 * together: most of a first sync's sessions, and to ask for each took half of its time.
 *
 * @param found what was known here under the ids that the states have at headquarters, before they were read
 */
export function takeAll(context: SyncContext, change: StoreChange, states: readonly Read[], found: KnownRecords): void {
  const { tenantId } = context;
  const remoteIds = new Set(knownNow(change, tenantId, found).byRemoteId.keys());
  const localIds = new Set(
    change
      .findRecords(
        tenantId,
        states.map(({ state }) => localIdOf(state)),
      )
      .map(({ session }) => session.id),
  );
  const arrivals: SessionState[] = [];
  const others: Read[] = [];
  for (const read of states) {
    const { state } = read;
    const [remoteId, localId] = [String(state.id), localIdOf(state)];
    if (remoteIds.has(remoteId) || localIds.has(localId)) others.push(read);
    else {
      remoteIds.add(remoteId);
      localIds.add(localId);
      if (isKeptHere(context, state)) arrivals.push(arrive(state, localId, context.upstream));
    }
  }
  settleNew(context, change, arrivals);
  for (const { state, proven } of others) take(context, change, state, proven);
}

/**
 * Takes in one state of headquarters', under the id that the session has here (sync.md, "Identity"): looked up by its id there, then by an
 * external id of ours, then by its id.
 *
 * @param proven whether the state was read consistently: only then a version that goes backwards is believed
 */
export function take(context: SyncContext, change: StoreChange, remote: SessionFields, proven: boolean): void {
  const [known] = change.findByRemoteIds(context.tenantId, [String(remote.id)]);
  if (known !== undefined) return takeKnown(context, change, known, remote, proven);
  const localId = localIdOf(remote);
  const claimed = findRecord(change, context.tenantId, localId);
  if (claimed === undefined) return arriveAs(context, change, remote, localId);
  const { sync, _deleted: deleted } = claimed;
  if (deleted && !sync.dirty) {
    // It was deleted here before it was known to have arrived, or is a late double of what was.
    const isLate = isOurMaking(sync, remote) && !isDerivedId(localId);
    return isLate ? buryTwin(context, change, remote) : arriveAs(context, change, remote, localId);
  }
  if (sync.remote_id === '') hearInto(context, change, claimed, remote, { from: 'read' });
  else takeTwin(context, change, claimed, remote);
}

/** Takes what headquarters says of a session into its record. */
export function hearInto(
  context: SyncContext,
  change: StoreChange,
  record: Stored<SessionRecord>,
  remote: JsonObject,
  how: Heard,
): SessionState {
  const { version } = record.sync;
  const heard = versionOf(remote);
  const goesBack = how.from === 'read' && version !== undefined && isFork(heard, version);
  const written = goesBack ? writtenHere(change.listHistory(context.tenantId, 'sessions', record.session.id)) : [];
  return settle(context, change, hear(stateOf(record), remote, { ...how, written }), record);
}

/** Whether headquarters went back, and maybe on from there: an older version, or the same number at another time. */
function isFork(heard: ReturnType<typeof versionOf>, known: ReturnType<typeof versionOf>): boolean {
  if (isOlder(heard, known)) return true;
  return heard.sys_version !== undefined && heard.sys_version === known.sys_version && !sameVersion(heard, known);
}

function takeKnown(
  context: SyncContext,
  change: StoreChange,
  record: Stored<SessionRecord>,
  remote: SessionFields,
  proven: boolean,
): void {
  if (record._deleted && !record.sync.dirty) {
    // Removed here as proven, and there again: a restored backup. Only a proof brings it back.
    if (proven) arriveAs(context, change, remote, record.session.id);
    return;
  }
  const { version, absent } = record.sync;
  if (version !== undefined && isOlder(versionOf(remote), version) && !proven) return;
  const isNews =
    !sameVersion(version, versionOf(remote)) || absent !== undefined || nextStep(stateOf(record)) === 'read';
  if (isNews) hearInto(context, change, record, remote, { from: 'read' });
}

/**
 * Another session of headquarters' with the same external id (sync.md, promise 2). The earliest by (`sys_created_at`, `id`) keeps our id. Who
 * made it deletes the other if that says just what was sent; else it is a session of its own, known by its id there.
 */
function takeTwin(
  context: SyncContext,
  change: StoreChange,
  claimed: Stored<SessionRecord>,
  remote: SessionFields,
): void {
  const state = stateOf(claimed);
  const known = lastHeard(state);
  if (state.deleted || !isEarlier(remote, known)) return leaveTwin(context, change, claimed, remote);
  // The later one goes, or stays as a session of its own; edits made to it here go on top of the earlier.
  leaveTwin(context, change, claimed, known);
  const isLater = !isOurMaking(state.sync, remote) && wereAlike(state, known);
  const base = isLater ? known : isOurMaking(state.sync, remote) ? remote : asMade(context, change, state);
  settle(context, change, hearAnother(state, remote, base, isLater), claimed);
}

/** The session as it was sent to be made, out of its history; undefined where it went in several states, or may be made elsewhere, too. */
function asMade(
  { tenantId }: SyncContext,
  change: StoreChange,
  { session, sync }: SessionState,
): JsonObject | undefined {
  if (sync.made?.length !== 1 || isDerivedId(session.id)) return undefined;
  let state: unknown = {};
  for (const { forward } of change.listHistory(tenantId, 'sessions', session.id)) {
    state = jsonPatch.applyPatch(state, structuredClone(forward)).newDocument;
    if (isJsonObject(state) && isOurMaking(sync, state)) return state;
  }
  return undefined;
}

/** Whether the twins began as the one that is known: made elsewhere, or both by one send from here, and not changed since. */
function wereAlike({ session, sync }: SessionState, known: JsonObject): boolean {
  if (sync.made === undefined) return true;
  // Of one file, two laptops make two that need not say the same.
  return !isDerivedId(session.id) && sync.made.length === 1 && isOurMaking(sync, known);
}

/** Leaves a session that is another's twin: buried where it is ours, else by itself. */
function leaveTwin(
  context: SyncContext,
  change: StoreChange,
  { sync }: Stored<SessionRecord>,
  remote: JsonObject,
): void {
  if (isOurMaking(sync, remote)) buryTwin(context, change, remote);
  else arriveAs(context, change, remote, String(remote['id']));
}

function buryTwin(context: SyncContext, change: StoreChange, remote: JsonObject): void {
  const record = findRecord(change, context.tenantId, String(remote['id']));
  settle(context, change, bury(remote, context.upstream, context.clock()), record);
  context.log(because('double_goes'));
}

function arriveAs(context: SyncContext, change: StoreChange, remote: JsonObject, localId: string): void {
  if (!isKeptHere(context, remote)) return;
  const record = findRecord(change, context.tenantId, localId);
  settle(context, change, arrive(remote, localId, context.upstream), record);
}

/** Whether a session is of an event that is kept here: it may have moved on between listing and reading. */
function isKeptHere({ store, tenantId, upstream }: SyncContext, remote: JsonObject): boolean {
  return store.subscriptions.upstreamOf(tenantId, String(remote['event_id'])) === upstream;
}

/** The id that a session which is not known yet gets here. */
function localIdOf({ id, sys_external_id: external }: SessionFields): string {
  return typeof external === 'string' && external.startsWith(OWN_ID_PREFIX) ? external : String(id);
}

function isEarlier(a: JsonObject, b: JsonObject): boolean {
  const [left, right] = [instantOf(a), instantOf(b)];
  return left === right ? String(a['id']) < String(b['id']) : left < right;
}

function instantOf(session: JsonObject): number {
  const at = Date.parse(String(session['sys_created_at']));
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

/** The fields of a session that were last written here, and not by headquarters. */
function writtenHere(history: readonly HistoryRecord[]): string[] {
  const here = new Map<string, boolean>();
  for (const { principal_id, forward } of history) {
    for (const operation of forward) {
      const [, field] = operation.path.split('/');
      const value = 'value' in operation ? (operation.value as unknown) : undefined;
      const fields = field === undefined ? Object.keys(value ?? {}) : [field];
      for (const name of fields) here.set(name, principal_id !== HEADQUARTERS);
    }
  }
  return [...here].flatMap(([name, isHere]) => (isHere ? [name] : []));
}
