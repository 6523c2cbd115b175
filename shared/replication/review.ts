import { toTimestamp, type Clock } from '../base/clock.ts';
import { newSessionId, OWN_ID_PREFIX, type IdSource } from '../base/ids.ts';
import { faultAt, own, toPointer, type Fault, type JsonObject } from '../base/json.ts';
import { because, type Reason } from '../base/reasons.ts';
import type { CatalogKind } from '../catalog/catalog.ts';
import { referencesOf } from '../catalog/references.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import type { Session } from '../contract/session.ts';
import { findSessionFaults } from '../contract/validate-session.ts';
import type { ChangeContext, Store, StoreChange } from '../store/open-store.ts';
import type { SessionRecord, Stored } from '../store/records.ts';
import type { CatalogReference, StoreView } from '../store/store-view.ts';
import { afterEdit, type KeptConflict, type SyncState } from '../store/sync-state.ts';
import { valueAt } from './conflict-place.ts';
import { resolveConflict, type Choice } from './resolve-conflict.ts';
import { contentOf, discard, openConflicts, released, stateOf, undecided, type SessionState } from './session-state.ts';
import { addPlaceholders } from './sync-context.ts';
import { toPatch } from './to-patch.ts';

/** A session with changes that headquarters does not have. */
export interface PendingSession {
  id: string;
  name: string;
  event_id: string;
  operation: 'create' | 'patch' | 'delete';
  /** The fields that differ from headquarters; for a create those that it has, for a delete none. */
  fields: string[];
  /** Since when it waits, ISO-8601 in UTC. */
  since?: string;
  /** It was sent, and whether it arrived is not known yet. */
  outcome_unknown: boolean;
  /** It waited in a backup that was restored: it is sent when a person says so (`release`), or given up (`discard`). */
  from_backup?: true;
  where: Place;
  made_here: boolean;
}

/** Where a change stands: here, or at the hub that is the upstream, or further up. */
export type Place = 'here' | 'hub';

/** A session with a change that headquarters refused for good. */
export interface RefusedSession extends PendingSession {
  status: number;
  message: string;
  because: Reason;
  errors: Fault[];
  /** When it was refused, ISO-8601 in UTC. */
  at: string;
  /** What it refers to that headquarters does not know, as far as the refusal tells: `replaceReference` mends it. */
  missing: CatalogReference[];
}

/** A session that was changed on both sides. */
export interface SessionConflict {
  id: string;
  name: string;
  event_id: string;
  where: Place;
  made_here: boolean;
  /** Where it was deleted, if one side deleted what the other edited; the one conflict then has the pointer ''. */
  deleted?: 'here' | 'at headquarters';
  fields: FieldConflict[];
}

/** The three values of a place; one that is absent has nothing there. */
export interface FieldConflict {
  /** Such as `name` or `speakers/c1/job_title`; '' is the whole session. */
  pointer: string;
  base?: unknown;
  mine?: unknown;
  theirs?: unknown;
}

/** A session that is kept here as it was, though headquarters has it no more. */
export type KeptSession = Pick<SessionConflict, 'id' | 'name' | 'event_id' | 'where' | 'made_here'>;

/** What a person decides: for the whole session, or for each pointer of a conflict; those not named stay open. */
export type Resolution = 'mine' | 'theirs' | Readonly<Record<string, Choice>>;

/** What a review works with. */
export interface ReviewContext {
  store: Store;
  tenantId: string;
  upstream: string;
  clock: Clock;
  ids: IdSource;
}

/** Who decides, as history names them, where nobody says. */
const SOMEBODY_HERE = 'local';

export function listPending(context: ReviewContext): PendingSession[] {
  return unsent(context)
    .filter(({ sync }) => sync.refused === undefined)
    .map(toPending);
}

export function listRefused(context: ReviewContext): RefusedSession[] {
  return unsent(context).flatMap((record) => toRefused(record) ?? []);
}

