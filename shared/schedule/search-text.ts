import { foldText } from '../base/fold-text.ts';
import type { ScheduledSession } from './scheduled-session.ts';

/** No field of a session needs more to be found by; longer ones are cut, so that a hostile name cannot make typing slow. */
const MAX_FIELD_LENGTH = 500;

/** Between fields, so that no search finds what begins in one and ends in the next. */
const FIELD_BREAK = '\n';

/** Names of what sessions refer to, by id. */
export interface ReferredNames {
  readonly rooms: ReadonlyMap<string, string>;
  readonly contacts: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<string, string>;
  readonly tracks: ReadonlyMap<string, string>;
}

/**
 * What a session is found by: name, code, speakers and rooms, without case and accents. Made once for a session, and kept beside it.
 */
export function searchTextOf(
  session: ScheduledSession,
  { rooms, contacts }: Pick<ReferredNames, 'rooms' | 'contacts'>,
): string {
  const roomNames = (session.room_ids ?? []).map((id) => rooms.get(id) ?? '');
  return [session.name, session.code ?? '', ...speakerNamesOf(session, contacts), ...roomNames]
    .map((text) => foldText(text.slice(0, MAX_FIELD_LENGTH)))
    .join(FIELD_BREAK);
}

/** The names of a session's speakers, in order: as the session has them, else as the catalog does; the nameless are left out. */
export function speakerNamesOf(session: ScheduledSession, contacts: ReadonlyMap<string, string>): string[] {
  return (session.speakers ?? []).flatMap(({ contact_id: id, name, first_name: first, last_name: last }) => {
    const parts = name === undefined ? [first, last] : [name];
    const full = parts
      .filter((part) => typeof part === 'string')
      .join(' ')
      .trim();
    return full === '' ? (contacts.get(id) ?? []) : [full];
  });
}

/** The words of what a user typed, folded as search texts are. */
export function searchWords(typed: string): string[] {
  return foldText(typed.slice(0, MAX_FIELD_LENGTH))
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Whether the text holds every word, in any order, each in whole or as a part of a word. No words find everything. */
export function matchesWords(searchText: string, words: readonly string[]): boolean {
  return words.every((word) => searchText.includes(word));
}
