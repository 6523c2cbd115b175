import type { Operation } from 'fast-json-patch';

import type { JsonObject } from '../base/json.ts';
import type { HistoryRecord } from '../store/records.ts';

/**
 * A record at one end of a step, as far as the step's changes tell: `undefined` where there was none, `whole` where all of it is known, else
 * only the fields that the step changed. A field whose value is undefined was not there.
 */
export type Snapshot = { whole: boolean; fields: ReadonlyMap<string, unknown> } | undefined;

/** What a step did to one record. */
export interface RecordChange {
  kind: HistoryRecord['kind'];
  id: string;
  before: Snapshot;
  after: Snapshot;
}

/**
 * What the changes of a step come to, record by record, in the order of their first changes.
 *
 * Law: for every field of a record, `before` and `after` are what the record had before the first and after the last of its changes.
 */
export function changesByRecord(changes: readonly HistoryRecord[]): RecordChange[] {
  const byRecord = new Map<string, HistoryRecord[]>();
  for (const change of changes) {
    const item = JSON.stringify([change.kind, change.item_id]);
    byRecord.set(item, [...(byRecord.get(item) ?? []), change]);
  }
  return [...byRecord.values()].map((own) => {
    const [{ kind, item_id: id }] = own as [HistoryRecord];
    const nothingKnown: Snapshot = { whole: false, fields: new Map() };
    return {
      kind,
      id,
      before: own.toReversed().reduce<Snapshot>((snapshot, { back }) => applied(snapshot, back), nothingKnown),
      after: own.reduce<Snapshot>((snapshot, { forward }) => applied(snapshot, forward), nothingKnown),
    };
  });
}

/** A snapshot after a patch of history's: whole fields, or the whole record at the root. */
function applied(snapshot: Snapshot, patch: readonly Operation[]): Snapshot {
  return patch.reduce<Snapshot>((snapshot, operation) => {
    const value = 'value' in operation ? (operation.value as unknown) : undefined;
    if (operation.path === '') {
      return operation.op === 'remove'
        ? undefined
        : { whole: true, fields: new Map(Object.entries(value as JsonObject)) };
    }
    return { whole: snapshot?.whole ?? false, fields: new Map(snapshot?.fields).set(fieldOf(operation), value) };
  }, snapshot);
}

/** The field that an operation of history's is about. */
function fieldOf({ path }: Operation): string {
  return path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}