/** The refusal that waits to be settled; undefined where none does. */
export function toRefused(record: Stored<SessionRecord>): RefusedSession | undefined {
  const { refused } = record.sync;
  if (refused === undefined) return undefined;
  const { status, message, because: reason, faults, atMs } = refused;
  const missing = status === 409 ? missingReferences(record.session, message, faults) : [];
  return { ...toPending(record), status, message, because: reason, errors: faults, at: toTimestamp(atMs), missing };
}

export function listConflicts(context: ReviewContext): SessionConflict[] {
  const records = context.store.read((view) => view.listUnsettled(context.tenantId));
  return records.flatMap((record) => (record.sync.upstream === context.upstream ? (toConflict(record) ?? []) : []));
}

/** What is in conflict about a session; undefined where nothing is. */
export function toConflict(record: Stored<SessionRecord>): SessionConflict | undefined {
  const open = undecided(stateOf(record));
  if (open.length === 0) return undefined;
  const { session, sync } = record;
  const whole = open.some(({ pointer }) => pointer === '');
  const gone = isGoneThere(sync);
  const fields = open.map((conflict) => withTheirs(conflict, gone ? undefined : session));
  const deleted = whole ? { deleted: gone ? ('at headquarters' as const) : ('here' as const) } : {};
  return { id: session.id, name: session.name, event_id: session.event_id, ...placeOf(record), ...deleted, fields };
}

/** @param shown the session as it shows theirs; undefined where they deleted it */
function withTheirs(conflict: KeptConflict, shown: Session | undefined): FieldConflict {
  const { pointer } = conflict;
  const theirs = shown && (pointer === '' ? contentOf(shown) : valueAt(shown, pointer));
  return theirs === undefined ? conflict : { ...conflict, theirs };
}

/** Sends refused changes again: one, or all. Answers how many; throws `not_found` for one that is not refused. */
export async function retryRefused(context: ReviewContext, id?: string, by = SOMEBODY_HERE): Promise<number> {
  return await context.store.change(asChange(context, by, 'retry'), (change) => {
    const records = refusedRecords(context, change).filter(({ session }) => id === undefined || session.id === id);
    if (id !== undefined && records.length === 0) throw notOpen();
    for (const record of records) write(change, record, withoutRefusal(stateOf(record)));
    return records.length;
  });
}

/** Lets what waited in a restored backup be sent: one session, or all. Answers how many; throws `not_found` for one that is not held. */
export async function releaseHeld(context: ReviewContext, id?: string, by = SOMEBODY_HERE): Promise<number> {
  return await context.store.change(asChange(context, by, 'release'), (change) => {
    const records = unsentRecords(context, change).filter(
      ({ session, sync }) => sync.held === true && (id === undefined || session.id === id),
    );
    if (id !== undefined && records.length === 0) throw notOpen();
    for (const record of records) write(change, record, released(stateOf(record)));
    return records.length;
  });
}

/** Gives up what waits of a session, refused or held: a create goes, into history; a change or a delete returns to headquarters' state. */
export async function discardPending(context: ReviewContext, id: string, by = SOMEBODY_HERE): Promise<void> {
  await context.store.change(asChange(context, by, 'discard'), (change) => {
    const record = unsentRecords(context, change).find(({ session }) => session.id === id);
    const isOpen = record?.sync.refused !== undefined || record?.sync.held === true;
    if (record === undefined || !isOpen) throw notOpen();
    write(change, record, discard(stateOf(record)));
  });
}

/**
 * Mends every refused session that refers to `from`: by `to`, or by leaving it out where `to` is undefined and the field may be. They wait to be
 * sent again. What the catalog lacks gets a placeholder, as what is pulled does. Answers how many there were.
 */
export async function replaceReference(
  context: ReviewContext,
  kind: CatalogKind,
  from: string,
  to: string | undefined,
  by = SOMEBODY_HERE,
): Promise<number> {
  return await context.store.change(asChange(context, by, 'replaceReference'), (change) => {
    const records = refusedRecords(context, change).filter(({ session }) =>
      referencesOf(session).some((reference) => reference.kind === kind && reference.id === from),
    );
    for (const record of records) {
      const next = withReference(record.session, kind, from, to);
      requireValid(next, record.session);
      // Headquarters may know what this catalog does not.
      addPlaceholders(context, change, [next]);
      saveEdit(context, change, record, next);
    }
    return records.length;
  });
}

