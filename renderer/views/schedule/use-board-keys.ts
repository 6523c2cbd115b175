import { useEventListener } from '@vueuse/core';
import { computed, nextTick, shallowRef, type ShallowRef } from 'vue';
import { useI18n } from 'vue-i18n';

import type { SessionSummary } from '../../../shared/rpc/session-summary.ts';
import { spanOf } from '../../../shared/schedule/scheduled-session.ts';
import { useClashText } from '../../composables/use-clash-text.ts';
import { useTimes } from '../../composables/use-times.ts';
import { useBoard } from '../../stores/board.ts';
import { useDays } from '../../stores/days.ts';
import { usePreferences } from '../../stores/preferences.ts';
import { isSameStop, stopAlong, stopAt, stopsIn, type BoardStop } from './board-stops.ts';
import { landingInTray, type CarriedTo, type Landing } from './carry.ts';
import { useBoardLayout } from './use-board-layout.ts';
import type { RoomStretch } from './use-board-pointer.ts';
import type { BoardScroll } from './use-board-view.ts';
import type { Carry } from './use-carry.ts';
import { useLanding } from './use-landing.ts';

const MINUTE_MS = 60_000;
/** A session made in a longer free stretch is this long at first. */
const NEW_SESSION_MS = 30 * MINUTE_MS;

interface BoardKeysOptions {
  carry: Carry;
  scroll: BoardScroll;
  onOpen: (id: string) => void;
  onStretch: (stretch: RoomStretch) => void;
  /** Tells those who cannot see it. */
  announce: (text: string) => void;
}

/**
 * The board by keyboard. The arrows walk from block to block and through free stretches; Enter opens a session or makes one; Space takes a session up,
 * the arrows then carry it by a step or a room (Page Up and Page Down by a day), Enter or Space puts it down, Escape gives up. Shift with the arrows along
 * the time lengthens it.
 */
