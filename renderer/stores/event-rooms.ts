import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';

import { useEvent } from './event.ts';
import { useWorkspace } from './workspace.ts';

/**
 * Which rooms are the event's own. A tenant's events share one catalog: where there are several, those that no session of this event is in are
 * taken for the others'.
 */
export const useEventRooms = defineStore('event-rooms', () => {
  const event = useEvent();
  const workspace = useWorkspace();

  /** By session, the rooms that it was counted with; by room, how many sessions are in it. */
  const counted = new Map<string, readonly string[]>();
  const counts = new Map<string, number>();
  const used = shallowRef<ReadonlySet<string>>(new Set());

  function add(roomIds: readonly string[], by: 1 | -1): void {
    for (const id of roomIds) {
      const count = (counts.get(id) ?? 0) + by;
      if (count === 0) counts.delete(id);
      else counts.set(id, count);
    }
  }

  function count(id: string, roomIds: readonly string[]): void {
    add(counted.get(id) ?? [], -1);
    add(roomIds, 1);
    if (roomIds.length === 0) counted.delete(id);
    else counted.set(id, roomIds);
  }

  function publish(): void {
    const isSame = used.value.size === counts.size && [...counts.keys()].every((id) => used.value.has(id));
    if (!isSame) used.value = new Set(counts.keys());
  }

  for (const { id, room_ids: roomIds = [] } of event.sessions.values()) count(id, roomIds);
  publish();
  event.onChange(({ changed, removed, reset }) => {
    if (reset) {
      counted.clear();
      counts.clear();
    }
    for (const { id, room_ids: roomIds = [] } of changed) count(id, roomIds);
    for (const id of removed) count(id, []);
    publish();
  });

  const isOnlyEvent = computed(
    () => workspace.events.filter(({ tenantId }) => tenantId === event.tenantId).length <= 1,
  );

  return {
    isOfEvent: (roomId: string): boolean => isOnlyEvent.value || used.value.has(roomId),
    /** The event's own rooms, as the catalog has them. */
    rooms: computed(() =>
      [...event.catalog.rooms.values()].filter(({ id }) => isOnlyEvent.value || used.value.has(id)),
    ),
  };
});
