import { ContractError } from '../contract/errors.ts';
import type { Fault } from '../base/json.ts';
import type { Session } from '../contract/session.ts';
import type { CatalogKind } from '../catalog/catalog.ts';
import type { CatalogReference, StoreView } from '../store/store-view.ts';

interface PlacedReference extends CatalogReference {
  path: string;
}

/** What a user calls an item of each kind. */
const nouns: Readonly<Record<CatalogKind, string>> = {
  events: 'event',
  session_types: 'session type',
  tracks: 'track',
  rooms: 'room',
  speaker_types: 'speaker type',
  contacts: 'contact',
  abstracts: 'abstract',
  custom_fields: 'custom field',
  registrations: 'registration',
};

/** Where a session refers to something that the tenant's catalog lacks: every such place. */
export function findDangling(view: StoreView, tenantId: string, session: Session): Fault[] {
  const references = referencesOf(session);
  const missing = new Set(view.missingFromCatalog(tenantId, references));
  return references
    .filter((reference) => missing.has(reference))
    .map(({ kind, id, path }) => ({ path, message: `names the ${nouns[kind]} ${quote(id)}, which does not exist` }));
}

/** Refuses a session with dangling references: 409, every one named. */
export function requireReferences(view: StoreView, tenantId: string, session: Session): void {
  const faults = findDangling(view, tenantId, session);
  if (faults.length > 0) throw ContractError.ofFaults('missing_reference', faults);
}

function referencesOf(session: Session): PlacedReference[] {
  const references: PlacedReference[] = [];
  // A record of headquarters' may hold null, or another type, where the contract has an id: that refers to nothing.
  const add = (kind: CatalogKind, id: unknown, path: string): void => {
    if (typeof id === 'string') references.push({ kind, id, path });
  };
  add('events', session.event_id, '/event_id');
  add('session_types', session.type_id, '/type_id');
  add('abstracts', session.abstract_id, '/abstract_id');
  add('speaker_types', session.main_presenter_speaker_type_id, '/main_presenter_speaker_type_id');
  listOf(session.track_ids).forEach((id, at) => add('tracks', id, `/track_ids/${at}`));
  listOf(session.room_ids).forEach((id, at) => add('rooms', id, `/room_ids/${at}`));
  listOf(session.speakers).forEach((speaker, at) => {
    add('contacts', speaker.contact_id, `/speakers/${at}/contact_id`);
    add('speaker_types', speaker.type_id, `/speakers/${at}/type_id`);
  });
  listOf(session.custom_field_values).forEach((value, at) =>
    add('custom_fields', value.custom_field_id, `/custom_field_values/${at}/custom_field_id`),
  );
  return references;
}

function listOf<Item>(value: Item[] | null | undefined): Item[] {
  return Array.isArray(value) ? value : [];
}

function quote(id: string): string {
  return JSON.stringify(id.length > 100 ? `${id.slice(0, 100)}…` : id);
}
