import { faultAt, jsonEqual, own, toPointer, type Fault, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import {
  bulkChange,
  MAX_PREVIEW_ROWS,
  type BulkChange,
  type BulkPreview,
  type BulkRefusal,
  type BulkReport,
} from '../contract/bulk-change.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import { parse } from '../contract/parse.ts';
import type { JsonPatch } from '../contract/patch.ts';
import { isServerOwned, type Session } from '../contract/session.ts';
import type { StoreChange } from '../store/open-store.ts';
import type { StoreView } from '../store/store-view.ts';
import { patched, requireSession } from './change-session.ts';
import type { Call, ServiceContext } from './context.ts';
import type { Following } from './following.ts';
import { refuseAll, type Refusal } from './refuse-all.ts';
import { fieldChanges } from './session-history.ts';
import { changeContext, replaceSession, requireStorable } from './write-session.ts';

/** So many sessions are judged in one go: between two, others have their turn. */
const CHUNK = 250;

/** What a bulk change would make of each session; nothing is written. */
export async function previewChange(
  context: ServiceContext,
  call: Call,
  tenantId: string,
  body: unknown,
  following: Following,
): Promise<BulkPreview> {
  const preview: BulkPreview = { changed: 0, unchanged: 0, refused: 0, changes: [], refusals: [] };
  await judgeAll(context, call, tenantId, body, following, (verdict, before) => {
    count(preview, verdict);
    if ('error' in verdict || verdict.fields.length === 0 || preview.changes.length === MAX_PREVIEW_ROWS) return;
    const { id, name, fields, after } = verdict;
    preview.changes.push({ id, name, fields: fieldChanges(before, after, fields) });
  });
  return preview;
}

/**
 * Does a bulk change as one step, in one transaction. Sessions are judged before it, in chunks; one that changed since is judged again within it.
 *
 * @param leaveRefused whether sessions that cannot be changed are left out; else they refuse everything
 */
export async function changeSessions(
  context: ServiceContext,
  call: Call,
  tenantId: string,
  body: unknown,
  leaveRefused: boolean,
  following: Following,
): Promise<BulkReport> {
  const verdicts: Verdict[] = [];
  await judgeAll(context, call, tenantId, body, following, (verdict) => void verdicts.push(verdict));
  return await context.store.change(changeContext(context, call, tenantId), (change) => {
    const report: BulkReport = { changed: 0, unchanged: 0, refused: 0, refusals: [] };
    const refusals: Refusal[] = [];
    for (const verdict of verdicts) {
      const done = apply(context, call, change, tenantId, verdict);
      count(report, done);
      if ('error' in done) refusals.push(done);
    }
    if (refusals.length > 0 && !leaveRefused) throw refuseAll('none_changed', refusals);
    return report;
  });
}

/** What a bulk change makes of one session. */
type Verdict = Asked & (Refusal | Change);

/** What is asked of one session. */
interface Asked {
  id: string;
  patchFor: (session: Session) => JsonPatch;
}

interface Change {
  name: string;
  /** Of the record that was judged. */
  revision: string;
  /** Those that change, and their new values: one that is absent goes. */
  fields: string[];
  after: JsonObject;
}

async function judgeAll(
  context: ServiceContext,
  call: Call,
  tenantId: string,
  body: unknown,
  { onProgress, signal }: Following,
  hear: (verdict: Verdict, before: JsonObject) => void,
): Promise<void> {
  const all = askedOf(parse(bulkChange, body));
  for (let from = 0; from < all.length; from += CHUNK) {
    signal?.throwIfAborted();
    context.store.read((view) => {
      for (const asked of all.slice(from, from + CHUNK)) {
        const before = view.findSession(tenantId, asked.id)?.session ?? {};
        hear(judge(call, view, tenantId, asked), before);
      }
    });
    onProgress?.(Math.min(from + CHUNK, all.length), all.length);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  signal?.throwIfAborted();
}

/** Judges a session as `patchSession` would. */
function judge(call: Call, view: StoreView, tenantId: string, asked: Asked): Verdict {
  const record = view.findSession(tenantId, asked.id);
  const name = record?.session.name ?? '';
  try {
    const { session, _rev: revision } = requireSession(view, tenantId, asked.id);
    const next = patched(call, session, asked.patchFor(session)) as Session;
    requireStorable(view, tenantId, next, session);
    const fields = [...new Set([...Object.keys(session), ...Object.keys(next)])].filter(
      (field) =>
        field !== 'sys_directive' && !isServerOwned(field) && !jsonEqual(own(session, field), own(next, field)),
    );
    const after = Object.fromEntries(fields.filter((field) => field in next).map((field) => [field, next[field]]));
    return { ...asked, name, revision, fields, after };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return { ...asked, name, error };
  }
}

/** Writes what was judged, or what is judged now where the session has changed since. */
function apply(context: ServiceContext, call: Call, change: StoreChange, tenantId: string, judged: Verdict): Verdict {
  const record = change.findSession(tenantId, judged.id);
  const stands = !('error' in judged) && record?._rev === judged.revision;
  const verdict = stands ? judged : judge(call, change, tenantId, judged);
  if ('error' in verdict || verdict.fields.length === 0 || record === undefined) return verdict;
  const next: JsonObject = { ...record.session };
  for (const field of verdict.fields) delete next[field];
  replaceSession(context, call, change, tenantId, record, { ...next, ...verdict.after });
  return verdict;
}

function askedOf(change: BulkChange): Asked[] {
  const all: Asked[] =
    'changes' in change
      ? change.changes.map(({ id, patch }) => ({ id, patchFor: () => patch }))
      : change.ids.map((id) => ({ id, patchFor: (session) => patchTo(session, change.set) }));
  const seen = new Set<string>();
  const faults = all.flatMap(({ id }, at): Fault[] => {
    const repeated = seen.has(id);
    seen.add(id);
    const path = 'changes' in change ? toPointer(['changes', at, 'id']) : toPointer(['ids', at]);
    return repeated ? [faultAt(path, because('twice'))] : [];
  });
  if (faults.length > 0) throw invalid(faults);
  return all;
}

/** The patch that gives a session these fields; null takes one away. */
function patchTo(session: Session, set: JsonObject): JsonPatch {
  return Object.entries(set).flatMap(([field, value]): JsonPatch => {
    const path = toPointer([field]);
    if (value !== null) return [{ op: 'add', path, value }];
    return Object.hasOwn(session, field) ? [{ op: 'remove', path }] : [];
  });
}

function count(report: BulkReport, verdict: Verdict): void {
  if (!('error' in verdict)) {
    report[verdict.fields.length > 0 ? 'changed' : 'unchanged'] += 1;
    return;
  }
  report.refused += 1;
  const { id, name, error } = verdict;
  const refusal: BulkRefusal = {
    id,
    name,
    kind: error.kind,
    message: error.message,
    because: error.because,
    faults: [...error.faults],
  };
  if (report.refusals.length < MAX_PREVIEW_ROWS) report.refusals.push(refusal);
}
