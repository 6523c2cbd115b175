import { jsonEqual } from '../base/json.ts';
import { findBusyPlaces, type BusyPlaces } from './busy-places.ts';
import { checkedSession, type CheckedSession } from './checked-session.ts';
import { ClashRules, type ClashContext } from './clash-rules.ts';
import type { Clash, ClashChange } from './clash.ts';
import type { ScheduledSession, Span } from './scheduled-session.ts';
import { TakenPlaces } from './taken-places.ts';

/**
 * The clashes of one event's sessions, kept up with every edit: an edit looks only at what shares a room, a speaker or a code with the session,
 * and of that only at what stands beside it in time, before or after. Law: after any updates it holds what checking every pair would find.
 *
 * Costs, of n sessions: building O(n log n); an edit, `candidate` and `busyPlaces` O(log n) and what they touch.
 */
export class ClashIndex {
  readonly #rules: ClashRules;
  readonly #places: TakenPlaces;
  readonly #sessions = new Map<string, CheckedSession>();
  readonly #codes = new Map<string, Set<string>>();
  /** The clashes that a session has by itself and with those before it. */
  readonly #told = new Map<string, readonly Clash[]>();
  readonly #toldOfCode = new Map<string, Clash>();
  /** By session, every clash that it has a part in, by key. */
  readonly #clashes = new Map<string, Map<string, Clash>>();
  #size = 0;

  /** Where the settings, the event's days or the rooms change, make another index. */
  constructor(context: ClashContext) {
    this.#rules = new ClashRules(context);
    const isSpeakerChecked = this.#rules.isOn('speaker_overlap') || this.#rules.isOn('speaker_walk');
    this.#places = new TakenPlaces({
      rooms: this.#rules.isOn('room_overlap') ? 0 : undefined,
      speakers: isSpeakerChecked ? this.#rules.walkMs : undefined,
    });
  }

  /** How many clashes there are. */
  get size(): number {
    return this.#size;
  }

  /** Every clash, each once. */
  *all(): Generator<Clash, void, void> {
    for (const [id, clashes] of this.#clashes) {
      for (const clash of clashes.values()) if (clash.sessionIds[0] === id) yield clash;
    }
  }

  /** The clashes that a session has a part in. */
  of(sessionId: string): readonly Clash[] {
    return [...(this.#clashes.get(sessionId)?.values() ?? [])];
  }

  /** Takes sessions in, in place of what it knew of them, and others out; tells which clashes came and went. */
  update(changed: Iterable<ScheduledSession>, removed: Iterable<string> = []): ClashChange {
    const news = new Map(Array.from(changed, (session) => [session.id, checkedSession(session)]));
    for (const [id, session] of news) if (jsonEqual(this.#sessions.get(id), session)) news.delete(id);
    const touched = new Set<string>();
    const codes = new Set<string>();
    const isFirst = this.#sessions.size === 0;
    const touchAround = (session: CheckedSession): void => {
      touched.add(session.id);
      if (!isFirst) for (const id of this.#places.after(session).keys()) touched.add(id);
      if (session.code !== undefined) codes.add(session.code);
    };
    for (const id of [...removed, ...news.keys()]) {
      const known = this.#sessions.get(id);
      if (known === undefined) continue;
      touchAround(known);
      this.#takeOut(known);
    }
    for (const session of news.values()) this.#putIn(session);
    for (const session of news.values()) touchAround(session);
    const change = this.#tellAgain(touched, codes);
    this.#record(change);
    return change;
  }

  /** The clashes that a session would have a part in if it stood so. Law: what `of` answers after an update with it. */
  candidate(session: ScheduledSession): Clash[] {
    const checked = checkedSession(session);
    const clashes = this.#tell(checked);
    for (const after of this.#places.heldAgainst(checked).values()) clashes.push(...this.#rules.ofTwo(checked, after));
    if (checked.code !== undefined) {
      const ids = new Set(this.#codes.get(checked.code)).add(checked.id);
      clashes.push(...listOf(this.#rules.ofCode(checked.code, [...ids])));
    }
    return clashes;
  }

  /**
   * When, within the window, the session must not begin in each of these rooms if it keeps its length and stands in that room alone: in one
   * pass over what is there, for marks drawn while it is dragged. Codes do not depend on the place and are not told.
   * Law: a stretch holds a begin if and only if `candidate` has a clash by that rule there (crowds beyond reason aside).
   *
   * @param session as it is or, if it has no time yet, with any time of the right length
   */
  busyPlaces(session: ScheduledSession, window: Span, roomIds: readonly string[]): BusyPlaces {
    return findBusyPlaces(checkedSession(session), window, roomIds, { rules: this.#rules, places: this.#places });
  }

  /** The clashes of a session by itself and with those before it. */
  #tell(session: CheckedSession): Clash[] {
    const clashes = this.#rules.ofOne(session);
    for (const before of this.#places.before(session).values()) clashes.push(...this.#rules.ofTwo(before, session));
    return clashes;
  }

  #tellAgain(touched: ReadonlySet<string>, codes: ReadonlySet<string>): ClashChange {
    const [came, gone]: [Clash[], Clash[]] = [[], []];
    const compare = (before: readonly Clash[], after: readonly Clash[]): void => {
      const left = new Map(before.map((clash) => [clash.key, clash]));
      for (const clash of after) {
        if (jsonEqual(left.get(clash.key), clash)) left.delete(clash.key);
        else came.push(clash);
      }
      gone.push(...left.values());
    };
    for (const id of touched) {
      const session = this.#sessions.get(id);
      const after = session === undefined ? [] : this.#tell(session);
      compare(this.#told.get(id) ?? [], after);
      if (after.length > 0) this.#told.set(id, after);
      else this.#told.delete(id);
    }
    for (const code of codes) {
      const after = this.#rules.ofCode(code, [...(this.#codes.get(code) ?? [])]);
      compare(listOf(this.#toldOfCode.get(code)), listOf(after));
      if (after !== undefined) this.#toldOfCode.set(code, after);
      else this.#toldOfCode.delete(code);
    }
    return { came, gone };
  }

  #record({ came, gone }: ClashChange): void {
    for (const clash of gone) {
      for (const id of clash.sessionIds) {
        const clashes = this.#clashes.get(id)!;
        clashes.delete(clash.key);
        if (clashes.size === 0) this.#clashes.delete(id);
      }
    }
    for (const clash of came) {
      for (const id of clash.sessionIds) {
        const clashes = this.#clashes.get(id) ?? new Map<string, Clash>();
        this.#clashes.set(id, clashes.set(clash.key, clash));
      }
    }
    this.#size += came.length - gone.length;
  }

  #putIn(session: CheckedSession): void {
    this.#sessions.set(session.id, session);
    this.#places.add(session);
    if (session.code === undefined) return;
    const ids = this.#codes.get(session.code) ?? new Set();
    this.#codes.set(session.code, ids.add(session.id));
  }

  #takeOut(session: CheckedSession): void {
    this.#sessions.delete(session.id);
    this.#places.remove(session);
    if (session.code === undefined) return;
    const ids = this.#codes.get(session.code)!;
    ids.delete(session.id);
    if (ids.size === 0) this.#codes.delete(session.code);
  }
}

function listOf<Item>(item: Item | undefined): Item[] {
  return item === undefined ? [] : [item];
}
