import type { HostFacts, Workspace, WorkspaceEvent } from '../../shared/rpc/messages.ts';
import type { Engine } from '../engine/engine.ts';
import { Mailbox } from './mailbox.ts';

/** The events that are kept here, now and whenever one comes, goes or changes. */
export async function* feedWorkspace(
  engine: Engine,
  host: HostFacts,
  signal: AbortSignal | undefined,
): AsyncGenerator<Workspace> {
  const changed = new Mailbox<'events'>();
  const stop = engine.store.watchCatalog((record) => {
    if (record.kind === 'events') changed.add('events');
  });
  try {
    while (signal?.aborted !== true) {
      yield { events: listEvents(engine), host };
      await changed.take(signal);
    }
  } finally {
    stop();
  }
}

function listEvents({ tenants, store }: Engine): WorkspaceEvent[] {
  return store.read((view) =>
    tenants().flatMap((tenantId) => view.listCatalog(tenantId, 'events').map((event) => ({ tenantId, event }))),
  );
}
