import { shallowRef } from 'vue';

import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import type { Host, HostState } from '../../../renderer/host/host.ts';

/** An event as the engine tells it. */
export interface EventInHand {
  event: { id: string; name: string; time_zone: string; start_date?: string; end_date?: string };
  sessions: readonly SessionSummary[];
  /** Items of the catalog, by kind. */
  catalog: Readonly<Record<string, readonly unknown[]>>;
}

/** A host whose engine has told everything: what is measured is the renderer alone. */
export function hostInHand({ event, sessions, catalog }: EventInHand): Host {
  const answers: Readonly<Record<string, unknown>> = {
    'workspace.watch': { events: [{ tenantId: 'local', event }], host: {} },
    'event.watchSessions': { changed: sessions, removed: [], stage: 'complete' },
    'event.watchCatalog': { items: catalog, removed: [], complete: true },
  };
  return {
    state: shallowRef<HostState>('connected'),
    bridge: { settings: { save: async () => undefined } },
    follow(
      stream: (bridge: unknown, signal: AbortSignal) => unknown,
      { onMessage }: { onMessage: (message: unknown) => void },
    ) {
      const call = stream(recorder([]), new AbortController().signal) as string;
      if (call in answers) onMessage(answers[call]);
      return () => undefined;
    },
  } as unknown as Host;
}

/** Tells which stream was asked for: `event.watchSessions` for a call of that name. */
function recorder(path: readonly string[]): unknown {
  return new Proxy(() => undefined, {
    get: (_, name) => recorder([...path, String(name)]),
    apply: () => path.join('.'),
  });
}
