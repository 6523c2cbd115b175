import { computed, inject, provide, shallowRef, type InjectionKey } from 'vue';

import type { Clash } from '../../../shared/schedule/clash.ts';
import { useClashes } from '../../stores/clashes.ts';
import { useDays } from '../../stores/days.ts';
import { usePreferences } from '../../stores/preferences.ts';
import { landingInTray, landingOf, withFields, type Carried, type CarriedTo, type Landing } from './carry.ts';
import type { BoardLayout } from './use-board-layout.ts';
import { useLanding } from './use-landing.ts';

/** Where what is carried is held over, and what would come of letting go. */
export interface Hand {
  readonly to: CarriedTo | 'tray';
  readonly landing: Landing;
  /** What the sessions would clash with there. */
  readonly clashes: readonly Clash[];
}

/**
 * What is being carried over the board, by hand or by keys. `carried` changes when something is taken up and put down, `hand` with every place on the way:
 * what only needs to know the first is not called for the second.
 */
function createCarry(layout: BoardLayout) {
  const days = useDays();
  const clashes = useClashes();
  const preferences = usePreferences();
  const { land } = useLanding();

  const carried = shallowRef<Carried>();
  const carriedBy = shallowRef<'pointer' | 'keys'>('pointer');
  const hand = shallowRef<Hand>();

  function take(what: Carried, by: 'pointer' | 'keys'): void {
    carried.value = what;
    carriedBy.value = by;
    hand.value = undefined;
  }

  /** Holds it over a place. */
  function holdOver(to: CarriedTo): void {
    if (carried.value === undefined) return;
    const landing = landingOf(carried.value, to, {
      snapMinutes: preferences.current.snapMinutes,
      rooms: layout.roomIds.value,
      clock: days.clock,
    });
    if (hand.value !== undefined && hand.value.to !== 'tray' && isSameLanding(hand.value.landing, landing)) return;
    hand.value = { to, landing, clashes: clashesAt(landing) };
  }

  function holdOverTray(): void {
    if (carried.value?.what !== 'session' || carried.value.from === undefined || hand.value?.to === 'tray') return;
    hand.value = { to: 'tray', landing: landingInTray(carried.value.sessions), clashes: [] };
  }

  /** It is nowhere that it could be put down. */
  function holdOverNothing(): void {
    hand.value = undefined;
  }

  function clashesAt({ fields, sessions }: Landing): readonly Clash[] {
    const changed = sessions.filter(({ id }) => fields.has(id));
    if (changed.length === 1) return clashes.candidate(changed[0]!);
    return changed.length === 0 ? [] : clashes.broughtBy(changed);
  }

  function giveUp(): void {
    carried.value = undefined;
    hand.value = undefined;
    layout.reach.value = undefined;
  }

  /** Puts it down where it is held. Answers what landed, or undefined if nothing did. */
  async function putDown(): Promise<Landing | undefined> {
    const landing = hand.value?.landing;
    giveUp();
    return landing !== undefined && (await land(landing)) ? landing : undefined;
  }

  /** The times and rooms that the carried session must not touch, beside those of other sessions in the room itself, which are seen. */
  const forbidden = computed(() => {
    const axis = layout.axis.value;
    if (carried.value?.what !== 'session' || axis === undefined) return [];
    const [session] = carried.value.sessions;
    const moment = new Date(axis.span.startMs).toISOString();
    // Of a session that takes no time at all, the begins that clash are the very times that are taken.
    const busy = clashes.busyPlaces(
      withFields(session, { start_date: moment, end_date: moment }),
      axis.span,
      layout.roomIds.value,
    );
    return [...busy].flatMap(([roomId, stretches]) =>
      stretches.filter(({ rule }) => rule !== 'room_overlap').map((stretch) => ({ ...stretch, roomId })),
    );
  });

  return { carried, carriedBy, hand, forbidden, take, holdOver, holdOverTray, holdOverNothing, giveUp, putDown };
}

export type Carry = ReturnType<typeof createCarry>;

const CARRY: InjectionKey<Carry> = Symbol('what is carried over the board');

export function provideCarry(layout: BoardLayout): Carry {
  const carry = createCarry(layout);
  provide(CARRY, carry);
  return carry;
}

export function useCarry(): Carry {
  const carry = inject(CARRY);
  if (carry === undefined) throw new Error('There is no board around this component.');
  return carry;
}

function isSameLanding(a: Landing, b: Landing): boolean {
  return (
    a.sessions.length === b.sessions.length &&
    a.sessions.every((session, at) => {
      const other = b.sessions[at]!;
      return (
        session.start_date === other.start_date &&
        session.end_date === other.end_date &&
        session.room_ids?.join() === other.room_ids?.join()
      );
    })
  );
}
