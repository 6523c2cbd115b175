import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { layOutBlocks, packLanes, type Placed } from '../../shared/schedule/lanes.ts';

const ROOMS = ['a', 'b', 'c', 'd'];
const LEAST = 3;

const placed: fc.Arbitrary<Placed[]> = fc
  .array(
    fc.record({
      startMs: fc.integer({ min: 0, max: 60 }),
      length: fc.integer({ min: 0, max: 20 }),
      roomIds: fc.uniqueArray(fc.constantFrom(...ROOMS, 'not shown'), { maxLength: 4 }),
    }),
    { maxLength: 30 },
  )
  .map((items) =>
    items.map(({ startMs, length, roomIds }, index) => ({
      id: `s${index}`,
      startMs,
      endMs: startMs + length,
      roomIds,
    })),
  );

const drawnEnd = ({ startMs, endMs }: Placed): number => Math.max(endMs, startMs + LEAST);

/** How many run at once at their fullest. */
function depth(items: readonly Placed[]): number {
  return Math.max(
    0,
    ...items.map(({ startMs }) => items.filter((one) => one.startMs <= startMs && startMs < drawnEnd(one)).length),
  );
}

describe('lanes', () => {
  test('hold nothing that overlaps, and are no more than needed', () => {
    fc.assert(
      fc.property(placed, (items) => {
        const lanes = packLanes(items, LEAST);
        items.forEach((one, index) => {
          const { lane, lanes: count } = lanes[index]!;
          expect(lane).toBeLessThan(count);
          const together = items.filter((_, at) => lanes[at]!.lane === lane && at !== index);
          for (const other of together) {
            expect(drawnEnd(one) <= other.startMs || drawnEnd(other) <= one.startMs).toBe(true);
          }
          const touching = items.filter((other) => drawnEnd(one) > other.startMs && drawnEnd(other) > one.startMs);
          expect(count === 1).toBe(touching.length === 1);
        });
        expect(Math.max(0, ...lanes.map(({ lanes: count }) => count))).toBe(depth(items));
      }),
    );
  });

  test('do not depend on the order in which things are given', () => {
    fc.assert(
      fc.property(
        placed.chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length }))),
        ([items, shuffled]) => {
          const named = (all: Placed[]): unknown => {
            const lanes = packLanes(all, LEAST);
            return new Map(all.map(({ id }, index) => [id, lanes[index]]).sort() as [string, unknown][]);
          };
          expect(named(shuffled)).toEqual(named(items));
        },
      ),
    );
  });

  test('are shared by those that hang together, and by no others', () => {
    const items = [
      { id: 'a', startMs: 0, endMs: 10 },
      { id: 'b', startMs: 5, endMs: 15 },
      { id: 'c', startMs: 10, endMs: 20 },
      { id: 'd', startMs: 20, endMs: 30 },
    ];
    expect(packLanes(items)).toEqual([
      { lane: 0, lanes: 2 },
      { lane: 1, lanes: 2 },
      { lane: 0, lanes: 2 },
      { lane: 0, lanes: 1 },
    ]);
  });
});

test('of what begins together, the longest has the first lane', () => {
  const items = [
    { id: 'a', startMs: 0, endMs: 10 },
    { id: 'b', startMs: 0, endMs: 20 },
  ];
  expect(packLanes(items).map(({ lane }) => lane)).toEqual([1, 0]);
});

describe('blocks', () => {
  test('cover each room of each session once, and overlap nowhere', () => {
    fc.assert(
      fc.property(placed, (items) => {
        const blocks = layOutBlocks(items, ROOMS, LEAST);
        const covered = blocks.flatMap((block) =>
          Array.from({ length: block.columns }, (_, at) => ({ ...block, room: ROOMS[block.column + at]! })),
        );
        const wanted = items.flatMap(({ id, roomIds }) =>
          roomIds.filter((room) => ROOMS.includes(room)).map((room) => `${id} ${room}`),
        );
        expect(covered.map(({ id, room }) => `${id} ${room}`).sort()).toEqual(wanted.sort());
        for (const one of covered) {
          for (const other of covered) {
            if (one.id === other.id || one.room !== other.room || one.lane !== other.lane) continue;
            const [end, otherEnd] = [one, other].map((block) => Math.max(block.endMs, block.startMs + LEAST));
            expect(end! <= other.startMs || otherEnd! <= one.startMs).toBe(true);
          }
        }
      }),
    );
  });

  test('go over neighbouring rooms, as far as nothing stands beside them', () => {
    const lunch = { id: 'lunch', startMs: 10, endMs: 20, roomIds: ['d', 'a', 'b', 'not shown'] };
    const shape = (items: Placed[]): unknown[] =>
      layOutBlocks(items, ROOMS).map(({ id, column, columns, lane, lanes }) => [id, column, columns, lane, lanes]);
    expect(shape([lunch])).toEqual([
      ['lunch', 0, 2, 0, 1],
      ['lunch', 3, 1, 0, 1],
    ]);
    expect(shape([lunch, { id: 'talk', startMs: 15, endMs: 30, roomIds: ['b'] }])).toEqual([
      ['lunch', 0, 1, 0, 1],
      ['lunch', 1, 1, 0, 2],
      ['talk', 1, 1, 1, 2],
      ['lunch', 3, 1, 0, 1],
    ]);
  });
});
