import { newSessionId, OWN_ID_PREFIX } from '../base/ids.ts';
import { jsonEqual, own, toPointer, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { catalogKinds, type CatalogKind } from '../catalog/catalog.ts';
import { ContractError } from '../contract/errors.ts';
import { parse } from '../contract/parse.ts';
import { mayActAs, type Principal } from '../contract/roles.ts';
import { isServerOwned, type Session } from '../contract/session.ts';
import type { LeftAlone, UndoReport } from '../contract/steps.ts';
import { requireValidSession } from '../contract/validate-session.ts';
import { mergeFields } from '../replication/merge-fields.ts';
import { fieldsTogether } from '../replication/merge-policy.ts';
import { sameValue } from '../replication/same-value.ts';
import type { StoreChange } from '../store/open-store.ts';
import { GOES_ON, type HistoryRecord, type SessionRecord, type Stored } from '../store/records.ts';
import { findUses } from './catalog-uses.ts';
import { requireDeletable, requireUnlocked } from './change-session.ts';
import type { Call, ServiceContext } from './context.ts';
import { nameOf as nameOfItem } from './remove-from-catalog.ts';
import { refuseAll, type Refusal } from './refuse-all.ts';
import { changesByRecord, type RecordChange, type Snapshot } from './step-changes.ts';
import { changeContext, insertSession, replaceSession, restoreSession } from './write-session.ts';

/**
 * Takes back a person's last step, or the last taking back, as a step of its own and in one transaction. What the step changed is merged
 * back field by field, as sync merges (merge-fields.ts): the state after the step is the base, the state before it is mine, what stands now is
 * theirs. So what somebody else changed since stays, and is told.
 *
 * Throws `not_found` where there is nothing to take back, and what a rule forbids, with a fault for each record; then nothing is written.
 */
export async function takeBack(
  context: ServiceContext,
  principal: Principal,
  tenantId: string,
  kind: 'undo' | 'redo',
): Promise<UndoReport> {
  const call: Call = { principal, operation: kind, step: context.ids() };
  const owner = { tenantId, principalId: principal.id };
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const step = change.stepsOf(owner)[kind];
    if (step === undefined) throw nothingTo(kind);
    change.takeStep({ kind, of: step });
    const report: UndoReport = { label: step.label, done: 0, of: 0, left: [], synced: false, renewed: [] };
    const work: Work = { context, call, change, tenantId, report };
    const changes = changesByRecord(change.changesOfStep(owner, step));
    const refusals: Refusal[] = [];
    for (const { changes: some, take } of inOrder(changes)) {
      for (const each of some) {
        try {
          take(work, each);
        } catch (error) {
          if (!(error instanceof ContractError)) throw error;
          refusals.push({ id: each.id, name: nameNow(work, each), error });
        }
      }
    }
    if (refusals.length > 0) throw refuseAll(kind === 'undo' ? 'none_undone' : 'none_redone', refusals);
    return report;
  });
}

/** Gives up undoing the last step. */
export async function skipStep(context: ServiceContext, principal: Principal, tenantId: string): Promise<void> {
  const call: Call = { principal, operation: 'skip', step: context.ids() };
  await context.store.change(changeContext(context, call, tenantId), (change) => {
    const { undo } = change.stepsOf({ tenantId, principalId: principal.id });
    if (undo === undefined) throw nothingTo('undo');
    change.takeStep({ kind: 'skip', of: undo });
  });
}

interface Work {
  context: ServiceContext;
  call: Call;
  change: StoreChange;
  tenantId: string;
  report: UndoReport;
}

type Take = (work: Work, change: RecordChange) => void;

/**
 * What sessions refer to must be there before they are, and can go only after them: first items of the catalog that come back or change, then
 * the sessions, then items that go, those that refer to others first.
 */
