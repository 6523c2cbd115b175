import type { CheckedSession } from './checked-session.ts';
import type { Span } from './scheduled-session.ts';
import { SpanList } from './span-list.ts';

/**
 * With how many of those that began before it in one place a session is held against. What is crowded more than that is no schedule yet (a
 * room "to be announced" that holds everything): told pair by pair, a thousand sessions would make half a million clashes. Whatever overlaps
 * anything in a place is still told once at least, for what begins next after it has it nearest.
 */
const MOST_NEIGHBOURS = 20;

/** A session that takes its rooms and speakers. */
export type TakingSession = CheckedSession & { readonly taken: Span };

type Kind = 'rooms' | 'speakers';

/** Which sessions take which rooms and speakers, and when; asked for the neighbours of a session in any of them. */
export class TakenPlaces {
  readonly #lists: Record<Kind, Map<string, SpanList<TakingSession>>> = { rooms: new Map(), speakers: new Map() };
  /** How long a place of that kind stays taken beyond a session's end; undefined where it does not matter. */
  readonly #marginsMs: Record<Kind, number | undefined>;

  constructor(marginsMs: Record<Kind, number | undefined>) {
    this.#marginsMs = marginsMs;
  }

  add(session: CheckedSession): void {
    if (!isTaking(session)) return;
    for (const { kind, id } of this.#placesOf(session)) {
      const lists = this.#lists[kind];
      const list = lists.get(id) ?? new SpanList<TakingSession>();
      lists.set(id, list);
      list.add(session);
    }
  }

  /** Takes out a session that was put in just so. */
  remove(session: CheckedSession): void {
    if (!isTaking(session)) return;
    for (const { kind, id } of this.#placesOf(session)) {
      const lists = this.#lists[kind];
      const list = lists.get(id)!;
      list.remove(session);
      if (list.isEmpty) lists.delete(id);
    }
  }

  /** The neighbours that the session is held against: in each of its places, the nearest of those that begin before it, by id. */
  before(session: CheckedSession): Map<string, TakingSession> {
    const found = new Map<string, TakingSession>();
    if (!isTaking(session)) return found;
    for (const { list, marginMs } of this.#placesOf(session)) {
      let count = 0;
      list?.walkBack(session, marginMs, (before) => {
        if (before.id === session.id) return true;
        found.set(before.id, before);
        count += 1;
        return count < MOST_NEIGHBOURS;
      });
    }
    return found;
  }

  /** All that might be held against the session, as they begin after it, by id. */
  after(session: CheckedSession): Map<string, TakingSession> {
    const found = new Map<string, TakingSession>();
    if (!isTaking(session)) return found;
    for (const { list, marginMs } of this.#placesOf(session)) {
      list?.walkOn(session, marginMs, (after) => found.set(after.id, after));
    }
    return found;
  }

  /** Those that would be held against the session if it stood so: those after it that do not have enough others nearer, by id. */
  heldAgainst(session: CheckedSession): Map<string, TakingSession> {
    const found = new Map<string, TakingSession>();
    if (!isTaking(session)) return found;
    for (const { list, marginMs } of this.#placesOf(session)) {
      const between: TakingSession[] = [];
      list?.walkOn(session, marginMs, (after) => {
        if (after.id === session.id) return;
        let nearer = 0;
        for (let at = between.length - 1; at >= 0 && nearer < MOST_NEIGHBOURS; at--) {
          if (between[at]!.taken.endMs + marginMs > after.taken.startMs) nearer += 1;
        }
        if (nearer < MOST_NEIGHBOURS) found.set(after.id, after);
        between.push(after);
      });
    }
    return found;
  }

  /** Visits what takes a place within the span, or within its margin of it. */
  visit(kind: Kind, id: string, span: Span, visit: (session: TakingSession) => void): void {
    const list = this.#lists[kind].get(id);
    const marginMs = this.#marginsMs[kind];
    if (list === undefined || marginMs === undefined) return;
    // No id comes before the empty one: what begins with the span comes after.
    const around = { id: '', taken: span };
    list.walkBack(around, marginMs, (session) => {
      visit(session);
      return true;
    });
    list.walkOn(around, marginMs, visit);
  }

  *#placesOf({ roomIds, contactIds }: CheckedSession) {
    for (const [kind, ids] of [['rooms', roomIds] as const, ['speakers', contactIds] as const]) {
      const marginMs = this.#marginsMs[kind];
      if (marginMs !== undefined) for (const id of ids) yield { kind, id, marginMs, list: this.#lists[kind].get(id) };
    }
  }
}

function isTaking(session: CheckedSession): session is TakingSession {
  return session.taken !== undefined;
}