/** Throws `precondition_failed` where a person decided on a version of the session that is not the one by now. */
export function requireVersion(record: SessionRecord | undefined, version: number | undefined): void {
  if (record === undefined || version === undefined || record.session.sys_version === version) return;
  throw new ContractError('precondition_failed', because('changed_since'));
}

/** Settles the conflicts of a session as a person decides. Throws `not_found` where there is none, `invalid` for what no session may be or is in no conflict. */
export async function resolveConflicts(
  context: ReviewContext,
  id: string,
  resolution: Resolution,
  by = SOMEBODY_HERE,
  version?: number,
): Promise<void> {
  await context.store.change(asChange(context, by, `resolve ${id}`), (change) => {
    const record = change.findSession(context.tenantId, id);
    requireVersion(record, version);
    const isOurs = record?.sync.upstream === context.upstream;
    const open = record === undefined || !isOurs ? [] : openConflicts(stateOf(record));
    const gone = record !== undefined && isGoneThere(record.sync);
    if (record === undefined || (open.length === 0 && !(isOurs && gone))) throw notOpen();
    if (gone || open.some(({ pointer }) => pointer === '')) {
      resolveWhole(context, change, record, gone, wholeChoice(resolution));
      return;
    }
    requireOpen(open, resolution);
    const next = open.reduce<JsonObject>((session, conflict) => {
      const choice = choiceOf(resolution, conflict.pointer);
      return choice === undefined ? session : resolveConflict(session, conflict, choice);
    }, record.session);
    requireValid(next, record.session);
    const left = open.filter(({ pointer }) => choiceOf(resolution, pointer) === undefined);
    saveEdit(context, change, record, next as Session, left);
  });
}

/** Whether headquarters is known not to have it, and it is here. */
function isGoneThere({ absent }: SyncState): boolean {
  return absent === 'not at headquarters' || absent === 'deleted at headquarters';
}

/** What is kept here alone, and was not edited since: that is in conflict. */
export function listKept(context: ReviewContext): KeptSession[] {
  return context.store
    .read((view) => keptIn(view, context))
    .map((record) => ({
      id: record.session.id,
      name: record.session.name,
      event_id: record.event_id,
      ...placeOf(record),
    }));
}

/**
 * Settles what is kept here alone, one session or all: `send` makes a new session of it at headquarters, `remove` removes it here. Answers how many;
 * throws `not_found` for one that is not kept.
 */
export async function settleKept(
  context: ReviewContext,
  action: 'send' | 'remove',
  id?: string,
  by = SOMEBODY_HERE,
): Promise<number> {
  return await context.store.change(asChange(context, by, `${action} kept`), (change) => {
    const records = keptIn(change, context).filter(({ session }) => id === undefined || session.id === id);
    if (id !== undefined && records.length === 0) throw notOpen();
    for (const record of records) {
      resolveWhole(context, change, record, true, action === 'send' ? 'mine' : 'theirs');
    }
    return records.length;
  });
}

function keptIn(view: StoreView, { tenantId, upstream }: ReviewContext): Stored<SessionRecord>[] {
  return view
    .listUnsettled(tenantId)
    .filter(
      ({ sync, _deleted: deleted }) =>
        sync.absent === 'not at headquarters' && sync.upstream === upstream && !sync.dirty && !deleted,
    );
}

