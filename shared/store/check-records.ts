import { z } from 'zod';

import { catalogKindNames } from '../catalog/catalog-kind-names.ts';
import { recordKey } from './records.ts';
import type { StorageReader } from './storage-port.ts';

const object = z.record(z.string(), z.unknown());
const optionalText = z.string().optional();
const faults = z.array(z.object({ path: z.string(), message: z.string() }));

const syncState = z.looseObject({
  dirty: z.boolean(),
  waitingSinceMs: z.number().optional(),
  remote_id: z.string(),
  upstream: optionalText,
  version: z.object({ sys_version: z.number().optional(), sys_last_modified_at: optionalText }).optional(),
  base: object.optional(),
  sent: z
    .object({
      operation: z.enum(['create', 'patch', 'delete']),
      outcome: z.enum(['unknown', 'not arrived']),
      states: z.array(object),
    })
    .optional(),
  made: z.array(z.string()).optional(),
  refused: z.object({ status: z.number(), message: z.string(), faults, atMs: z.number() }).optional(),
  conflicts: z.array(z.looseObject({ pointer: z.string() })).optional(),
  replica: optionalText,
  above: z.array(object).optional(),
});

/** A session's own fields are headquarters' business: it may hold anything. */
const sessionRecord = z.looseObject({
  key: z.string(),
  tenant_id: z.string(),
  event_id: z.string(),
  abstract_id: z.string(),
  name_folded: z.string(),
  start_ms: z.number(),
  end_ms: z.number(),
  hidden: z.boolean(),
  size_bytes: z.number(),
  unsettled: z.boolean(),
  session: z.looseObject({ id: z.string() }),
  sync: syncState,
  imported: z.record(z.string(), z.string()).optional(),
  arrived_ms: z.number().optional(),
});

const catalogRecord = z.looseObject({
  key: z.string(),
  tenant_id: z.string(),
  kind: z.enum(catalogKindNames),
  session_id: z.string(),
  item: z.looseObject({ id: z.string() }),
});

const patch = z.array(z.looseObject({ op: z.enum(['add', 'remove', 'replace']), path: z.string() }));

const step = z.looseObject({
  number: z.number(),
  kind: z.enum(['edit', 'undo', 'redo', 'skip']),
  undo: z.number(),
  redo: z.number(),
  below: z.number(),
  label: z.looseObject({ operation: z.string(), subjects: z.array(z.string()), names: z.array(z.string()) }),
  keys: z.array(z.string()),
  parts: z.number().int().min(0).max(1_000_000),
});

const historyRecord = z.looseObject({
  key: z.string(),
  tenant_id: z.string(),
  kind: z.string(),
  item_id: z.string(),
  at: z.string(),
  principal_id: z.string(),
  operation: z.string(),
  forward: patch,
  back: patch,
  linked_id: optionalText,
  step: step.optional(),
});

const settingRecord = z.looseObject({ key: z.string(), value: z.string() });

/**
 * The first record of a store that is not as this store writes them, in words such as `a session`; undefined where all are. For a file from elsewhere: what is
 * written here needs no looking at.
 */
export function findUnsoundRecord(reader: StorageReader): string | undefined {
  return (
    firstUnsound(reader, 'sessions', 'a session', (record) => {
      const { data } = sessionRecord.safeParse(record);
      return data !== undefined && data.key === recordKey(data.tenant_id, data.session.id);
    }) ??
    firstUnsound(reader, 'catalog', 'an item of the catalog', (record) => {
      const { data } = catalogRecord.safeParse(record);
      return data !== undefined && data.key === recordKey(data.tenant_id, data.kind, data.item.id);
    }) ??
    firstUnsound(reader, 'history', 'a change', (record) => historyRecord.safeParse(record).success) ??
    firstUnsound(reader, 'settings', 'a setting', (record) => settingRecord.safeParse(record).success)
  );
}

function firstUnsound(
  reader: StorageReader,
  collection: string,
  what: string,
  isSound: (record: unknown) => boolean,
): string | undefined {
  let found: string | undefined;
  reader.scan(collection, { selector: {}, sort: [], skip: 0 }, (record) => {
    if (!isSound(record)) found = what;
    return found === undefined;
  });
  return found;
}
