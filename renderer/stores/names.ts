import { defineStore } from 'pinia';
import { computed } from 'vue';

import type { HeldKind } from '../../shared/rpc/messages.ts';
import { useEvent } from './event.ts';

/** What the catalog calls the things that sessions refer to, by id: made anew only when that kind of the catalog changes. */
export const useNames = defineStore('names', () => {
  const event = useEvent();
  const namesOf = (kind: HeldKind) =>
    computed<ReadonlyMap<string, string>>(
      () =>
        new Map(
          Array.from<{ id: string; name: string }, [string, string]>(event.catalog[kind].values(), ({ id, name }) => [
            id,
            name,
          ]),
        ),
    );
  return {
    rooms: namesOf('rooms'),
    contacts: namesOf('contacts'),
    types: namesOf('session_types'),
    tracks: namesOf('tracks'),
  };
});