/** A session that one side deleted and the other edited, or that is kept though headquarters lacks it. */
function resolveWhole(
  context: ReviewContext,
  change: StoreChange,
  record: Stored<SessionRecord>,
  gone: boolean,
  choice: 'mine' | 'theirs',
): void {
  const state = stateOf(record);
  const { conflicts: _, absent: __, ...sync } = state.sync;
  if (!gone) {
    // Deleted here, edited there: it came back, and goes again, or stays.
    if (choice === 'theirs') write(change, record, { ...state, sync });
    else {
      const waits = afterEdit({ session: state.session, sync }, context.upstream, context.clock());
      write(change, record, { ...state, sync: { ...waits, deleted: true }, deleted: true });
    }
    return;
  }
  const { session } = state;
  write(change, record, {
    ...discard({ ...state, sync: { ...sync, base: state.sync.base ?? session } }),
    session,
    deleted: true,
  });
  if (choice === 'theirs') return;
  // Its id is headquarters' for a session that is gone: sent back, it is a new one.
  const { sys_external_id: external, ...content } = contentOf(session);
  const isOwn = typeof external === 'string' && external.startsWith(OWN_ID_PREFIX);
  const at = toTimestamp(context.clock());
  const made = {
    ...content,
    ...(external === undefined || isOwn ? {} : { sys_external_id: external }),
    id: newSessionId(context.ids),
    sys_version: 1,
    sys_created_at: at,
    sys_last_modified_at: at,
    sys_created_by_id: session.sys_created_by_id,
    sys_last_modified_by_id: session.sys_last_modified_by_id,
  } as Session;
  // Also where its event is not kept here: it belongs to headquarters.
  change.settleSession({ session: made, sync: afterEdit(undefined, context.upstream, context.clock()) });
}

function choiceOf(resolution: Resolution, pointer: string): Choice | undefined {
  return typeof resolution === 'string' ? resolution : (own(resolution, pointer) as Choice | undefined);
}

/** Throws `invalid` for a decision about places where nothing is in conflict: a slip of the pen, which would seem to have been settled. */
function requireOpen(open: readonly KeptConflict[], resolution: Resolution): void {
  if (typeof resolution === 'string') return;
  const pointers = new Set(open.map(({ pointer }) => pointer));
  const unknown = Object.keys(resolution).filter((pointer) => !pointers.has(pointer));
  if (unknown.length === 0) return;
  throw invalid(unknown.map((pointer) => faultAt(`/resolution${toPointer([pointer])}`, because('not_known'))));
}

function wholeChoice(resolution: Resolution): 'mine' | 'theirs' {
  const choice = typeof resolution === 'string' ? resolution : own(resolution, '');
  if (choice === 'mine' || choice === 'theirs') return choice;
  throw invalid([faultAt('/resolution', because('not_side'))]);
}

/** Writes an edit that a person made here, by a decision. */
function saveEdit(
  context: ReviewContext,
  change: StoreChange,
  record: Stored<SessionRecord>,
  next: Session,
  conflicts = record.sync.conflicts ?? [],
): void {
  // Who decides about it lets it be sent.
  const { conflicts: _, held: __, ...kept } = record.sync;
  const state = { ...stateOf(record), sync: kept };
  const open = conflicts.length === 0 ? {} : { conflicts };
  if (toPatch(record.session, next).length === 0) {
    const { refused: ___, ...sync } = kept;
    write(change, record, { ...state, sync: { ...sync, ...open } });
    return;
  }
  const atMs = context.clock();
  const session = {
    ...next,
    sys_version: (record.session.sys_version ?? 0) + 1,
    sys_last_modified_at: toTimestamp(atMs),
  };
  write(change, record, { session, deleted: false, sync: { ...afterEdit(state, context.upstream, atMs), ...open } });
}

function write(change: StoreChange, record: Stored<SessionRecord>, state: SessionState): void {
  change.settleSession(state, record);
}

function asChange({ tenantId, clock }: ReviewContext, principalId: string, operation: string): ChangeContext {
  return { tenantId, principalId, operation, atMs: clock() };
}

function unsent({ store, tenantId, upstream }: ReviewContext): Stored<SessionRecord>[] {
  return store.read((view) => view.listUnsent(tenantId)).filter(({ sync }) => sync.upstream === upstream);
}

function refusedRecords(context: ReviewContext, change: StoreChange): Stored<SessionRecord>[] {
  return unsentRecords(context, change).filter(({ sync }) => sync.refused !== undefined);
}

function unsentRecords({ tenantId, upstream }: ReviewContext, change: StoreChange): Stored<SessionRecord>[] {
  return change.listUnsent(tenantId).filter(({ sync }) => sync.upstream === upstream);
}

