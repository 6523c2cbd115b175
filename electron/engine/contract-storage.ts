import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { StorageError } from '../storage-sqlite/storage-error.ts';
import type { SqliteStorage } from '../storage-sqlite/transactional-storage.ts';

/**
 * A storage whose transactions and reads fail in the words of the contract, where the user can do something about it: `storage_full`, and
 * `storage_damaged`, of which `onDamage` hears.
 */
export function inContractWords(storage: SqliteStorage, onDamage: () => void): SqliteStorage {
  const translated = (error: unknown): unknown => {
    const known = toContractError(error);
    if (known?.kind === 'storage_damaged') onDamage();
    return known ?? error;
  };
  return {
    ...storage,
    async transaction(work) {
      try {
        return await storage.transaction(work);
      } catch (error) {
        throw translated(error);
      }
    },
    read(work) {
      try {
        return storage.read(work);
      } catch (error) {
        throw translated(error);
      }
    },
  };
}

/** A storage error in the contract's words; undefined for one that is a fault of our own. */
export function toContractError(error: unknown): ContractError | undefined {
  if (!(error instanceof StorageError)) return undefined;
  if (error.kind === 'full') {
    return new ContractError('storage_full', because('disk_full'), { cause: error });
  }
  if (error.kind === 'unreadable') {
    return new ContractError('storage_damaged', because('data_damaged'), { cause: error });
  }
  return undefined;
}
