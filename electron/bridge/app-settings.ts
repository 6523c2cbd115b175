import { jsonSizeBytes, type JsonValue } from '../../shared/base/json.ts';
import { because } from '../../shared/base/reasons.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { Store } from '../../shared/store/open-store.ts';
import { Mailbox } from './mailbox.ts';

/** What the app's views remember, by name, for all windows of this machine. */
export interface AppSettings {
  /** What was saved, and each change of it; null where nothing was. */
  watch(name: string, signal: AbortSignal | undefined): AsyncGenerator<JsonValue>;
  save(name: string, value: JsonValue): Promise<void>;
}

/** Beside the app's settings, the store keeps others: they have no such beginning. */
const PREFIX = 'app:';
const MAX_VALUE_BYTES = 256 * 1024;

export function createAppSettings(store: Store): AppSettings {
  const watchers = new Set<Mailbox<string>>();
  const read = (name: string): JsonValue =>
    JSON.parse(store.read((view) => view.findSetting(PREFIX + name)) ?? 'null') as JsonValue;
  return {
    async *watch(name, signal) {
      const changed = new Mailbox<string>();
      watchers.add(changed);
      try {
        yield read(name);
        while (signal?.aborted !== true) {
          const names = await changed.take(signal);
          if (names.includes(name)) yield read(name);
        }
      } finally {
        watchers.delete(changed);
      }
    },
    async save(name, value) {
      if (jsonSizeBytes(value) > MAX_VALUE_BYTES) throw new ContractError('invalid', because('setting_too_large'));
      const context = { tenantId: '', principalId: 'local', operation: 'saveSetting', atMs: 0 };
      await store.change(context, (change) => change.saveSetting(PREFIX + name, JSON.stringify(value)));
      for (const watcher of watchers) watcher.add(name);
    },
  };
}