function withoutRefusal(state: SessionState): SessionState {
  const { refused: _, ...sync } = state.sync;
  return { ...state, sync };
}

function notOpen(): ContractError {
  return new ContractError('not_found', because('nothing_to_decide'));
}

function requireValid(next: JsonObject, stored: Session): void {
  const faults = findSessionFaults(next, stored);
  if (faults.length > 0) throw invalid(faults);
}

/** A change that stands here was made here, unless another replica is known to have made it. */
function placeOf({ sync }: SessionRecord): { where: Place; made_here: boolean } {
  return { where: 'here', made_here: sync.replica === undefined };
}

/** What of a session waits. */
export function toPending(record: Stored<SessionRecord>): PendingSession {
  const { session, sync, _deleted } = record;
  const operation = _deleted ? 'delete' : sync.remote_id === '' ? 'create' : 'patch';
  const patch = operation === 'delete' ? [] : toPatch(sync.base ?? {}, session);
  return {
    id: session.id,
    name: session.name,
    event_id: session.event_id,
    operation,
    fields: [...new Set(patch.map(({ path }) => path.split('/')[1] ?? ''))],
    ...(sync.waitingSinceMs === undefined ? {} : { since: toTimestamp(sync.waitingSinceMs) }),
    outcome_unknown: sync.sent?.outcome === 'unknown',
    ...(sync.held === true ? { from_backup: true as const } : {}),
    ...placeOf(record),
  };
}

/** What a refusal says is missing: by the places that it names, or, where it names none, by the ids in its words. */
function missingReferences(session: Session, message: string, faults: readonly Fault[]): CatalogReference[] {
  const references = referencesOf(session);
  const paths = new Set(faults.map(({ path }) => path));
  const named = references.filter(({ path }) => paths.has(path));
  const found = named.length > 0 ? named : references.filter(({ id }) => message.includes(id));
  return [...new Map(found.map(({ kind, id }) => [toPointer([kind, id]), { kind, id }])).values()];
}

/** The session with one reference in place of another, or without it. */
function withReference(session: Session, kind: CatalogKind, from: string, to: string | undefined): Session {
  const one = (id: unknown): unknown => (id === from ? to : id);
  const list = (ids: unknown): unknown =>
    Array.isArray(ids) ? [...new Set(ids.map(one).filter((id) => id !== undefined))] : ids;
  const elements = (items: unknown, key: string): unknown => {
    if (!Array.isArray(items)) return items;
    const mended = (items as JsonObject[]).map((item) => withMember(item, key, one(item[key])));
    // Left out, or there already: the element goes.
    return mended.filter(
      (item, at) => item[key] !== undefined && mended.findIndex((other) => other[key] === item[key]) === at,
    );
  };
  const next: JsonObject = { ...session };
  const set = (field: string, value: unknown): void => {
    if (value === undefined) delete next[field];
    else next[field] = value;
  };
  switch (kind) {
    case 'events':
      set('event_id', one(session.event_id));
      break;
    case 'session_types':
      set('type_id', one(session.type_id));
      break;
    case 'abstracts':
      set('abstract_id', one(session.abstract_id));
      break;
    case 'tracks':
      set('track_ids', list(session.track_ids));
      break;
    case 'rooms':
      set('room_ids', list(session.room_ids));
      break;
    case 'contacts':
      set('speakers', elements(session.speakers, 'contact_id'));
      break;
    case 'custom_fields':
      set('custom_field_values', elements(session.custom_field_values, 'custom_field_id'));
      break;
    case 'speaker_types':
      set('main_presenter_speaker_type_id', one(session.main_presenter_speaker_type_id));
      if (Array.isArray(session.speakers)) {
        set(
          'speakers',
          (session.speakers as JsonObject[]).map((speaker) =>
            speaker['type_id'] === from && to !== undefined ? withMember(speaker, 'type_id', to) : speaker,
          ),
        );
      }
      break;
    case 'registrations':
      break;
  }
  return next as Session;
}

function withMember(object: JsonObject, name: string, value: unknown): JsonObject {
  return { ...object, [name]: value };
}
