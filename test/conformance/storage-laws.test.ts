import { join } from 'node:path';

import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { onTestFinished } from 'vitest';

import { createSqliteStorage } from '../../electron/storage-sqlite/create-storage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runStorageLaws } from './storage-laws.ts';

runStorageLaws('memory', () => getRxStorageMemory());

runStorageLaws('sqlite', () => {
  const storage = createSqliteStorage({ path: join(temporaryFolder(), 'laws.sqlite') });
  onTestFinished(() => storage.close());
  return storage;
});
