import type { HostFacts, Workspace, WorkspaceEvent } from '../../shared/rpc/messages.ts';
import type { Engine } from '../engine/engine.ts';
import type { Data } from '../engine/keep-data.ts';
import { Mailbox } from './mailbox.ts';
import { whenAborted } from './when-aborted.ts';
import type { SyncCalls } from './sync-calls.ts';

/** The events that are kept here, now and whenever one comes, goes or changes, and whether they can be backed up. */
export async function* feedWorkspace(
  engine: Engine,
  sync: SyncCalls,
  host: HostFacts,
  signal: AbortSignal | undefined,
): AsyncGenerator<Workspace> {
  const changed = new Mailbox<'events' | 'backups'>();
  const stop = engine.store.watchCatalog((record) => {
    if (record.kind === 'events') changed.add('events');
  });
  const stopConnections = sync.onConnections(() => changed.add('events'));
  const stopBackups = engine.backups.onFailure(() => changed.add('backups'));
  try {
    while (signal?.aborted !== true) {
      const backupFailure = engine.backups.failure();
      yield { events: listEvents(engine), host, ...(backupFailure === undefined ? {} : { backupFailure }) };
      await changed.take(signal);
    }
  } finally {
    stop();
    stopConnections();
    stopBackups();
  }
}

/** That the data cannot be read, and what could be put in their place. */
export async function* feedDamage(
  { damage: { path, newestBackup }, recovery }: Data & { state: 'damaged' },
  host: HostFacts,
  signal: AbortSignal | undefined,
): AsyncGenerator<Workspace> {
  const copies = await recovery.list();
  const newestGood = copies.find(({ id }) => id === newestBackup?.id);
  yield { events: [], host, damaged: { path, ...(newestGood === undefined ? {} : { newestGood }) } };
  await whenAborted(signal);
}

function listEvents({ tenants, store, sync }: Engine): WorkspaceEvent[] {
  const upstreams = new Map(
    sync
      .list()
      .flatMap(({ tenantId, eventIds, url, remoteTenantId, isGiven }) =>
        eventIds.map((eventId) => [JSON.stringify([tenantId, eventId]), { url, remoteTenantId, isGiven }] as const),
      ),
  );
  return store.read((view) =>
    tenants().flatMap((tenantId) =>
      view.listCatalog(tenantId, 'events').map((event) => {
        const upstream = upstreams.get(JSON.stringify([tenantId, event.id]));
        return { tenantId, event, ...(upstream === undefined ? {} : { upstream }) };
      }),
    ),
  );
}
