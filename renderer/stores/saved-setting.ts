import { shallowRef, watch, type ShallowRef } from 'vue';

import type { JsonValue } from '../../shared/base/json.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import { useHost } from '../host/bridge-key.ts';
import { useEdit } from './edit.ts';

/** A setting that the engine keeps, the same in all windows. */
export interface SavedSetting<Value> {
  readonly value: Readonly<ShallowRef<Value>>;
  /** It is so at once, and saved; what the engine could not be told it is told when it is back. */
  save(next: Value): Promise<void>;
}

/**
 * Follows a setting. What is changed here stands until it is saved, for what the engine tells meanwhile is from before; what the engine refuses is
 * taken back, told in a notice, and thrown.
 *
 * @param name may change, with the event that is looked at
 * @param read what was saved, by whatever version; of nothing, the usual
 */
export function useSavedSetting<Value extends JsonValue>(
  name: () => string,
  read: (saved: unknown) => Value,
): SavedSetting<Value> {
  const { bridge, follow } = useHost();
  const edit = useEdit();
  const value = shallowRef(read(undefined)) as ShallowRef<Value>;
  /** What the engine told last. */
  let told: unknown;
  /** Whether the engine was away when it was last told. */
  let isAway = false;
  let unsaved: { readonly name: string; readonly value: Value } | undefined;

  let stop: (() => void) | undefined;
  watch(
    name,
    (now) => {
      stop?.();
      told = undefined;
      value.value = read(told);
      stop = follow((to, signal) => to.settings.watch({ name: now }, { signal }), {
        onOpen: () => void (isAway && send()),
        onMessage(saved) {
          told = saved;
          if (unsaved?.name !== now) value.value = read(told);
        },
      });
    },
    { immediate: true, flush: 'sync' },
  );

  async function send(): Promise<void> {
    const sent = unsaved;
    if (sent === undefined) return;
    isAway = false;
    try {
      await edit.perform(async () => {
        try {
          await bridge.settings.save(sent);
        } catch (error) {
          // It is told again when the way to the engine is open again.
          isAway = error instanceof ContractError && error.kind === 'unreachable';
          if (!isAway) throw error;
        }
      });
    } catch (error) {
      if (unsaved === sent) {
        unsaved = undefined;
        if (sent.name === name()) value.value = read(told);
      }
      throw error;
    }
    if (!isAway && unsaved === sent) unsaved = undefined;
  }

  return {
    value,
    async save(next) {
      value.value = next;
      unsaved = { name: name(), value: next };
      await send();
    },
  };
}
