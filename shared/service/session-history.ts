import { own, type JsonObject } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import { ContractError } from '../contract/errors.ts';
import { isServerOwned, sessionFieldNames } from '../contract/session.ts';
import type { FieldChange, SessionHistoryEntry, SessionHistoryPage } from '../contract/session-history.ts';
import { GOES_ON, GOES_ON_FROM, HEADQUARTERS, type HistoryRecord } from '../store/records.ts';
import type { ServiceContext } from './context.ts';
import { changesByRecord } from './step-changes.ts';

/** The most entries of one page. */
const MAX_ENTRIES = 200;

/** A session's history, newest first; of a deleted one, too. Throws `not_found` for one that never was. */
export function readHistory(
  context: ServiceContext,
  tenantId: string,
  sessionId: string,
  { before, limit }: { before?: string; limit: number },
): SessionHistoryPage {
  const most = Math.min(Math.max(1, limit), MAX_ENTRIES);
  const bounds = { limit: most + 1, ...(before === undefined ? {} : { beforeKey: before }) };
  const { records, isKnown } = context.store.read((view) => {
    const records = view.pageOfHistory(tenantId, 'sessions', sessionId, bounds);
    // One that came from headquarters and has not changed since has no history.
    return { records, isKnown: records.length > 0 || view.findRecords(tenantId, [sessionId]).length > 0 };
  });
  if (!isKnown && before === undefined) throw new ContractError('not_found', because('no_session'));
  return { entries: records.slice(0, most).map(toEntry), more: records.length > most };
}

function toEntry(record: HistoryRecord): SessionHistoryEntry {
  const { key, at, operation, linked_id: linkedId } = record;
  const side = record.principal_id === HEADQUARTERS ? 'headquarters' : 'here';
  const [change] = changesByRecord([record]);
  const [before, after] = [change?.before?.fields, change?.after?.fields];
  const names = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])]
    .filter((name) => name !== 'id' && !isServerOwned(name))
    .toSorted((a, b) => placeOf(a) - placeOf(b));
  const changes = names.map((field): FieldChange => ({
    field,
    ...valueAs('before', before?.get(field)),
    ...valueAs('after', after?.get(field)),
  }));
  const by = side === 'here' ? record.principal_id : lastModifier(after);
  const link = linkedId === undefined ? {} : { linkedId };
  return { key, at, side, by, operation, action: actionOf(record), changes, ...link };
}

function actionOf({ operation, forward }: HistoryRecord): SessionHistoryEntry['action'] {
  if (operation === GOES_ON || operation === GOES_ON_FROM) return 'linked';
  const root = forward.find(({ path }) => path === '');
  if (root === undefined) return 'changed';
  return root.op === 'remove' ? 'deleted' : 'created';
}

/** Whom headquarters names as the last who changed a session; itself where it names nobody. */
function lastModifier(after: ReadonlyMap<string, unknown> | undefined): string {
  const id = after?.get('sys_last_modified_by_id');
  return typeof id === 'string' ? id : HEADQUARTERS;
}

/** Known fields in the session's order, then others. */
function placeOf(field: string): number {
  const at = sessionFieldNames.indexOf(field);
  return at === -1 ? sessionFieldNames.length : at;
}

function valueAs(side: 'before' | 'after', value: unknown): Partial<FieldChange> {
  return value === undefined ? {} : { [side]: value };
}

/** The fields in which two states of a session differ, with both values, but for what only the server sets. */
export function fieldChanges(before: JsonObject, after: JsonObject, fields: readonly string[]): FieldChange[] {
  return fields.map((field) => ({
    field,
    ...valueAs('before', own(before, field)),
    ...valueAs('after', own(after, field)),
  }));
}
