import { catalogSchema, historySchema, sessionSchema, settingSchema } from './schemas.ts';

/**
 * The four collections: each with a migration from every earlier version of its schema, and what it asks of the storage
 * (columns beside those of its indexes, so that a search reads no documents but the ones it finds; which tombstones to keep).
 */
export const collections = {
  sessions: {
    schema: sessionSchema,
    migrationStrategies: {},
    instanceCreationOptions: {
      columns: ['name_folded', 'end_ms', 'hidden', 'session.type_id', 'session.track_ids'],
      protectedBy: 'sync.dirty',
    },
  },
  catalog: { schema: catalogSchema, migrationStrategies: {} },
  history: { schema: historySchema, migrationStrategies: {} },
  settings: { schema: settingSchema, migrationStrategies: {} },
};
