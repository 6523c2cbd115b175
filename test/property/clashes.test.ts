import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { ClashIndex } from '../../shared/schedule/clash-index.ts';
import type { Clash } from '../../shared/schedule/clash.ts';
import type { ScheduledSession } from '../../shared/schedule/scheduled-session.ts';
import {
  anyContext,
  at,
  everyClash,
  MINUTE_MS,
  ROOM_IDS,
  scheduledSession,
  sorted,
  WORLD_MS,
  type PlainClash,
} from '../support/clash-worlds.ts';
import { runs } from './session-edits.ts';

const IDS = Array.from({ length: 12 }, (_, index) => `s${index}`);

interface Update {
  changed: ScheduledSession[];
  removed: string[];
}

const noIds: fc.Arbitrary<string[]> = fc.constant([]);
const noSessions: fc.Arbitrary<ScheduledSession[]> = fc.constant([]);

const updates: fc.Arbitrary<Update[]> = fc.array(
  fc
    .record({
      changed: fc.uniqueArray(scheduledSession(IDS), { maxLength: 6, selector: ({ id }) => id }),
      removed: fc.oneof({ arbitrary: noIds, weight: 2 }, fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: 3 })),
    })
    .map(({ changed, removed }) => ({
      changed,
      removed: removed.filter((id) => changed.every((session) => session.id !== id)),
    })),
  { maxLength: 8 },
);

/** A session that is never in the world itself, or stands in it otherwise. */
const another = scheduledSession([...IDS, 'new']);

/** One that stands in the middle of a crowd. */
const inCrowd = fc.tuple(another, fc.integer({ min: 0, max: 12 })).map(([session, step]) => ({
  ...session,
  start_date: at(step),
  end_date: at(24),
  room_ids: ['hall'],
}));

function play(index: ClashIndex, world: Map<string, ScheduledSession>, { changed, removed }: Update): void {
  for (const id of removed) world.delete(id);
  for (const session of changed) world.set(session.id, session);
  index.update(changed, removed);
}

function plain(clash: Clash): PlainClash {
  const ids = [...clash.sessionIds];
  switch (clash.rule) {
    case 'room_overlap':
      return [clash.rule, ids, clash.roomIds, clash.startMs, clash.endMs];
    case 'speaker_overlap':
      return [clash.rule, ids, clash.contactIds, clash.startMs, clash.endMs];
    case 'speaker_walk':
      return [clash.rule, ids, clash.contactIds, clash.gapMinutes];
    case 'room_too_small':
      return [clash.rule, ids, clash.roomIds, clash.seats, clash.needed, clash.because];
    case 'duplicate_code':
      return [clash.rule, ids, clash.code];
    default:
      return [clash.rule, ids];
  }
}

const plainly = (clashes: Iterable<Clash>): PlainClash[] => sorted(Array.from(clashes, plain));
const byKey = (clashes: Iterable<Clash>): Clash[] => [...clashes].sort((a, b) => (a.key < b.key ? -1 : 1));

