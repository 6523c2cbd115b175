import { defineStore } from 'pinia';
import { v7 as uuidv7 } from 'uuid';
import { shallowReactive } from 'vue';

import { OWN_ID_PREFIX } from '../../shared/base/ids.ts';
import { jsonEqual, own } from '../../shared/base/json.ts';
import { ContractError } from '../../shared/contract/errors.ts';
import type { HeldKind } from '../../shared/rpc/messages.ts';
import { useHost } from '../host/bridge-key.ts';
import { withMember, type NamedItem } from './catalog-members.ts';
import { itemFaults } from './catalog-faults.ts';
import { useEdit } from './edit.ts';
import { useEvent } from './event.ts';

/**
 * Changes of what sessions refer to: people, places and the like. What was typed and cannot be saved is kept here until it can, whatever screen is
 * looked at; every save is a step that can be undone.
 */
export const useCatalogEdit = defineStore('catalog-edit', () => {
  const { bridge } = useHost();
  const event = useEvent();
  const edit = useEdit();

  /** What was typed and is not saved, by kind, id and member. */
  const drafts = shallowReactive(new Map<string, unknown>());
  /** What was saved last, for as long as the engine has not told of it: two fields that are left one after the other must not undo each other. */
  const saved = shallowReactive(new Map<string, { over: NamedItem | undefined; item: NamedItem }>());

  function keyOf(...parts: string[]): string {
    return JSON.stringify([event.tenantId, ...parts]);
  }

  function stored(kind: HeldKind, id: string): NamedItem | undefined {
    return event.catalog[kind].get(id);
  }

  function itemOf(kind: HeldKind, id: string): NamedItem | undefined {
    const last = saved.get(keyOf(kind, id));
    const told = stored(kind, id);
    return last !== undefined && last.over === told ? last.item : told;
  }

  async function put(kind: HeldKind, item: NamedItem): Promise<void> {
    const { tenantId } = event;
    const key = keyOf(kind, item.id);
    saved.set(key, { over: stored(kind, item.id), item });
    try {
      await edit.perform(async () => await bridge.catalog.put({ tenantId, kind, items: [item] }));
    } catch (error) {
      saved.delete(key);
      throw error;
    }
  }

  return {
    itemOf,

    /** What stands in a field: what was typed, else what the item has. */
    shown(kind: HeldKind, id: string, member: string): unknown {
      const key = keyOf(kind, id, member);
      if (drafts.has(key)) return drafts.get(key);
      const item = itemOf(kind, id);
      return item === undefined ? undefined : own(item, member);
    },
    isTyped: (kind: HeldKind, id: string, member: string): boolean => drafts.has(keyOf(kind, id, member)),

    type(kind: HeldKind, id: string, member: string, value: unknown): void {
      drafts.set(keyOf(kind, id, member), value);
    },

    /** Saves what was typed in a field, unless something is wrong with it. */
    async save(kind: HeldKind, id: string, member: string): Promise<void> {
      const key = keyOf(kind, id, member);
      const before = itemOf(kind, id);
      if (!drafts.has(key) || before === undefined) return;
      const value = drafts.get(key);
      const next = withMember(before, member, value);
      if (itemFaults(kind, next).has(member)) return;
      if (!jsonEqual(next, before)) await put(kind, next);
      // What was typed since is another draft.
      if (drafts.get(key) === value) drafts.delete(key);
    },

    /** Adds an item of that name; answers its id. */
    async add(kind: HeldKind, name: string): Promise<string> {
      const id = OWN_ID_PREFIX + uuidv7();
      await put(kind, { id, name: name.trim(), ...(kind === 'custom_fields' ? { type: 'text' } : {}) });
      return id;
    },

    /** Takes an item out; answers whether it could go: what something refers to stays. Any other failure is told and thrown. */
    async remove(kind: HeldKind, id: string): Promise<'removed' | 'in_use'> {
      const { tenantId } = event;
      try {
        await bridge.catalog.remove({ tenantId, kind, ids: [id] });
        saved.delete(keyOf(kind, id));
        return 'removed';
      } catch (error) {
        if (error instanceof ContractError && error.kind === 'in_use') return 'in_use';
        return await edit.perform(async () => await Promise.reject(error));
      }
    },
  };
});