function inOrder(changes: readonly RecordChange[]): { changes: RecordChange[]; take: Take }[] {
  const items = changes.filter(({ kind }) => kind !== 'sessions');
  const going = items.filter(({ before, after }) => before === undefined && after !== undefined);
  const referring = going.filter(({ kind }) => kind === 'registrations' || kind === 'abstracts');
  const events = going.filter(({ kind }) => kind === 'events');
  const others = going.filter((change) => !referring.includes(change) && !events.includes(change));
  return [
    { changes: items.filter((change) => !going.includes(change)), take: takeItemBack },
    { changes: changes.filter(({ kind }) => kind === 'sessions'), take: takeSessionBack },
    ...[referring, others, events].map((some) => ({ changes: some, take: takeItemOut(some) })),
  ];
}

function takeSessionBack(work: Work, step: RecordChange): void {
  if (step.before !== undefined && step.after !== undefined) changeBack(work, step, step.before, step.after);
  else if (step.after !== undefined) deleteAgain(work, step, step.after);
  else if (step.before !== undefined) bringBack(work, step, step.before);
}

type Known = NonNullable<Snapshot>;

function changeBack(work: Work, step: RecordChange, before: Known, after: Known): void {
  const { context, call, change, tenantId, report } = work;
  const fields = fieldsBetween(before, after);
  if (fields.length === 0) return;
  const record = findLiving(change, tenantId, step.id);
  if (record === undefined) {
    report.of += fields.length;
    return leave(work, step, '', 'gone');
  }
  const { session } = record;
  const merged = mergeBack(work, { ...step, id: session.id }, session, fields, before, after);
  if (merged === undefined) return;
  const next = { ...session, ...merged } as JsonObject;
  const isUnlock = fields.join() === 'sys_locked' && next['sys_locked'] !== true;
  if (!isUnlock || !mayActAs(call.principal.role, 'admin')) requireUnlocked(session);
  requireValidSession(withoutMissing(next), session);
  if (wasSynced(record, merged)) report.synced = true;
  replaceSession(context, call, change, tenantId, record, withoutMissing(next));
}

/** The session was made by the step: it goes, unless somebody else has worked on it. */
function deleteAgain(work: Work, step: RecordChange, after: Known): void {
  const { change, tenantId, report } = work;
  report.of += 1;
  const record = findLiving(change, tenantId, step.id);
  if (record === undefined) return leave(work, step, '', 'gone');
  const { session, sync } = record;
  if (!isStillOurs(record, after)) return leave(work, { ...step, id: session.id }, '', 'changed');
  requireDeletable(change, tenantId, session);
  change.deleteSession(record);
  report.done += 1;
  if (sync.remote_id !== '' || sync.sent !== undefined) report.synced = true;
}

/** The session was deleted by the step: it comes back, under its id unless headquarters may have deleted it, too. */
function bringBack(work: Work, step: RecordChange, before: Known): void {
  const { context, call, change, tenantId, report } = work;
  report.of += 1;
  if (findLiving(change, tenantId, step.id) !== undefined) return leave(work, step, '', 'there');
  const session = Object.fromEntries(before.fields) as Session;
  const tombstone = change.findDeletedSession(tenantId, step.id);
  if (canKeepId(work, session, tombstone)) {
    restoreSession(context, call, change, tenantId, session, tombstone);
  } else {
    const { sys_external_id: external, ...content } = contentOf(session);
    const isOwn = typeof external === 'string' && external.startsWith(OWN_ID_PREFIX);
    const kept = external === undefined || isOwn ? {} : { sys_external_id: external };
    const id = newSessionId(context.ids);
    insertSession(context, call, change, tenantId, { ...content, ...kept, id });
    change.continueSession(step.id, id);
    report.renewed.push({ from: step.id, to: id });
    report.synced = true;
  }
  report.done += 1;
}

/** Once a delete may have reached headquarters, its session is gone there: what comes back is another. */
function canKeepId(
  { context, tenantId }: Work,
  session: Session,
  tombstone: Stored<SessionRecord> | undefined,
): boolean {
  if (tombstone === undefined) return context.store.subscriptions.upstreamOf(tenantId, session.event_id) === undefined;
  const { upstream, dirty, sent } = tombstone.sync;
  return upstream === undefined || (dirty && sent === undefined);
}

