import type { RxCollectionCreator } from 'rxdb';

import type { CatalogRecord, HistoryRecord, SessionRecord, SettingRecord } from './records.ts';
import { catalogSchema, historySchema, sessionSchema, settingSchema } from './schemas.ts';

/** A collection: its schema, a migration from every earlier version of it, and what it asks of the storage. */
type Creator<Kind> = Pick<RxCollectionCreator<Kind>, 'schema' | 'migrationStrategies' | 'instanceCreationOptions'>;

/** The four collections of the store. */
export interface Collections {
  sessions: Creator<SessionRecord>;
  catalog: Creator<CatalogRecord>;
  history: Creator<HistoryRecord>;
  settings: Creator<SettingRecord>;
}

export const currentCollections: Collections = {
  sessions: {
    schema: sessionSchema,
    instanceCreationOptions: {
      // Beside the columns of its indexes, so that a search reads no documents but the ones that it finds.
      columns: ['name_folded', 'end_ms', 'hidden', 'session.type_id', 'session.track_ids'],
      // The tombstone of a delete that headquarters has not heard of.
      protectedBy: 'sync.dirty',
    },
  },
  catalog: { schema: catalogSchema },
  history: { schema: historySchema },
  settings: { schema: settingSchema },
};
