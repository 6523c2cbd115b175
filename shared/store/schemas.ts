import type { RxJsonSchema } from 'rxdb';

import type { CatalogRecord, HistoryRecord, SessionRecord, SettingRecord } from './records.ts';

/** Long enough for every key: RxDB wants a bound on what it indexes, and we do not let it cut. */
const KEY = { type: 'string', maxLength: 4096 } as const;
const TEXT = { type: 'string', maxLength: 4096 } as const;
const INSTANT = {
  type: 'number',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  multipleOf: 1,
} as const;

/**
 * RxDB's schemas of the four collections. Few collections, because RxDB's open core allows 13 a process; `tenant_id` in every record,
 * because one database serves many tenants. The session itself is an open object: its fields are the contract's business, and a
 * field of it that no index needs can come and go without a migration (storage.md: keep schemas additive).
 */
export const sessionSchema: RxJsonSchema<SessionRecord> = {
  title: 'sessions',
  version: 0,
  primaryKey: 'key',
  type: 'object',
  properties: {
    key: KEY,
    tenant_id: TEXT,
    event_id: TEXT,
    abstract_id: TEXT,
    name_folded: { type: 'string' },
    start_ms: INSTANT,
    end_ms: INSTANT,
    hidden: { type: 'boolean' },
    size_bytes: INSTANT,
    unsettled: { type: 'boolean' },
    session: {
      type: 'object',
      properties: {
        type_id: { type: 'string' },
        track_ids: { type: 'array', items: { type: 'string' } },
      },
    },
    sync: { type: 'object', properties: { dirty: { type: 'boolean' }, remote_id: TEXT } },
    imported: { type: 'object' },
    arrived_ms: { type: 'number' },
  },
  required: [
    'key',
    'tenant_id',
    'event_id',
    'abstract_id',
    'name_folded',
    'start_ms',
    'end_ms',
    'hidden',
    'size_bytes',
    'unsettled',
    'session',
    'sync',
  ],
  indexes: [
    ['tenant_id', 'event_id', 'key'],
    ['tenant_id', 'event_id', 'start_ms'],
    ['tenant_id', 'abstract_id'],
    ['tenant_id', 'unsettled'],
    ['tenant_id', 'sync.remote_id'],
  ],
};

export const catalogSchema: RxJsonSchema<CatalogRecord> = {
  title: 'catalog',
  version: 0,
  primaryKey: 'key',
  type: 'object',
  properties: {
    key: KEY,
    tenant_id: TEXT,
    kind: TEXT,
    session_id: TEXT,
    item: { type: 'object' },
    unsent: { type: 'boolean' },
    hub: { type: 'object' },
    imported: { type: 'object' },
  },
  required: ['key', 'tenant_id', 'kind', 'session_id', 'item', 'unsent'],
  indexes: [
    ['tenant_id', 'kind', 'key'],
    ['tenant_id', 'session_id'],
    ['tenant_id', 'unsent'],
  ],
};

export const historySchema: RxJsonSchema<HistoryRecord> = {
  title: 'history',
  version: 0,
  primaryKey: 'key',
  type: 'object',
  properties: {
    key: KEY,
    tenant_id: TEXT,
    kind: TEXT,
    item_id: TEXT,
    at: TEXT,
    principal_id: TEXT,
    operation: TEXT,
    forward: { type: 'array', items: { type: 'object' } },
    back: { type: 'array', items: { type: 'object' } },
    linked_id: TEXT,
    step: { type: 'object' },
  },
  // No index: the key leads to a record's changes, and one index less is one page less to write with each edit.
  required: ['key', 'tenant_id', 'kind', 'item_id', 'at', 'principal_id', 'operation', 'forward', 'back'],
};

export const settingSchema: RxJsonSchema<SettingRecord> = {
  title: 'settings',
  version: 0,
  primaryKey: 'key',
  type: 'object',
  properties: { key: KEY, value: { type: 'string' } },
  required: ['key', 'value'],
};
