import fc from 'fast-check';
import { expect, test } from 'vitest';

import { SpanList, type Taking } from '../../shared/schedule/span-list.ts';

const taking: fc.Arbitrary<Taking> = fc
  .tuple(
    fc.integer({ min: 0, max: 9_999 }),
    fc.integer({ min: 0, max: 200 }),
    fc.oneof(fc.constant(1), fc.nat(40), fc.nat(300)),
  )
  .map(([id, startMs, length]) => ({ id: `s${id}`, taken: { startMs, endMs: startMs + Math.max(1, length) } }));

/** Enough for several blocks. */
const takings = fc.uniqueArray(taking, { minLength: 250, maxLength: 500, selector: ({ id }) => id });

const inOrder = (a: Taking, b: Taking): number => a.taken.startMs - b.taken.startMs || (a.id < b.id ? -1 : 1);

test('a span list finds, in order, what looking at every item finds, whatever was put in and taken out', () => {
  fc.assert(
    fc.property(
      takings,
      fc.nat(100),
      fc.array(taking, { minLength: 5, maxLength: 10 }),
      fc.nat(20),
      (items, kept, asked, marginMs) => {
        const list = new SpanList();
        for (const item of items) list.add(item);
        const left = items.filter((_, index) => (index * 7) % 101 <= kept);
        for (const item of items) if (!left.includes(item)) list.remove(item);
        left.sort(inOrder);
        expect(list.isEmpty).toBe(left.length === 0);
        for (const item of [...asked, ...left.slice(0, 5)]) {
          const [back, on]: [Taking[], Taking[]] = [[], []];
          list.walkBack(item, marginMs, (before) => back.push(before) > 0);
          list.walkOn(item, marginMs, (after) => on.push(after));
          const { startMs, endMs } = item.taken;
          const others = left.filter(({ id, taken }) => id !== item.id || taken.startMs !== startMs);
          const before = others.filter((one) => inOrder(one, item) < 0 && one.taken.endMs + marginMs > startMs);
          const after = others.filter((one) => inOrder(one, item) > 0 && one.taken.startMs < endMs + marginMs);
          expect(back).toEqual(before.toReversed());
          expect(on).toEqual(after);
        }
      },
    ),
    { numRuns: 50 },
  );
});
