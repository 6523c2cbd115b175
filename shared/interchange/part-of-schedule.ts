import { because } from '../base/reasons.ts';
import type { ScheduleBundle } from '../catalog/schedule-bundle.ts';
import { ContractError } from '../contract/errors.ts';

/** Whose schedule it is: that of a room, of a speaker, or of both. */
export interface SchedulePart {
  roomId?: string | undefined;
  /** A speaker, by the id of the contact. */
  speakerId?: string | undefined;
}

/**
 * The sessions of one room or one speaker, under a name that tells so beside the event's, such as `FOSDEM 2025: Janson`.
 * Throws `not_found` for a room or a person that the catalog lacks.
 */
export function partOfSchedule(bundle: ScheduleBundle, { roomId, speakerId }: SchedulePart): ScheduleBundle {
  const names = [
    ...(roomId === undefined ? [] : [nameOf(bundle.catalog.rooms, roomId, 'no_room')]),
    ...(speakerId === undefined ? [] : [nameOf(bundle.catalog.contacts, speakerId, 'no_contact')]),
  ];
  return {
    ...bundle,
    event: { ...bundle.event, name: [bundle.event.name, ...names].join(': ') },
    sessions: bundle.sessions.filter(
      ({ fields: { room_ids: rooms, speakers } }) =>
        (roomId === undefined || rooms?.includes(roomId) === true) &&
        (speakerId === undefined || speakers?.some(({ contact_id: id }) => id === speakerId) === true),
    ),
  };
}

function nameOf(
  items: readonly { id: string; name: string }[] = [],
  id: string,
  missing: 'no_room' | 'no_contact',
): string {
  const item = items.find((each) => each.id === id);
  if (item === undefined) throw new ContractError('not_found', because(missing));
  return item.name;
}
