import { isJsonObject, toPointer } from '../base/json.ts';
import type { Session } from '../contract/session.ts';
import type { CatalogKind } from './catalog.ts';

/** One place where a session refers to an item of the catalog. */
export interface SessionReference {
  kind: CatalogKind;
  id: string;
  /** A JSON Pointer into the session. */
  path: string;
}

/** Every place where a session refers to the catalog. */
export function referencesOf(session: Session): SessionReference[] {
  const references: SessionReference[] = [];
  visitReferences(session, (kind, id, ...tokens) => references.push({ kind, id, path: toPointer(tokens) }));
  return references;
}

/** Hands over each reference of a session to the catalog, with the tokens of the JSON Pointer to it. */
export function visitReferences(
  session: Session,
  visit: (kind: CatalogKind, id: string, ...tokens: (string | number)[]) => void,
): void {
  // A record of headquarters' may hold null, or another type, where the contract has an id: that refers to nothing.
  const add = (kind: CatalogKind, id: unknown, ...tokens: (string | number)[]): void => {
    if (typeof id === 'string' && id !== '') visit(kind, id, ...tokens);
  };
  add('events', session.event_id, 'event_id');
  add('session_types', session.type_id, 'type_id');
  add('abstracts', session.abstract_id, 'abstract_id');
  add('speaker_types', session.main_presenter_speaker_type_id, 'main_presenter_speaker_type_id');
  listOf(session.track_ids).forEach((id, at) => add('tracks', id, 'track_ids', at));
  listOf(session.room_ids).forEach((id, at) => add('rooms', id, 'room_ids', at));
  listOf(session.speakers).forEach((speaker, at) => {
    if (!isJsonObject(speaker)) return;
    add('contacts', speaker['contact_id'], 'speakers', at, 'contact_id');
    add('speaker_types', speaker['type_id'], 'speakers', at, 'type_id');
  });
  listOf(session.custom_field_values).forEach((value, at) => {
    if (isJsonObject(value))
      add('custom_fields', value['custom_field_id'], 'custom_field_values', at, 'custom_field_id');
  });
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
