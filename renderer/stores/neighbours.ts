import { defineStore } from 'pinia';
import { onScopeDispose, shallowRef } from 'vue';

import { useEvent } from './event.ts';

/** Which sessions stand before and after one, in the order of the screen that is seen. */
export const useNeighbours = defineStore('neighbours', () => {
  const event = useEvent();
  const order = shallowRef<() => readonly string[]>();

  /** By begin, then by name: the order where the screen has none of its own. */
  function byTime(): readonly string[] {
    return [...event.sessions.values()]
      .sort(
        (a, b) =>
          Date.parse(a.start_date ?? '9999-01-01') - Date.parse(b.start_date ?? '9999-01-01') ||
          (a.name < b.name ? -1 : 1),
      )
      .map(({ id }) => id);
  }

  return {
    /** Says how the screen orders its sessions, for as long as it is seen. */
    useOrder(ids: () => readonly string[]): void {
      order.value = ids;
      onScopeDispose(() => {
        if (order.value === ids) order.value = undefined;
      });
    },
    /** The session so many places after another; undefined past either end. Computed when it is asked for: an order changes often. */
    beside(id: string, places: 1 | -1): string | undefined {
      const ids = (order.value ?? byTime)();
      const at = ids.indexOf(id);
      return at === -1 ? undefined : ids[at + places];
    },
  };
});
