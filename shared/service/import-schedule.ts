import { because, type Reason } from '../base/reasons.ts';
import {
  skippedPart,
  type BundledSession,
  type ScheduleReading,
  type SkippedPart,
} from '../catalog/schedule-bundle.ts';
import type { CatalogItem, CatalogKind } from '../catalog/catalog.ts';
import { catalogKinds } from '../catalog/catalog.ts';
import { catalogKindNames } from '../catalog/catalog-kind-names.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import { findFaults, parse } from '../contract/parse.ts';
import type { Caller } from '../contract/roles.ts';
import type { StoreChange } from '../store/open-store.ts';
import type { StoreView } from '../store/store-view.ts';
import { authorise, requireTenant } from './access.ts';
import type { Call, ServiceContext } from './context.ts';
import type { Following } from './following.ts';
import { mergeImport } from './import-merge.ts';
import { requireValidSession } from '../contract/validate-session.ts';
import { changeContext, insertSession, replaceSession } from './write-session.ts';

/** What an import did, counted, and what it could not take. */
export interface ImportReport {
  event_id: string;
  /** Sessions. */
  added: number;
  changed: number;
  unchanged: number;
  /** What of the file was not taken: sessions that break a rule, and parts that could not be read. */
  refused: SkippedPart[];
  /** Items of the catalog, the event among them. */
  catalog: { added: number; changed: number; unchanged: number };
}

type Outcome = 'added' | 'changed' | 'unchanged';

/** So many records share a transaction: between two, other callers have their turn. */
const CHUNK = 100;

/**
 * What is done with a record that is there already: `merge` takes over what the file changed since the last import, `add` leaves it as it is,
 * for what is generated is no file that could ever change.
 */
type Mode = 'merge' | 'add';

/**
 * Takes a schedule into a tenant. Sessions that are no longer in it stay: a file never deletes.
 * It goes in parts, each durable; cut short, by a crash or by the signal, it is simply done again, or undone as one step.
 */
export async function importSchedule(
  context: ServiceContext,
  caller: Caller,
  tenantId: string,
  read: () => ScheduleReading,
  mode: Mode,
  { onProgress, signal }: Following = {},
): Promise<ImportReport> {
  const principal = authorise(caller, 'admin');
  requireTenant(context.tenants, tenantId);
  const schedule = read();
  // What a person imported they can undo; what is generated was there from the beginning.
  const step = mode === 'merge' ? { step: context.ids() } : {};
  const call: Call = { principal, operation: 'import', ...step };
  const report: ImportReport = {
    event_id: schedule.event.id,
    added: 0,
    changed: 0,
    unchanged: 0,
    refused: [...schedule.skipped],
    catalog: { added: 0, changed: 0, unchanged: 0 },
  };

  const takeInChunks = async <Item>(
    items: readonly Item[],
    counts: Record<Outcome, number>,
    describe: (item: Item) => Reason,
    take: (change: StoreChange, item: Item) => Outcome,
    onChunk: (done: number) => void,
  ): Promise<void> => {
    for (let from = 0; from < items.length; from += CHUNK) {
      signal?.throwIfAborted();
      const outcomes = await context.store.change(changeContext(context, call, tenantId), (change) =>
        items.slice(from, from + CHUNK).map((item) =>
          attempt(
            () => take(change, item),
            () => describe(item),
          ),
        ),
      );
      for (const outcome of outcomes) {
        if (typeof outcome === 'string') counts[outcome] += 1;
        else report.refused.push(outcome);
      }
      onChunk(Math.min(from + CHUNK, items.length));
    }
  };

  await takeInChunks(
    catalogItems(schedule),
    report.catalog,
    ({ kind, item }) => because('in_item', { kinds: kind, id: item.id }),
    (change, { kind, item }) => takeItem(change, tenantId, kind, item, mode),
    () => onProgress?.(0, schedule.sessions.length),
  );
  await takeInChunks(
    schedule.sessions,
    report,
    whereOf,
    (change, session) => takeSession(context, call, change, tenantId, session, mode),
    (done) => onProgress?.(done, schedule.sessions.length),
  );
  return report;
}