describe('the clash index', () => {
  test('holds after any updates what checking every pair finds', () => {
    fc.assert(
      fc.property(anyContext, updates, (context, edits) => {
        const index = new ClashIndex(context);
        const world = new Map<string, ScheduledSession>();
        for (const edit of edits) {
          play(index, world, edit);
          const expected = everyClash([...world.values()], context);
          expect(plainly(index.all())).toEqual(expected);
          expect(index.size).toBe(expected.length);
        }
        for (const id of IDS) {
          expect(byKey(index.of(id))).toEqual(byKey([...index.all()].filter((one) => one.sessionIds.includes(id))));
        }
      }),
      runs,
    );
  });

  test('tells of each update just what came and went', () => {
    fc.assert(
      fc.property(anyContext, updates, (context, edits) => {
        const index = new ClashIndex(context);
        const known = new Map<string, Clash>();
        for (const { changed, removed } of edits) {
          const { came, gone } = index.update(changed, removed);
          for (const clash of gone) expect(known.delete(clash.key)).toBe(true);
          for (const clash of came) expect(known.has(clash.key)).toBe(false);
          for (const clash of came) known.set(clash.key, clash);
          expect(byKey(known.values())).toEqual(byKey(index.all()));
        }
      }),
      runs,
    );
  });

  test('does not remember how it got where it is', () => {
    fc.assert(
      fc.property(anyContext, crowdedUpdates(), (context, edits) => {
        const index = new ClashIndex(context);
        const world = new Map<string, ScheduledSession>();
        for (const edit of edits) play(index, world, edit);
        const fresh = new ClashIndex(context);
        fresh.update(world.values());
        expect(byKey(index.all())).toEqual(byKey(fresh.all()));
        index.update([], world.keys());
        expect([index.size, ...index.all()]).toEqual([0]);
      }),
      runs,
    );
  });

  test('foresees what an update would bring, also in a crowd', () => {
    fc.assert(
      fc.property(
        anyContext,
        fc.oneof(updates, crowdedUpdates()),
        fc.oneof(another, inCrowd),
        (context, edits, session) => {
          const index = new ClashIndex(context);
          for (const { changed, removed } of edits) index.update(changed, removed);
          const before = byKey(index.all());
          const foreseen = byKey(index.candidate(session));
          expect(byKey(index.all())).toEqual(before);
          index.update([session]);
          expect(foreseen).toEqual(byKey(index.of(session.id)));
        },
      ),
      runs,
    );
  });

  test('marks as busy just the begins at which a candidate would clash', () => {
    fc.assert(
      fc.property(anyContext, updates, another, fc.integer({ min: 0, max: 12 }), (context, edits, session, length) => {
        const index = new ClashIndex(context);
        for (const { changed, removed } of edits) index.update(changed, removed);
        const window = { startMs: WORLD_MS, endMs: WORLD_MS + 200 * MINUTE_MS };
        const moved = { ...session, start_date: at(0), end_date: at(length) };
        const places = index.busyPlaces(moved, window, ROOM_IDS);
        for (const roomId of ROOM_IDS) {
          for (let step = 0; step < 40; step++) {
            const place = { ...moved, room_ids: [roomId], start_date: at(step), end_date: at(step + length) };
            const startMs = Date.parse(place.start_date);
            const marked = places
              .get(roomId)!
              .filter((stretch) => stretch.startMs <= startMs && startMs < stretch.endMs)
              .map(({ rule, severity, sessionIds }) => [rule, severity, ...sessionIds]);
            const clashes = index
              .candidate(place)
              .filter(({ rule }) => rule !== 'duplicate_code')
              .map(({ rule, severity, sessionIds }) => [rule, severity, ...sessionIds.filter((id) => id !== moved.id)]);
            expect(marked.sort()).toEqual(clashes.sort());
          }
        }
      }),
      { numRuns: runs.numRuns / 4 },
    );
  });
});

/** Sixty sessions within an hour, half of them in the hall: more beside each other than are told pair by pair. */
function crowdedUpdates(): fc.Arbitrary<Update[]> {
  const ids = Array.from({ length: 60 }, (_, index) => `s${index}`);
  const changed = fc
    .uniqueArray(scheduledSession(ids, 12), { minLength: 40, maxLength: 60, selector: ({ id }) => id })
    .map((sessions) =>
      sessions.map((session, place) =>
        place % 2 === 0
          ? session
          : { ...session, start_date: session.start_date ?? at(6), end_date: at(24), room_ids: ['hall'] },
      ),
    );
  const removed = fc.uniqueArray(fc.constantFrom('s0', 's1'));
  return fc.array(fc.oneof(fc.record({ changed, removed: noIds }), fc.record({ changed: noSessions, removed })), {
    minLength: 1,
    maxLength: 3,
  });
}
