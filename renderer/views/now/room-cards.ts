import type { Now, RoomNow, TimedSession } from '../../../shared/schedule/now.ts';
import type { ScheduledSession } from '../../../shared/schedule/scheduled-session.ts';

const HOUR_MS = 60 * 60_000;

/** What rooms can be asked for; a room is of several, such as in use and full. */
export const roomStates = ['running', 'soon', 'late', 'full', 'free'] as const;

export type RoomState = (typeof roomStates)[number];

/** A room at a moment, as it is shown; what has no room stands in one whose `roomId` is undefined. */
export interface RoomCard<Item extends ScheduledSession> extends Omit<RoomNow<Item>, 'roomId'> {
  readonly roomId: string | undefined;
  readonly states: ReadonlySet<RoomState>;
  /** Of its sessions, those that are late, by how much in milliseconds. */
  readonly lateMs: ReadonlyMap<string, number>;
  /** Of its sessions, those that are full. */
  readonly fullIds: ReadonlySet<string>;
}

/**
 * The rooms in the order given, so that a room stays where it is as time goes on; at the end what runs or comes soon outside of them, if anything
 * does.
 */
export function roomCards<Item extends ScheduledSession>(now: Now<Item>, nowMs: number): RoomCard<Item>[] {
  const fullIds = new Set(now.full.map(({ session }) => session.id));
  const cards = now.rooms.map((room): RoomCard<Item> => {
    const late = now.late.filter(({ roomId }) => roomId === room.roomId);
    return withStates(room, new Map(late.map(({ session, lateMs }) => [session.id, lateMs])), fullIds, nowMs);
  });
  const known = new Set(now.rooms.map(({ roomId }) => roomId));
  const isElsewhere = ({ session }: TimedSession<Item>): boolean =>
    !(session.room_ids ?? []).some((id) => known.has(id));
  const running = now.running.filter(isElsewhere);
  const next = now.soon.find(isElsewhere);
  if (running.length === 0 && next === undefined) return cards;
  const elsewhere = { roomId: undefined, running, next, freeUntilMs: undefined };
  return [...cards, withStates(elsewhere, new Map(), fullIds, nowMs)];
}

function withStates<Item extends ScheduledSession>(
  room: Omit<RoomNow<Item>, 'roomId'> & { readonly roomId: string | undefined },
  lateMs: ReadonlyMap<string, number>,
  fullIds: ReadonlySet<string>,
  nowMs: number,
): RoomCard<Item> {
  const { running, next } = room;
  const isSoon = next !== undefined && next.startMs <= nowMs + HOUR_MS;
  const shown = [...running, ...(next !== undefined && isSoon ? [next] : [])];
  const has: Record<RoomState, boolean> = {
    running: running.length > 0,
    soon: isSoon,
    late: lateMs.size > 0,
    full: shown.some(({ session }) => fullIds.has(session.id)),
    free: room.freeUntilMs !== undefined,
  };
  return { ...room, states: new Set(roomStates.filter((state) => has[state])), lateMs, fullIds };
}