/** Which sessions of a schedule an import would refuse as things stand, and why. */
export function findRefusedSessions(
  context: ServiceContext,
  caller: Caller,
  tenantId: string,
  { sessions }: ScheduleReading,
): SkippedPart[] {
  authorise(caller, 'admin');
  requireTenant(context.tenants, tenantId);
  return context.store.read((view) =>
    sessions.flatMap((session) => {
      const outcome = attempt(
        () => mergedSession(view, tenantId, session),
        () => whereOf(session),
      );
      return 'because' in outcome ? [outcome] : [];
    }),
  );
}

function whereOf({ fields }: BundledSession): Reason {
  return because('in_session', { name: fields.name });
}

/** A rule that an item breaks is the item's own trouble; nothing of it has been written by then. */
function attempt<T>(take: () => T, where: () => Reason): T | SkippedPart {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return skippedPart(where(), error.because);
  }
}

function catalogItems({ event, catalog }: ScheduleReading): { kind: CatalogKind; item: CatalogItem }[] {
  const kinds: { [Kind in CatalogKind]?: CatalogItem[] } = { events: [event], ...catalog };
  return catalogKindNames.flatMap((kind) => (kinds[kind] ?? []).map((item) => ({ kind, item })));
}

function takeItem(
  change: StoreChange,
  tenantId: string,
  kind: CatalogKind,
  incoming: CatalogItem,
  mode: Mode,
): Outcome {
  parse(catalogKinds[kind], incoming);
  const record = change.findCatalogRecord(tenantId, kind, incoming.id);
  if (mode === 'add') {
    if (record === undefined) change.saveCatalogItem(kind, incoming);
    return record === undefined ? 'added' : 'unchanged';
  }
  const { fields, digests } = mergeImport(record?.item, incoming, record?.imported);
  const faults = findFaults(catalogKinds[kind], fields);
  if (faults.length > 0) throw invalid(faults);
  change.saveCatalogItem(kind, fields as CatalogItem, digests);
  if (record === undefined) return 'added';
  return fields === record.item ? 'unchanged' : 'changed';
}

function takeSession(
  context: ServiceContext,
  call: Call,
  change: StoreChange,
  tenantId: string,
  session: BundledSession,
  mode: Mode,
): Outcome {
  const { id, fields: incoming } = session;
  if (mode === 'add') {
    if (change.findSession(tenantId, id) !== undefined) return 'unchanged';
    requireValidSession(incoming);
    insertSession(context, call, change, tenantId, { ...incoming, id });
    return 'added';
  }
  const { record, fields, digests } = mergedSession(change, tenantId, session);
  if (record === undefined) {
    insertSession(context, call, change, tenantId, { ...fields, id }, digests);
    return 'added';
  }
  if (fields === record.session) {
    change.rememberImport(record, digests);
    return 'unchanged';
  }
  replaceSession(context, call, change, tenantId, record, fields, digests);
  return 'changed';
}

/** What a session would be after the import, beside what it is; throws where the import refuses it. */
function mergedSession(view: StoreView, tenantId: string, { id, fields: incoming }: BundledSession) {
  const record = view.findSession(tenantId, id);
  // A file of ours names ids; one that was tampered with could name any.
  if (record !== undefined && record.imported === undefined && record.event_id !== incoming.event_id) {
    throw new ContractError('invalid', because('of_another_event'));
  }
  const { fields, digests } = mergeImport(record?.session, incoming, record?.imported);
  requireValidSession(fields, record?.session);
  if (record?.session.sys_locked === true && fields !== record.session)
    throw new ContractError('locked', because('locked'));
  return { record, fields, digests };
}
