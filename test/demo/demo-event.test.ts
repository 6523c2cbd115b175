import { describe, expect, test } from 'vitest';

import { parseInstant } from '../../shared/base/date-time.ts';
import { SeededRandom } from '../../shared/base/random.ts';
import { catalogKinds, type CatalogKind } from '../../shared/catalog/catalog.ts';
import type { BundledSession, ScheduleBundle } from '../../shared/catalog/schedule-bundle.ts';
import { findFaults } from '../../shared/contract/parse.ts';
import { sessionInput } from '../../shared/contract/session.ts';
import { makeDemoEvent } from '../../shared/demo/demo-event.ts';
import { danglingReferences } from '../support/dangling-references.ts';

const demo = makeDemoEvent();

test('the same seed makes the same event, another seed another', () => {
  expect(makeDemoEvent()).toEqual(demo);
  expect(makeDemoEvent(1)).not.toEqual(demo);
});

describe.each([2026, 0, 1, -7, 4_294_967_295])('from seed %d', (seed) => {
  const event = makeDemoEvent(seed);
  const pairs = overlappingPairs(event);

  test('it is a conference of three days with 400 sessions and all that belongs to them', () => {
    const { catalog, sessions } = event;
    const sizes = Object.fromEntries(Object.entries(catalog).map(([kind, items]) => [kind, items.length]));
    expect(sizes).toEqual({
      session_types: 9,
      tracks: 10,
      rooms: 14,
      speaker_types: 5,
      contacts: 900,
      abstracts: 60,
      custom_fields: 4,
      registrations: 1500,
    });
    expect(sessions).toHaveLength(400);
    const days = new Set(sessions.map(({ fields }) => fields.start_date?.slice(0, 10)));
    expect(days).toEqual(new Set([undefined, '2026-09-17', '2026-09-18', '2026-09-19']));
    const speaking = new Set(
      sessions.flatMap(({ fields }) => (fields.speakers ?? []).map((speaker) => speaker.contact_id)),
    );
    expect(speaking.size).toBeGreaterThan(200);
    expect(
      sessions.filter(({ fields }) => fields.end_date !== undefined && crossesMidnight(fields)).length,
    ).toBeGreaterThan(1);
    expect(sessions.filter(({ fields }) => fields.start_date === undefined)).toHaveLength(12);
  });

  test('it keeps the contract, every reference leads somewhere, and no title, id or name stands twice', () => {
    for (const { fields } of event.sessions) expect(findFaults(sessionInput, fields)).toEqual([]);
    const kinds = { events: [event.event], ...event.catalog };
    for (const [kind, items] of Object.entries(kinds)) {
      for (const item of items) expect(findFaults(catalogKinds[kind as CatalogKind], item)).toEqual([]);
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    }
    expect(danglingReferences(event)).toEqual([]);
    const distinct = (of: (session: BundledSession) => unknown) => new Set(event.sessions.map(of)).size;
    expect([
      distinct(({ id }) => id),
      distinct(({ fields }) => fields.name),
      distinct(({ fields }) => fields.code),
    ]).toEqual([400, 400, 400]);
    expect(new Set(event.catalog.contacts?.map(({ name }) => name)).size).toBe(900);
    const registrations = event.catalog.registrations ?? [];
    expect(new Set(registrations.map((item) => `${item.session_id} ${item.contact_id}`)).size).toBe(1500);
  });

  test('three pairs of sessions share a room, and three a speaker, at one time', () => {
    expect(pairs.filter(([one, two]) => shareAny(one.fields.room_ids, two.fields.room_ids))).toHaveLength(3);
    expect(pairs.filter(([one, two]) => shareAny(speakersOf(one), speakersOf(two)))).toHaveLength(3);
  });

  test('two sessions are larger than their room, and none has more registrations than places', () => {
    const capacities = new Map(event.catalog.rooms?.map((room) => [room.id, room.capacity ?? 0]));
    const tooLarge = event.sessions.filter(({ fields }) => {
      const seats = (fields.room_ids ?? []).reduce((sum, id) => sum + (capacities.get(id) ?? 0), 0);
      return fields.start_date !== undefined && (fields.capacity_options?.capacity ?? 0) > seats;
    });
    expect(tooLarge).toHaveLength(2);
    const counts = new Map<string, number>();
    for (const { session_id } of event.catalog.registrations ?? [])
      counts.set(session_id, (counts.get(session_id) ?? 0) + 1);
    for (const { id, fields } of event.sessions) {
      expect(counts.get(id) ?? 0).toBeLessThanOrEqual(fields.capacity_options?.capacity ?? 0);
    }
  });
});

test('white text on a track’s colour can be read', () => {
  for (const track of demo.catalog.tracks ?? [])
    expect(contrastWithWhite(track.color ?? '')).toBeGreaterThanOrEqual(4.5);
});

test('a shuffled list has the same items, and numbers keep within their bounds', () => {
  const random = new SeededRandom(5);
  expect(random.shuffle([1, 2, 3, 4, 5]).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
  const drawn = new Set(Array.from({ length: 200 }, () => random.integer(2, 4)));
  expect(drawn).toEqual(new Set([2, 3, 4]));
});

function crossesMidnight({ start_date, end_date }: BundledSession['fields']): boolean {
  return start_date?.slice(0, 10) !== end_date?.slice(0, 10);
}

function overlappingPairs({ sessions }: ScheduleBundle): [BundledSession, BundledSession][] {
  const timed = sessions.map((session) => ({
    session,
    startMs: parseInstant(session.fields.start_date ?? ''),
    endMs: parseInstant(session.fields.end_date ?? ''),
  }));
  return timed.flatMap((one, at) =>
    timed.slice(at + 1).flatMap((two): [BundledSession, BundledSession][] => {
      const { startMs: oneStart, endMs: oneEnd } = one;
      const { startMs: twoStart, endMs: twoEnd } = two;
      if (oneStart === undefined || oneEnd === undefined || twoStart === undefined || twoEnd === undefined) return [];
      return oneStart < twoEnd && twoStart < oneEnd ? [[one.session, two.session]] : [];
    }),
  );
}

function speakersOf({ fields }: BundledSession): string[] | undefined {
  return fields.speakers?.map((speaker) => speaker.contact_id);
}

function shareAny(one: readonly string[] = [], two: readonly string[] = []): boolean {
  return one.some((item) => two.includes(item));
}

/** WCAG 2.2's contrast ratio. */
function contrastWithWhite(color: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const [red = 1, green = 1, blue = 1] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
