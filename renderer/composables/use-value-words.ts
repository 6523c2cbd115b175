import { useI18n } from 'vue-i18n';

import { isJsonObject, objectsOf } from '../../shared/base/json.ts';
import type { HeldKind } from '../../shared/rpc/messages.ts';
import { instantOf } from '../../shared/schedule/scheduled-session.ts';
import { useEvent } from '../stores/event.ts';
import { useTimes } from './use-times.ts';

/** What fields refer to. */
const kindOf: Readonly<Record<string, HeldKind>> = {
  event_id: 'events',
  type_id: 'session_types',
  track_ids: 'tracks',
  room_ids: 'rooms',
  abstract_id: 'abstracts',
  main_presenter_speaker_type_id: 'speaker_types',
  contact_id: 'contacts',
};

const MAX_LENGTH = 500;

/** The values of a session's fields in words: names for ids, times in the event's zone. */
export function useValueWords() {
  const { t, te } = useI18n();
  const event = useEvent();
  const times = useTimes();

  function nameOf(kind: HeldKind, id: unknown): string {
    if (typeof id !== 'string') return JSON.stringify(id);
    return (event.catalog[kind] as ReadonlyMap<string, { name?: string }>).get(id)?.name ?? id;
  }

  /** @param field a field of the session; '' for the whole of it */
  function words(field: string, value: unknown): string {
    const text = read(field, value);
    return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH).toWellFormed()}…` : text;
  }

  function read(field: string, value: unknown): string {
    if (value === undefined || value === null || value === '') return t('values.none');
    if (typeof value === 'boolean') return t(value ? 'values.yes' : 'values.no');
    const kind = kindOf[field];
    if (kind !== undefined)
      return [value]
        .flat()
        .map((id) => nameOf(kind, id))
        .join(', ');
    if (typeof value === 'string') {
      const instantMs = /_(date|at)$/.test(field) ? instantOf(value) : undefined;
      if (instantMs !== undefined) return times.dateTime(instantMs);
      return field === 'access' && te(`fields.access.${value}`) ? t(`fields.access.${value}`) : value;
    }
    if (field === 'speakers') return objectsOf(value).map(speaker).join(', ');
    if (field === 'custom_field_values') return objectsOf(value).map(customValue).join('; ');
    if (isJsonObject(value)) return members(value);
    return Array.isArray(value) ? value.map((entry) => read('', entry)).join(', ') : JSON.stringify(value);
  }

  function speaker({ contact_id: id, type_id: type, name }: Readonly<Record<string, unknown>>): string {
    const known = nameOf('contacts', id);
    const shown = known === id && typeof name === 'string' ? name : known;
    return type === undefined || type === '' ? shown : `${shown} (${nameOf('speaker_types', type)})`;
  }

  function customValue({ custom_field_id: id, ...value }: Readonly<Record<string, unknown>>): string {
    const [held] = Object.values(value);
    return `${nameOf('custom_fields', id)}: ${read('', held)}`;
  }

  function members(object: Readonly<Record<string, unknown>>): string {
    const entries = Object.entries(object);
    if (entries.length === 0) return t('values.none');
    return entries
      .map(([name, value]) => {
        const key = ['capacity_options', 'registration_question_options']
          .map((field) => `fields.${field}.${name}`)
          .find((each) => te(each));
        return `${key === undefined ? name : t(key)}: ${read(name, value)}`;
      })
      .join('; ');
  }

  /** The name of a field; one that the contract does not know has its own. */
  function title(field: string): string {
    return te(`fields.${field}.title`) ? t(`fields.${field}.title`) : field;
  }

  return { words, title, nameOf };
}