/** Changes an item of the catalog back, or puts one back that the step took out. */
function takeItemBack(work: Work, step: RecordChange): void {
  const { change, tenantId, report } = work;
  const { before, after } = step;
  if (before === undefined) return;
  requireAdmin(work);
  const kind = step.kind as CatalogKind;
  const record = change.findCatalogRecord(tenantId, kind, step.id);
  if (after === undefined) {
    report.of += 1;
    if (record !== undefined) return leave(work, step, '', 'there');
    change.saveCatalogItem(kind, parse(catalogKinds[kind], Object.fromEntries(before.fields)));
    report.done += 1;
    return;
  }
  const fields = fieldsBetween(before, after);
  if (record === undefined) {
    report.of += fields.length;
    return leave(work, step, '', 'gone');
  }
  const merged = mergeBack(work, step, record.item, fields, before, after);
  if (merged === undefined) return;
  const next = withoutMissing({ ...record.item, ...merged });
  change.saveCatalogItem(kind, parse(catalogKinds[kind], next));
}

/** Takes items out of the catalog that the step put in, but for those that somebody changed, or that something else refers to. */
function takeItemOut(going: readonly RecordChange[]): Take {
  let uses: ReadonlySet<string> | undefined;
  return (work, step) => {
    const { change, tenantId, report } = work;
    requireAdmin(work);
    const kind = step.kind as CatalogKind;
    report.of += 1;
    const record = change.findCatalogRecord(tenantId, kind, step.id);
    if (record === undefined) return leave(work, step, '', 'gone');
    const isOurs = jsonEqual(Object.fromEntries(step.after?.fields ?? []), record.item);
    if (!isOurs) return leave(work, step, '', 'changed');
    uses ??= findUses(work.context.store, change, tenantId, going);
    const isUsed = record.hub !== undefined || uses.has(toPointer([kind, step.id]));
    if (isUsed) return leave(work, step, '', 'in_use');
    change.deleteCatalogItem(kind, step.id);
    report.done += 1;
  };
}

/**
 * The values that a record's fields take by going back, undefined for those that go; undefined where nothing changes. What cannot go back is told.
 */
function mergeBack(
  work: Work,
  step: RecordChange,
  now: JsonObject,
  fields: readonly string[],
  before: Known,
  after: Known,
): JsonObject | undefined {
  const { report } = work;
  const [base, mine, theirs] = [pick(after.fields, fields), pick(before.fields, fields), pick(now, fields)];
  const { merged, conflicts } = mergeFields(base, mine, theirs);
  const left = new Set(conflicts.flatMap(({ pointer }) => fieldsOf(pointer)));
  const back: JsonObject = {};
  for (const field of fields) {
    const [old, done, current] = [mine[field], base[field], theirs[field]];
    // Untouched since: exactly as it was, also where that was null.
    const next = !left.has(field) && jsonEqual(current, done) ? old : own(merged, field);
    if (!jsonEqual(next, current)) back[field] = next;
    if (left.has(field)) report.of += 1;
    else if (Object.hasOwn(back, field)) {
      report.of += 1;
      report.done += 1;
    }
  }
  for (const { pointer } of conflicts) leave(work, step, pointer, 'changed');
  return Object.keys(back).length === 0 ? undefined : back;
}

/** The fields that a place is about; some are one value together. */
function fieldsOf(pointer: string): readonly string[] {
  const [token = ''] = pointer.split('/');
  const field = token.replaceAll('~1', '/').replaceAll('~0', '~');
  return fieldsTogether.find(([first]) => first === field) ?? [field];
}

/** The fields in which a step's ends differ, but for those that only the server sets. */
function fieldsBetween(before: Known, after: Known): string[] {
  const names = [...new Set([...before.fields.keys(), ...after.fields.keys()])];
  return names.filter(
    (name) => name !== 'id' && !isServerOwned(name) && !jsonEqual(before.fields.get(name), after.fields.get(name)),
  );
}

