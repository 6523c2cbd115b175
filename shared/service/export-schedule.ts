import { faultAt } from '../base/json.ts';
import { because } from '../base/reasons.ts';
import type { ScheduleBundle } from '../catalog/schedule-bundle.ts';
import { ContractError, invalid } from '../contract/errors.ts';
import type { Caller } from '../contract/roles.ts';
import type { SessionInput } from '../contract/session.ts';
import { authorise, requireTenant } from './access.ts';
import type { ServiceContext } from './context.ts';
import { withoutServerOwned } from './write-session.ts';

/** An event with all its sessions and everything they refer to, as of one moment. */
export function exportSchedule(
  context: ServiceContext,
  caller: Caller,
  tenantId: string,
  eventId: string | undefined,
): ScheduleBundle {
  authorise(caller, 'viewer');
  requireTenant(context.tenants, tenantId);
  if (eventId === undefined) throw invalid([faultAt('/event_id', because('required'))]);
  return context.store.read((view) => {
    const event = view.findCatalogItem(tenantId, 'events', eventId);
    if (event === undefined) throw new ContractError('not_found', because('no_event'));
    const sessions = view.listSessions(tenantId, { eventId });
    return {
      event,
      catalog: {
        session_types: view.listCatalog(tenantId, 'session_types'),
        tracks: view.listCatalog(tenantId, 'tracks'),
        rooms: view.listCatalog(tenantId, 'rooms'),
        speaker_types: view.listCatalog(tenantId, 'speaker_types'),
        contacts: view.listCatalog(tenantId, 'contacts'),
        custom_fields: view.listCatalog(tenantId, 'custom_fields'),
      },
      // What is left of a stored session without the server's fields is what a request gives.
      sessions: sessions.map(({ session }) => ({
        id: session.id,
        fields: withoutServerOwned(session) as SessionInput,
      })),
    };
  });
}
