import type { ScheduledSession } from './scheduled-session.ts';

/** How many people a session has and can take. */
export interface Fullness {
  readonly registrations: number;
  /** Undefined where neither the session nor its rooms say. */
  readonly seats: number | undefined;
  readonly isFull: boolean;
}

/**
 * How full a session is. It takes as many as it promises or, if fewer, as its rooms hold together; it is full when so many are registered, or
 * when it is marked as sold out.
 *
 * @param seatsOfRooms capacities by room id; a session with a room of unknown capacity is bound by its own alone
 */
export function fullnessOf(session: ScheduledSession, seatsOfRooms: ReadonlyMap<string, number | undefined>): Fullness {
  const promised = session.enable_capacity === true ? session.capacity_options?.capacity : undefined;
  const ofRooms = (session.room_ids ?? []).map((id) => seatsOfRooms.get(id) ?? Number.POSITIVE_INFINITY);
  const held = ofRooms.length === 0 ? Number.POSITIVE_INFINITY : ofRooms.reduce((sum, seats) => sum + seats, 0);
  const least = Math.min(promised ?? Number.POSITIVE_INFINITY, held);
  const seats = Number.isFinite(least) ? least : undefined;
  const registrations = session.registrations ?? 0;
  return { registrations, seats, isFull: session.sold_out === true || (seats !== undefined && registrations >= seats) };
}
