import { useI18n } from 'vue-i18n';

import type { Clash } from '../../shared/schedule/clash.ts';
import { useEvent } from '../stores/event.ts';
import { useTimes } from './use-times.ts';

/** No name is shown longer in a sentence. */
const MAX_NAME_LENGTH = 80;

/** Clashes in words, with the names that the event has for what they are about. */
export function useClashText() {
  const { t, n, locale } = useI18n();
  const event = useEvent();
  const times = useTimes();

  function listOf(names: readonly string[]): string {
    return new Intl.ListFormat(locale.value, { type: 'conjunction' }).format(names.map(shortened));
  }

  function nameOf(sessionId: string): string {
    return shortened(event.sessions.get(sessionId)?.name ?? t('clashes.newSession'));
  }

  function speakerNames(contactIds: readonly string[], sessionIds: readonly string[]): string {
    return listOf(contactIds.map((id) => speakerName(id, sessionIds)));
  }

  /** As the catalog names the person, or one of the sessions does. */
  function speakerName(contactId: string, sessionIds: readonly string[]): string {
    const contact = event.catalog.contacts.get(contactId);
    if (contact !== undefined && contact.name !== contactId) return contact.name;
    const speakers = sessionIds.flatMap((id) => event.sessions.get(id)?.speakers ?? []);
    return speakers.find((speaker) => speaker.contact_id === contactId)?.name ?? contactId;
  }

  function roomNames(roomIds: readonly string[]): string {
    return listOf(roomIds.map((id) => event.catalog.rooms.get(id)?.name ?? id));
  }

  /** What is wrong, in one sentence; of two sessions, seen from one of them if `from` names it. */
  function sentence(clash: Clash, from?: string): string {
    const others = clash.sessionIds.filter((id) => id !== from);
    const names = listOf(others.map(nameOf));
    const side = from === undefined ? 'of' : 'with';
    switch (clash.rule) {
      case 'room_overlap':
        return t(`clashes.room_overlap.${side}`, {
          rooms: roomNames(clash.roomIds),
          names,
          time: times.timeRange(clash),
        });
      case 'speaker_overlap':
        return t(`clashes.speaker_overlap.${side}`, {
          people: speakerNames(clash.contactIds, clash.sessionIds),
          names,
          time: times.timeRange(clash),
        });
      case 'speaker_walk':
        return t(`clashes.speaker_walk.${side}`, {
          people: speakerNames(clash.contactIds, clash.sessionIds),
          names,
          minutes: Math.round(clash.gapMinutes),
        });
      case 'room_too_small':
        return t(`clashes.room_too_small.${clash.because}`, {
          rooms: roomNames(clash.roomIds),
          seats: n(clash.seats),
          needed: n(clash.needed),
        });
      case 'duplicate_code':
        return t(`clashes.duplicate_code.${side}`, { code: shortened(clash.code), names });
      default:
        return t(`clashes.${clash.rule}`);
    }
  }

  return { sentence, nameOf };
}

function shortened(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH).toWellFormed()}…` : name;
}
