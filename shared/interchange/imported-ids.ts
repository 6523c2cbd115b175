import { importedSessionId } from '../base/ids.ts';
import { foldText } from '../base/fold-text.ts';
import { textOf, type Members } from './frab-schedule.ts';

/** Ids of what a file names, the same on every laptop that reads it. Rooms, tracks and people belong to one event. */

/** The type of sessions and of speakers that the file gives none. No name makes this id: names never end in a tilde. */
export const UNNAMED_TYPE = { id: 'type:session~', name: 'Session' };
export const UNNAMED_SPEAKER_TYPE = { id: 'speaker-type:speaker~', name: 'Speaker' };

/** The event's id: its acronym, else made of its title. */
export function importedEventId(conference: Members): string | undefined {
  const acronym = textOf(conference, 'acronym');
  if (acronym !== undefined) return acronym.length <= MAX_PART_LENGTH ? acronym : idPart(acronym);
  const title = textOf(conference, 'title');
  return title === undefined ? undefined : slugOf(title) || idPart(title);
}

export function importedTypeId(name: string): string {
  return `type:${idPart(name)}`;
}

export function importedSpeakerTypeId(name: string): string {
  return `speaker-type:${idPart(name)}`;
}

/** Ids for a room or track, the likeliest to last first: of its guid, its slug, its name. */
export function importedPlaceIds(eventId: string, kind: 'room' | 'track', place: Members): string[] {
  const names = ['guid', 'slug', 'name'].map((name) => textOf(place, name)).filter((text) => text !== undefined);
  return names.map((name) => `${eventId}:${kind}:${idPart(name)}`);
}

/** The id of a person under a key such as `id:12` or `name:Grace Hopper`. */
export function importedPersonId(eventId: string, key: string): string {
  const colon = key.indexOf(':');
  return `${eventId}:person:${key.slice(0, colon)}-${idPart(key.slice(colon + 1))}`;
}

/** The id of a session: of its guid or, where the file gives none, of its next best name. */
export function importedEventSessionId(eventId: string, event: Members): string | undefined {
  const guid = textOf(event, 'guid');
  // Programs differ in the case of a UUID, and it means nothing.
  if (guid !== undefined) return importedSessionId(eventId, UUID.test(guid) ? guid.toLowerCase() : guid);
  for (const name of ['id', 'code', 'slug', 'title']) {
    const text = textOf(event, name);
    if (text !== undefined) return importedSessionId(eventId, `${name}:${text}`);
  }
  return undefined;
}

export const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const MAX_PART_LENGTH = 64;

/**
 * A short text for an id: the name itself where it is plain and short, else its slug, a tilde and a check on the
 * name, so that no two names make one id.
 */
function idPart(name: string): string {
  if (new RegExp(`^[\\w.-]{1,${MAX_PART_LENGTH}}$`).test(name)) return name;
  return `${slugOf(name).slice(0, 40)}~${checkOf(name)}`;
}

/** The name in lower case letters and digits without accents, everything else a hyphen. */
export function slugOf(name: string): string {
  return foldText(name)
    .replaceAll(/[^a-z\d]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Eight hex digits that tell a name from others with the same slug. */
function checkOf(name: string): string {
  return importedSessionId('', name).slice('offstage:'.length, 'offstage:'.length + 8);
}