/** Whether a session that the step made says nothing that somebody else put into it. */
function isStillOurs({ session, sync }: Stored<SessionRecord>, after: Known): boolean {
  // Headquarters' first version may say more than was sent: what it fills in itself is nobody's work.
  const isFirst = session.sys_created_at === session.sys_last_modified_at || sync.version?.sys_version === 1;
  if (!sync.dirty && sync.remote_id !== '' && isFirst) return true;
  const made = contentOf(Object.fromEntries(after.fields));
  const now = contentOf(session);
  if (made['sys_external_id'] === undefined && now['sys_external_id'] === session.id) delete now['sys_external_id'];
  return sameValue(made, now);
}

/** Whether headquarters has, or may have, what goes back: then going back is a change that is sent there. */
function wasSynced({ session, sync }: Stored<SessionRecord>, back: JsonObject): boolean {
  if (sync.sent !== undefined) return true;
  const there = sync.base ?? session;
  return sync.remote_id !== '' && Object.keys(back).some((field) => !sameValue(own(there, field), back[field]));
}

/** The session of that id, or as which it goes on: a deleted one may have come back under another. */
function findLiving(change: StoreChange, tenantId: string, id: string): Stored<SessionRecord> | undefined {
  const seen = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const record = change.findSession(tenantId, at);
    if (record !== undefined) return record;
    at = change.listHistory(tenantId, 'sessions', at).findLast(({ operation }) => operation === GOES_ON)?.linked_id;
  }
  return undefined;
}

const MOST_LEFT = 100;
/** Who changed a field last is looked for among so many changes. */
const CHANGES_LOOKED_BACK = 50;

function leave(work: Work, step: RecordChange, pointer: string, reason: LeftAlone['reason']): void {
  const { change, tenantId, report } = work;
  if (report.left.length === MOST_LEFT) return;
  const path = toPointer(fieldsOf(pointer).slice(0, 1));
  const isAbout = ({ forward }: HistoryRecord): boolean =>
    pointer === '' || forward.some((operation) => operation.path === '' || operation.path === path);
  const by =
    reason === 'in_use'
      ? undefined
      : change.pageOfHistory(tenantId, step.kind, step.id, { limit: CHANGES_LOOKED_BACK }).find(isAbout)?.principal_id;
  const whose = by === undefined ? {} : { by };
  report.left.push({ subject: step.kind, id: step.id, name: nameNow(work, step), pointer, reason, ...whose });
}

function nameNow({ change, tenantId }: Work, step: RecordChange): string {
  if (step.kind === 'sessions') return change.findSession(tenantId, step.id)?.session.name ?? nameOf(step);
  const item = change.findCatalogRecord(tenantId, step.kind as CatalogKind, step.id)?.item;
  return item === undefined ? nameOf(step) : nameOfItem(item);
}

function nameOf({ id, before, after }: RecordChange): string {
  const name = after?.fields.get('name') ?? before?.fields.get('name');
  return typeof name === 'string' ? name : id;
}

function requireAdmin({ call }: Work): void {
  if (!mayActAs(call.principal.role, 'admin')) throw new ContractError('forbidden', because('admin_needed'));
}

function nothingTo(kind: 'undo' | 'redo'): ContractError {
  return new ContractError('not_found', because(kind === 'undo' ? 'nothing_to_undo' : 'nothing_to_redo'));
}

/** What a person may set of a session. */
function contentOf(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== 'id' && !isServerOwned(name)));
}

function withoutMissing(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function pick(fields: ReadonlyMap<string, unknown> | JsonObject, names: readonly string[]): JsonObject {
  const valueOf = (name: string): unknown =>
    fields instanceof Map ? fields.get(name) : own(fields as JsonObject, name);
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]).filter(([, value]) => value !== undefined));
}