export function useBoardKeys(body: Readonly<ShallowRef<HTMLElement | null>>, options: BoardKeysOptions) {
  const { carry, scroll, onOpen, onStretch, announce } = options;
  const { t } = useI18n();
  const layout = useBoardLayout();
  const days = useDays();
  const board = useBoard();
  const preferences = usePreferences();
  const times = useTimes();
  const { sentence } = useClashText();
  const { land } = useLanding();

  const chosen = shallowRef<BoardStop>();
  /** The instant that the eye follows from room to room. */
  let followedMs: number | undefined;

  /** Where the tab key arrives: where the keyboard was, as long as that is there, else at the first block, else in the first free place. */
  const active = computed<BoardStop | undefined>(() => {
    const { value: stop } = chosen;
    const { blocks, axis } = layout;
    if (axis.value === undefined) return undefined;
    if (stop?.kind === 'free' && stop.column < layout.roomIds.value.length) {
      const still = stopsIn(stop.column, blocks.value, axis.value.span).find((other) => isSameStop(other, stop));
      if (still !== undefined) return still;
    }
    const block = (stop?.kind === 'block' && blocks.value.find(({ key }) => key === stop.key)) || blocks.value[0];
    if (block !== undefined) return { ...block, kind: 'block' };
    return layout.roomIds.value.length === 0 ? undefined : { kind: 'free', column: 0, ...axis.value.span };
  });

  function stopsOf(column: number): BoardStop[] {
    return stopsIn(column, layout.blocks.value, layout.axis.value!.span);
  }

  async function focus(stop: BoardStop): Promise<void> {
    chosen.value = stop;
    const block = stop.kind === 'block' ? layout.blocks.value.find(({ key }) => key === stop.key) : undefined;
    const rect = block ?? layout.geometry.value?.rectOf({ ...stop, columns: 1, lane: 0, lanes: 1 });
    if (rect !== undefined) scroll.reveal(rect);
    await nextTick();
    const selector = stop.kind === 'block' ? `[data-key="${CSS.escape(stop.key)}"]` : '[data-free]';
    const element = body.value?.querySelector<HTMLElement>(selector);
    (element ?? body.value)?.focus({ preventScroll: true });
  }

  async function focusSession(id: string): Promise<void> {
    const block = layout.blocks.value.find(({ session }) => session.id === id);
    if (block !== undefined) await focus({ ...block, kind: 'block' });
  }

  /** The block that has the focus now is where the keyboard is. */
  function onFocusIn(event: FocusEvent): void {
    const key = (event.target as HTMLElement).dataset['key'];
    const block = layout.blocks.value.find((one) => one.key === key);
    if (block === undefined || (chosen.value?.kind === 'block' && chosen.value.key === key)) return;
    chosen.value = { ...block, kind: 'block' };
    followedMs = undefined;
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const done = carry.carried.value === undefined ? walk(event) : carryOn(event);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The direction of an arrow key on this board. */
  function directionOf(key: string): { along: 1 | -1 } | { across: 1 | -1 } | undefined {
    const isTurned = board.view.isTurned;
    switch (key) {
      case 'ArrowDown':
        return isTurned ? { across: 1 } : { along: 1 };
      case 'ArrowUp':
        return isTurned ? { across: -1 } : { along: -1 };
      case 'ArrowRight':
        return isTurned ? { along: 1 } : { across: 1 };
      case 'ArrowLeft':
        return isTurned ? { along: -1 } : { across: -1 };
      default:
        return undefined;
    }
  }

  function walk(event: KeyboardEvent): boolean {
    const { value: stop } = active;
    if (stop === undefined) return false;
    const session = stop.kind === 'block' ? sessionAt(stop.key) : undefined;
    const direction = directionOf(event.key);
    if (direction !== undefined) {
      if (event.shiftKey && session !== undefined && 'along' in direction)
        return lengthen(session, stop, direction.along);
      walkTo(stop, direction);
      return true;
    }
    switch (event.key) {
      case 'Home':
      case 'End': {
        const next = stopsOf(stop.column).at(event.key === 'Home' ? 0 : -1);
        if (next !== undefined) void focus(next);
        return true;
      }
      case 'PageUp':
      case 'PageDown':
        void turnPage(event.key === 'PageUp' ? -1 : 1);
        return true;
      case 'Enter':
        if (session === undefined) onStretch(stretchIn(stop));
        else onOpen(session.id);
        return true;
      case ' ':
        if (session !== undefined) takeUp(session, stop);
        else onStretch(stretchIn(stop));
        return true;
      case 'x':
      case 'X':
        if (session !== undefined) board.toggleSelected(session.id);
        return session !== undefined;
      case 'Delete':
      case 'Backspace':
        if (session !== undefined) void takeOff(session);
        return session !== undefined;
      case 'Escape': {
        const had = board.selected.size > 0;
        board.clearSelection();
        return had;
      }
      default:
        return false;
    }
  }

  function walkTo(stop: BoardStop, direction: { along: 1 | -1 } | { across: 1 | -1 }): void {
    if ('along' in direction) {
      const next = stopAlong(stop, direction.along, stopsOf(stop.column));
      followedMs = next.startMs;
      void focus(next);
      return;
    }
    const block = stop.kind === 'block' ? layout.blocks.value.find(({ key }) => key === stop.key) : undefined;
    const column = direction.across === 1 ? stop.column + (block?.columns ?? 1) : stop.column - 1;
    if (column < 0 || column >= layout.roomIds.value.length) return;
    followedMs ??= stop.startMs;
    const next = stopAt(followedMs, stopsOf(column));
    if (next !== undefined) void focus(next);
  }

  function sessionAt(key: string): SessionSummary | undefined {
    return layout.blocks.value.find((block) => block.key === key)?.session;
  }

  function stretchIn({ column, startMs, endMs }: BoardStop): RoomStretch {
    return { roomId: layout.roomIds.value[column]!, startMs, endMs: Math.min(endMs, startMs + NEW_SESSION_MS) };
  }

  function takeUp(session: SessionSummary, stop: BoardStop): void {
    const from = { atMs: spanOf(session)?.startMs ?? stop.startMs, roomId: layout.roomIds.value[stop.column]! };
    const others = board.selected.has(session.id)
      ? layout.blocks.value
          .map((block) => block.session)
          .filter(({ id }) => id !== session.id && board.selected.has(id))
      : [];
    carry.take({ what: 'session', sessions: [session, ...new Set(others)], from }, 'keys');
    carry.holdOver(from);
    announce(t('schedule.keys.takenUp', { name: session.name.slice(0, 200) }));
  }

  /** Takes up a session of the tray, to be put where the keyboard was on the board last. */
  function takeUpFromTray(session: SessionSummary): void {
    const { value: stop } = active;
    if (stop === undefined) return;
    carry.take({ what: 'session', sessions: [session], from: undefined }, 'keys');
    holdOver({ atMs: stop.startMs, roomId: layout.roomIds.value[stop.column]! });
    body.value?.focus({ preventScroll: true });
  }

  function lengthen(session: SessionSummary, stop: BoardStop, step: 1 | -1): boolean {
    const span = spanOf(session);
    if (span === undefined) return false;
    const from = { atMs: span.endMs, roomId: layout.roomIds.value[stop.column]! };
    carry.take({ what: 'end', sessions: [session], from }, 'keys');
    holdOver({ ...from, atMs: from.atMs + step * stepMs() });
    return true;
  }

  async function takeOff(session: SessionSummary): Promise<void> {
    const others = board.selected.has(session.id)
      ? layout.blocks.value
          .map((block) => block.session)
          .filter(({ id }) => id !== session.id && board.selected.has(id))
      : [];
    const landing = landingInTray([session, ...new Set(others)]);
    if (!(await land(landing))) return;
    announce(t('schedule.keys.takenOff', { name: session.name.slice(0, 200) }));
    await nextTick();
    if (active.value !== undefined) await focus(active.value);
  }

  function carryOn(event: KeyboardEvent): boolean {
    if (carry.carriedBy.value !== 'keys') return false;
    const { value: what } = carry.carried;
    const heldTo = carry.hand.value?.to === 'tray' ? undefined : carry.hand.value?.to;
    const direction = directionOf(event.key);
    switch (event.key) {
      case 'Escape':
        giveUp();
        refocus(what!.sessions[0].id);
        return true;
      case 'Enter':
      case ' ':
        void putDown();
        return true;
      case 'Tab':
        return true;
      case 'PageUp':
      case 'PageDown':
        if (heldTo !== undefined && what?.what === 'session') void carryToDay(heldTo, event.key === 'PageUp' ? -1 : 1);
        return true;
      default:
    }
    if (direction === undefined || heldTo === undefined) return false;
    if ('along' in direction) {
      holdOver({ ...heldTo, atMs: heldTo.atMs + direction.along * stepMs() });
    } else if (what?.what === 'session') {
      const column = layout.roomIds.value.indexOf(heldTo.roomId) + direction.across;
      const roomId = layout.roomIds.value[column];
      if (roomId !== undefined) holdOver({ ...heldTo, roomId });
    }
    return true;
  }

  function giveUp(): void {
    carry.giveUp();
    announce(t('schedule.keys.givenUp'));
  }

  // A hand that goes to the mouse has left the keys: what they carry would hang in the air.
  useEventListener(
    window,
    'pointerdown',
    () => {
      if (carry.carried.value !== undefined && carry.carriedBy.value === 'keys') giveUp();
    },
    { capture: true },
  );

  function stepMs(): number {
    return preferences.current.snapMinutes * MINUTE_MS;
  }

  function holdOver(to: CarriedTo): void {
    // Beyond the day there is nothing to be seen: the day is changed by Page Up and Page Down.
    const { value: day } = layout.day;
    if (day === undefined || to.atMs < day.startMs || to.atMs > day.endMs) return;
    layout.reach.value = { startMs: to.atMs, endMs: to.atMs };
    carry.holdOver(to);
    const landing = carry.hand.value?.landing;
    const span = landing === undefined ? undefined : spanOf(landing.sessions[0]);
    if (landing === undefined || span === undefined) return;
    const column = Math.max(0, layout.roomIds.value.indexOf(to.roomId));
    scroll.reveal(layout.geometry.value!.rectOf({ ...span, column, columns: 1, lane: 0, lanes: 1 }));
    announce([placeText(landing), ...clashTexts()].join('. '));
  }

  function placeText({ sessions: [session] }: Landing): string {
    const span = spanOf(session);
    const rooms = (session.room_ids ?? []).map((id) => layout.rooms.value.find((room) => room.id === id)?.name ?? id);
    return [span === undefined ? '' : times.timeRange(span), rooms.join(', ')].filter((part) => part !== '').join(', ');
  }

  function clashTexts(): string[] {
    const id = carry.carried.value?.sessions[0].id;
    return (carry.hand.value?.clashes ?? []).slice(0, 3).map((clash) => sentence(clash, id));
  }

  async function putDown(): Promise<void> {
    const id = carry.carried.value?.sessions[0].id;
    const landing = await carry.putDown();
    if (landing !== undefined) announce(t('schedule.keys.putDown', { place: placeText(landing) }));
    if (id !== undefined) refocus(id);
  }

  function refocus(id: string): void {
    void nextTick(async () => await focusSession(id));
  }

  async function carryToDay(held: CarriedTo, step: 1 | -1): Promise<void> {
    const before = layout.day.value;
    const date = dayBeside(step);
    if (before === undefined || date === undefined) return;
    // The same time by the clocks, which may be changed in the night between.
    const minutes = days.clock.minuteOfDayAt(held.atMs) + (days.clock.dateAt(held.atMs) > before.date ? 1_440 : 0);
    body.value?.focus({ preventScroll: true });
    days.choose(date);
    await nextTick();
    holdOver({ ...held, atMs: days.clock.instantOf(date, minutes) });
  }

  async function turnPage(step: 1 | -1): Promise<void> {
    const date = dayBeside(step);
    if (date === undefined) return;
    body.value?.focus({ preventScroll: true });
    days.choose(date);
    await nextTick();
    announce(times.fullDay(days.days.on(date).startMs));
    if (active.value !== undefined) await focus(active.value);
  }

  function dayBeside(step: 1 | -1): string | undefined {
    return days.list[days.list.findIndex(({ date }) => date === layout.day.value?.date) + step]?.date;
  }

  return { active, onKeyDown, onFocusIn, focusSession, takeUpFromTray };
}
