import fc from 'fast-check';

import { clashSettings, CLASH_RULES, type ClashSettings } from '../../shared/schedule/clash-settings.ts';
import type { ClashContext } from '../../shared/schedule/clash-rules.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';

export const MINUTE_MS = 60_000;

/** The begin of the worlds' time. */
export const WORLD_MS = Date.UTC(2026, 1, 1, 8);

export const ROOM_IDS = ['hall', 'attic', 'cellar', 'tent'];

/** Instants of a small world, in steps of five minutes, so that sessions often meet, touch or nearly touch. */
export function at(step: number): string {
  return new Date(WORLD_MS + step * 5 * MINUTE_MS).toISOString();
}

/** Sessions of few ids, rooms, speakers and codes; some lack a start, an end, a room, or end before they start. */
export function scheduledSession(ids: readonly string[], lastStep = 36): fc.Arbitrary<ScheduledSession> {
  return fc.record(
    {
      id: fc.constantFrom(...ids),
      name: fc.constantFrom('Opening', 'Lunch', 'Closing'),
      code: fc.constantFrom('A1', ' A1', 'B2', 'C3', '', ' '),
      start_date: fc.integer({ min: 0, max: lastStep }).map(at),
      end_date: fc.integer({ min: 0, max: lastStep + 12 }).map(at),
      room_ids: fc.uniqueArray(fc.constantFrom(...ROOM_IDS), { maxLength: 3 }),
      speakers: fc.uniqueArray(fc.constantFrom('ada', 'bob', 'cem'), { maxLength: 2 }).map(speakersOf),
      enable_capacity: fc.boolean(),
      capacity_options: fc.record({ capacity: fc.integer({ min: 0, max: 90 }) }),
      registrations: fc.integer({ min: 0, max: 120 }),
    },
    { requiredKeys: ['id', 'name'] },
  );
}

export function speakersOf(contactIds: readonly string[]): { contact_id: string; type_id: string }[] {
  return contactIds.map((contact_id) => ({ contact_id, type_id: 'speaker' }));
}

const anySettings: fc.Arbitrary<ClashSettings> = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...CLASH_RULES), fc.constantFrom('block', 'warn', 'off'))),
    fc.constantFrom(0, 5, 10, 30),
  )
  .map(([rules, walking_minutes]) => clashSettings.parse({ ...Object.fromEntries(rules), walking_minutes }));

/** The hall has 50 seats, the attic 20, the cellar an unknown number, and the catalog knows no tent. */
export const anyContext: fc.Arbitrary<ClashContext> = anySettings.map((settings) => ({
  settings,
  eventSpan: { startMs: WORLD_MS + 10 * MINUTE_MS, endMs: WORLD_MS + 180 * MINUTE_MS },
  rooms: [
    { id: 'hall', name: 'Hall', capacity: 50 },
    { id: 'attic', name: 'Attic', capacity: 20 },
    { id: 'cellar', name: 'Cellar' },
  ],
}));

/** What one clash comes down to, for comparison: its rule, its sessions and what it says of them. */
export type PlainClash = [rule: string, sessionIds: string[], ...facts: unknown[]];

/** Every clash, found by holding every session against every other: plain, slow, and made from the rules' words alone. */
export function everyClash(sessions: readonly ScheduledSession[], context: ClashContext): PlainClash[] {
  const { settings, eventSpan } = context;
  const seatsOf = new Map(Array.from(context.rooms, ({ id, capacity }) => [id, capacity]));
  const clashes: PlainClash[] = [];
  const timesOf = ({ start_date: start, end_date: end }: ScheduledSession): [number, number] | undefined => {
    if (start === undefined) return undefined;
    const [from, to] = [Date.parse(start), Date.parse(end ?? start)];
    return to < from ? undefined : [from, to];
  };
  sessions.forEach((one, index) => {
    const { start_date: start, end_date: end } = one;
    const times = timesOf(one);
    if (start !== undefined && end !== undefined && times === undefined) clashes.push(['end_before_start', [one.id]]);
    if (start !== undefined) {
      const from = Date.parse(start);
      const to = times === undefined || times[1] === from ? from + 1 : times[1];
      if (from < eventSpan.startMs || to > eventSpan.endMs) clashes.push(['outside_days', [one.id]]);
    }
    const rooms = one.room_ids ?? [];
    const seats = rooms.reduce((sum, room) => sum + (seatsOf.get(room) ?? Number.NaN), 0);
    const promised = one.enable_capacity === true ? (one.capacity_options?.capacity ?? 0) : 0;
    const registered = one.registrations ?? 0;
    if (rooms.length > 0 && registered > seats) {
      clashes.push(['room_too_small', [one.id], rooms.toSorted(), seats, registered, 'registrations']);
    } else if (rooms.length > 0 && promised > seats) {
      clashes.push(['room_too_small', [one.id], rooms.toSorted(), seats, promised, 'capacity']);
    }
    for (const other of sessions.slice(index + 1)) {
      const otherTimes = timesOf(other);
      if (times === undefined || otherTimes === undefined) continue;
      const ids = [one.id, other.id].toSorted();
      const [[from, to], [otherFrom, otherTo]] = [times, otherTimes];
      const common = rooms.filter((room) => other.room_ids?.includes(room)).toSorted();
      const people = (one.speakers ?? [])
        .map((speaker) => speaker.contact_id)
        .filter((contact) => other.speakers?.some((speaker) => speaker.contact_id === contact))
        .toSorted();
      const latestStart = Math.max(from, otherFrom);
      // What has no length lasts for a millisecond.
      const earliestEnd = Math.min(Math.max(to, from + 1), Math.max(otherTo, otherFrom + 1));
      if (latestStart < earliestEnd) {
        if (common.length > 0) clashes.push(['room_overlap', ids, common, latestStart, earliestEnd]);
        if (people.length > 0) clashes.push(['speaker_overlap', ids, people, latestStart, earliestEnd]);
      } else if (people.length > 0 && rooms.length > 0 && (other.room_ids ?? []).length > 0 && common.length === 0) {
        const gapMinutes = (latestStart - (from < otherFrom ? to : otherTo)) / MINUTE_MS;
        if (gapMinutes < settings.walking_minutes) clashes.push(['speaker_walk', ids, people, gapMinutes]);
      }
    }
  });
  const codes = Map.groupBy(sessions, ({ code }) => code?.trim() ?? '');
  for (const [code, alike] of codes) {
    if (code !== '' && alike.length > 1) clashes.push(['duplicate_code', alike.map(({ id }) => id).toSorted(), code]);
  }
  return sorted(clashes.filter(([rule]) => settings[rule as keyof ClashSettings] !== 'off'));
}

export function sorted(clashes: readonly PlainClash[]): PlainClash[] {
  const text = (clash: PlainClash): string => JSON.stringify(clash);
  return clashes.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
}
