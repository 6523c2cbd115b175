import { objectsOf } from '../../shared/base/json.ts';
import type { Store } from '../../shared/store/open-store.ts';

/** The ids of an event's sessions by the custom fields that they have a value of. */
export function findCustomFieldUses(
  store: Store,
  { tenantId, eventId }: { tenantId: string; eventId: string },
): Record<string, string[]> {
  const uses = new Map<string, Set<string>>();
  const sessions = store.read((view) => view.listSessions(tenantId, { eventId }));
  for (const { session } of sessions) {
    for (const { custom_field_id: field } of objectsOf(session.custom_field_values)) {
      if (typeof field === 'string') uses.set(field, (uses.get(field) ?? new Set()).add(session.id));
    }
  }
  return Object.fromEntries(Array.from(uses, ([field, ids]) => [field, [...ids]]));
}
