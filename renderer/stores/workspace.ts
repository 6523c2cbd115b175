import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';

import type { Workspace, WorkspaceEvent } from '../../shared/rpc/messages.ts';
import { useHost } from '../host/bridge-key.ts';

/** Which event a window looks at. */
export interface EventRef {
  tenantId: string;
  eventId: string;
}

/** Where the window remembers what it looked at. */
const LAST_EVENT = 'offstage-event';

/** What is kept on this machine, and which event the window looks at. */
export const useWorkspace = defineStore('workspace', () => {
  const host = useHost();
  const workspace = shallowRef<Workspace>();
  const chosen = shallowRef<EventRef | undefined>(readLast());

  /** Stands while the engine is known to go away, and to come back with other data. */
  const leaving = shallowRef<PromiseWithResolvers<void>>();
  let isBack = false;
  const openings = shallowRef(0);
  host.follow((bridge, signal) => bridge.workspace.watch(undefined, { signal }), {
    onOpen() {
      isBack = true;
      openings.value += 1;
    },
    onMessage(message) {
      workspace.value = message;
      if (!isBack) return;
      leaving.value?.resolve();
      leaving.value = undefined;
    },
  });

  /** Says that the engine is about to go; waits until it has come back. */
  async function comesBack(): Promise<void> {
    isBack = false;
    leaving.value ??= Promise.withResolvers();
    await leaving.value.promise;
  }

  const events = computed<readonly WorkspaceEvent[]>(() => workspace.value?.events ?? []);
  /** The event looked at: the one chosen, as long as it is kept here, else the first. */
  const current = computed<WorkspaceEvent | undefined>(
    () => events.value.find((entry) => isSame(entry, chosen.value)) ?? events.value[0],
  );

  function choose(ref: EventRef): void {
    chosen.value = { tenantId: ref.tenantId, eventId: ref.eventId };
    localStorage.setItem(LAST_EVENT, JSON.stringify(chosen.value));
  }

  return {
    /** Whether the engine has told what it keeps. */
    isKnown: computed(() => workspace.value !== undefined && workspace.value.damaged === undefined),
    /** Where the data cannot be read. */
    damaged: computed(() => workspace.value?.damaged),
    /** Why the last copy of the data could not be made, where it could not. */
    backupFailure: computed(() => workspace.value?.backupFailure),
    /** Whether the engine is away, and nobody knows why. */
    isAway: computed(() => host.state.value === 'lost' && leaving.value === undefined),
    comesBack,
    /** How often the engine was reached: another number, and what was asked before may no longer be so. */
    openings,
    hostFacts: computed(() => workspace.value?.host),
    connection: host.state,
    events,
    current,
    choose,
  };
});

function isSame({ tenantId, event }: WorkspaceEvent, ref: EventRef | undefined): boolean {
  return ref?.tenantId === tenantId && ref.eventId === event.id;
}

function readLast(): EventRef | undefined {
  try {
    const last: unknown = JSON.parse(localStorage.getItem(LAST_EVENT) ?? 'null');
    if (typeof last !== 'object' || last === null) return undefined;
    const { tenantId, eventId } = last as Partial<EventRef>;
    return typeof tenantId === 'string' && typeof eventId === 'string' ? { tenantId, eventId } : undefined;
  } catch {
    // Not ours, or cut short: the first event does as well.
    return undefined;
  }
}
