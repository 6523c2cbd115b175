import { defineStore } from 'pinia';
import { computed, shallowReactive, shallowRef, triggerRef, watch } from 'vue';

import type { CatalogItem } from '../../shared/catalog/catalog.ts';
import { catalogKindNames } from '../../shared/catalog/catalog-kind-names.ts';
import type { CatalogMessage, EventFeedMessage, HeldKind } from '../../shared/rpc/messages.ts';
import type { SessionSummary } from '../../shared/rpc/session-summary.ts';
import { useHost } from '../host/bridge-key.ts';
import { useWorkspace } from './workspace.ts';

type CatalogOf = { [Kind in HeldKind]: ReadonlyMap<string, CatalogItem<Kind>> };

/** What a change of the event's sessions was, for those who keep something derived from them. */
export interface SessionsChange {
  changed: readonly SessionSummary[];
  removed: readonly string[];
  /** Whether all that was known before is void: another event, or a new connection. */
  reset: boolean;
}

/** The part of an event whose sessions are wanted before all others, in milliseconds since the Unix epoch. */
type WindowOf = (event: CatalogItem<'events'>) => { fromMs: number; toMs: number } | undefined;

const heldKinds = catalogKindNames.filter((kind): kind is HeldKind => kind !== 'registrations');

/**
 * The sessions of the event looked at and the catalog of its tenant, held whole as summaries and kept as they are in the engine. The maps are
 * changed in place: `sessions` and `catalog` trigger once for each message, however many sessions it holds.
 */
export const useEvent = defineStore('event', () => {
  const host = useHost();
  const workspace = useWorkspace();

  const sessions = shallowRef(new Map<string, SessionSummary>());
  const catalog = shallowReactive(emptyCatalog());
  /** `window`: what the screen shows is there, and the catalog; `complete`: everything is. */
  const stage = shallowRef<'loading' | 'window' | 'complete'>('loading');
  const listeners = new Set<(change: SessionsChange) => void>();
  let firstWindowOf: WindowOf = () => undefined;

  let stop: (() => void)[] = [];
  const key = computed(() => {
    const { current } = workspace;
    return current === undefined ? undefined : JSON.stringify([current.tenantId, current.event.id]);
  });
  watch(key, open, { immediate: true, flush: 'sync' });

  function open(): void {
    for (const end of stop) end();
    stop = [];
    const { current } = workspace;
    clear();
    if (current === undefined) return;
    const { tenantId, event } = current;
    let seen = new Set<string>();
    let seenItems: Set<string> | undefined;
    // What comes before the catalog is there waits for it: sessions are never shown by the ids of what they refer to.
    let early: EventFeedMessage[] | undefined = [];
    stop = [
      host.follow(
        (bridge, signal) =>
          bridge.event.watchSessions({ tenantId, eventId: event.id, ...firstWindowOf(event) }, { signal }),
        {
          onOpen() {
            seen = new Set();
            if (early !== undefined) early = [];
          },
          onMessage(message: EventFeedMessage) {
            if (early === undefined) takeSessions(message, seen);
            else early.push(message);
          },
        },
      ),
      host.follow((bridge, signal) => bridge.event.watchCatalog({ tenantId }, { signal }), {
        onOpen: () => (seenItems = new Set()),
        onMessage(message: CatalogMessage) {
          takeCatalog(message, seenItems);
          if (!message.complete) return;
          seenItems = undefined;
          const waited = early ?? [];
          early = undefined;
          for (const held of waited) takeSessions(held, seen);
        },
      }),
    ];
  }

  function clear(): void {
    sessions.value = new Map();
    Object.assign(catalog, emptyCatalog());
    stage.value = 'loading';
    tell({ changed: [], removed: [], reset: true });
  }

  /** Takes a message in. After a new connection all comes again: what does not is gone. */
  function takeSessions(message: EventFeedMessage, seen: Set<string>): void {
    const removed = [...message.removed];
    for (const session of message.changed) {
      sessions.value.set(session.id, session);
      seen.add(session.id);
    }
    if (message.stage === 'complete') for (const id of sessions.value.keys()) if (!seen.has(id)) removed.push(id);
    for (const id of removed) sessions.value.delete(id);
    if (message.stage === 'complete') stage.value = 'complete';
    if (message.stage === 'window' && stage.value === 'loading') stage.value = 'window';
    if (message.changed.length + removed.length === 0) return;
    triggerRef(sessions);
    tell({ changed: message.changed, removed, reset: false });
  }

  /**
   * Takes sessions to be so before the engine has said it, so that what a hand put down stays where it is put. Answers what takes it back, as far
   * as the engine has not told otherwise since.
   */
  function assume(assumed: readonly SessionSummary[]): () => void {
    const before = assumed.flatMap(({ id }) => sessions.value.get(id) ?? []);
    put(assumed);
    return () => put(before.filter(({ id }) => assumed.includes(sessions.value.get(id)!)));
  }

  function put(changed: readonly SessionSummary[]): void {
    if (changed.length === 0) return;
    for (const session of changed) sessions.value.set(session.id, session);
    triggerRef(sessions);
    tell({ changed, removed: [], reset: false });
  }

  /** Takes a message in. After a new connection, until all has come again, `seen` holds what has. */
  function takeCatalog({ items, removed: told, complete }: CatalogMessage, seen: Set<string> | undefined): void {
    const kinds = new Set([...Object.keys(items), ...told.map(({ kind }) => kind)] as HeldKind[]);
    const removed = [...told];
    if (seen !== undefined) {
      for (const kind of kinds) for (const item of items[kind] ?? []) seen.add(JSON.stringify([kind, item.id]));
      if (complete) {
        for (const kind of heldKinds) {
          for (const id of catalog[kind].keys()) {
            if (!seen.has(JSON.stringify([kind, id]))) removed.push({ kind, id });
          }
        }
        for (const { kind } of removed) kinds.add(kind);
      }
    }
    for (const kind of kinds) {
      const held = new Map<string, CatalogItem>(catalog[kind]);
      for (const item of items[kind] ?? []) held.set(item.id, item);
      for (const place of removed) if (place.kind === kind) held.delete(place.id);
      Object.assign(catalog, { [kind]: held });
    }
  }

  function tell(change: SessionsChange): void {
    for (const listener of listeners) listener(change);
  }

  return {
    sessions,
    catalog,
    stage,
    /** The event itself, as the catalog has it now. */
    event: computed(() => workspace.current?.event),
    tenantId: computed(() => workspace.current?.tenantId ?? ''),
    assume,
    /** Says which part of an event is looked at first, before its sessions are asked for. */
    wantFirst(windowOf: WindowOf): void {
      firstWindowOf = windowOf;
    },
    /** Calls `listener` with each change of the sessions from now on; answers what ends it. */
    onChange(listener: (change: SessionsChange) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
});

function emptyCatalog(): CatalogOf {
  return Object.fromEntries(heldKinds.map((kind) => [kind, new Map()])) as unknown as CatalogOf;
}
