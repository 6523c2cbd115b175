import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { JsonObject } from '../../shared/base/json.ts';
import { covers, valueAt } from '../../shared/replication/conflict-place.ts';
import { mergeFields } from '../../shared/replication/merge-fields.ts';
import { mergeSessions } from '../../shared/replication/merge-sessions.ts';
import { findSettled, resolveConflict } from '../../shared/replication/resolve-conflict.ts';
import { runs, anySides, canonical, shared, edited, tameEdits, tameSides } from './session-edits.ts';

const anything = (): boolean => true;

/** Rules that states of a session can break together: of each pair of texts, one alone is allowed. */
const rules: fc.Arbitrary<(session: JsonObject) => boolean> = fc
  .array(fc.tuple(fc.constantFrom('Keynote', 'c1', 't1', 'B'), fc.constantFrom('Opening', 'c2', 't2', 'deep')), {
    maxLength: 3,
  })
  .map((pairs) => (session) => {
    const text = canonical(shared(session));
    return pairs.every(([one, other]) => !text.includes(`"${one}"`) || !text.includes(`"${other}"`));
  });

describe('validity', () => {
  test('where both sides are valid, the merge is, whichever is taken where they conflict', () => {
    fc.assert(
      fc.property(anySides, rules, ({ base, mine, theirs }, isValid) => {
        fc.pre(isValid(mine) && isValid(theirs));
        const { merged, conflicts } = mergeSessions({ base, mine, theirs }, isValid);
        expect(isValid(merged)).toBe(true);
        const mineTaken = conflicts.reduce((session, conflict) => resolveConflict(session, conflict, 'mine'), merged);
        expect(isValid(mineTaken)).toBe(true);
      }),
      runs,
    );
  });

  test('which side merges does not change the conflicts', () => {
    fc.assert(
      fc.property(anySides, rules, ({ base, mine, theirs }, isValid) => {
        const pointers = (left: JsonObject, right: JsonObject): string[] =>
          mergeSessions({ base, mine: left, theirs: right }, isValid)
            .conflicts.map(({ pointer }) => pointer)
            .sort();
        expect(pointers(mine, theirs)).toEqual(pointers(theirs, mine));
      }),
      runs,
    );
  });

  test('without a rule that is broken it merges as the fields do', () => {
    fc.assert(
      fc.property(anySides, ({ base, mine, theirs }) => {
        expect(mergeSessions({ base, mine, theirs }, anything)).toEqual(mergeFields(base, mine, theirs));
      }),
      runs,
    );
  });

  test('a list that is too long only when merged conflicts as a whole', () => {
    const base = { name: 'A', code: 'A', speakers: [{ contact_id: 'a', job_title: 'A' }] };
    const mine = {
      name: 'B',
      code: 'A',
      speakers: [
        { contact_id: 'a', job_title: 'B' },
        { contact_id: 'b', job_title: 'B' },
      ],
    };
    const theirs = {
      name: 'A',
      code: 'C',
      speakers: [
        { contact_id: 'a', job_title: 'C' },
        { contact_id: 'c', job_title: 'C' },
      ],
    };
    expect(mergeSessions({ base, mine, theirs }, ({ speakers }) => (speakers as unknown[]).length < 3)).toEqual({
      merged: { name: 'B', code: 'C', speakers: theirs.speakers },
      conflicts: [{ pointer: 'speakers', base: base.speakers, mine: mine.speakers, theirs: theirs.speakers }],
    });
  });

  test('fields that are valid alone and not together conflict', () => {
    const base = { id: 'here', sys_version: 1, sold_out: false, has_fees: false };
    const mine = { id: 'here', sys_version: 5, sold_out: true, has_fees: false };
    const theirs = { id: 'there', sys_version: 2, sold_out: false, has_fees: true };
    expect(mergeSessions({ base, mine, theirs }, ({ sold_out, has_fees }) => !sold_out || !has_fees)).toEqual({
      merged: { ...theirs, id: 'here' },
      conflicts: [
        { pointer: 'sold_out', base: false, mine: true, theirs: false },
        { pointer: 'has_fees', base: false, mine: false, theirs: true },
      ],
    });
  });

  test('fields that would not be valid together if mine were taken conflict, too', () => {
    const base = { name: 'A', location: 'A' };
    const mine = { name: 'B', location: 'A' };
    const theirs = { name: 'C', location: 'C' };
    expect(mergeSessions({ base, mine, theirs }, ({ name, location }) => name !== 'B' || location !== 'C')).toEqual({
      merged: theirs,
      conflicts: [
        { pointer: 'name', base: 'A', mine: 'B', theirs: 'C' },
        { pointer: 'location', base: 'A', mine: 'A', theirs: 'C' },
      ],
    });
  });

  test('a rule that one side breaks already makes no conflict', () => {
    const [base, mine, theirs] = [{ name: 'A' }, { name: '' }, { name: 'A', code: 'B' }];
    expect(mergeSessions({ base, mine, theirs }, ({ name }) => name !== '')).toEqual({
      merged: { name: '', code: 'B' },
      conflicts: [],
    });
  });
});

describe('kept conflicts', () => {
  test('hearing the same again changes nothing', () => {
    fc.assert(
      fc.property(anySides, ({ base, mine, theirs }) => {
        const first = mergeSessions({ base, mine, theirs }, anything);
        const again = mergeSessions({ base: theirs, mine: first.merged, theirs, kept: first.conflicts }, anything);
        expect(canonical(again.merged)).toBe(canonical(first.merged));
        expect(pointersAndMine(again.conflicts)).toEqual(pointersAndMine(first.conflicts));
      }),
      runs,
    );
  });

  test('what is kept is not lost, nor decided by anything but an edit of it or their agreement', () => {
    fc.assert(
      fc.property(tameSides, tameEdits, tameEdits, ({ base, mine, theirs }, ourEdits, theirEdits) => {
        const { merged, conflicts } = mergeSessions({ base, mine, theirs }, anything);
        const ours = edited(merged, ourEdits);
        const settled = findSettled(conflicts, theirs, ours);
        const kept = conflicts.filter((conflict) => !settled.includes(conflict));
        const later = edited(theirs, theirEdits);
        const next = mergeSessions({ base: theirs, mine: ours, theirs: later, kept }, anything);
        const taken = next.conflicts.reduce(
          (session, conflict) => resolveConflict(session, conflict, 'mine'),
          next.merged,
        );
        for (const { pointer, mine: wanted } of kept) {
          expect(canonical(valueAt(taken, pointer))).toBe(canonical(wanted));
          const open = next.conflicts.some((conflict) => covers(conflict.pointer, pointer));
          expect(open || canonical(valueAt(later, pointer)) === canonical(wanted)).toBe(true);
        }
        for (const conflict of next.conflicts) {
          expect(canonical(valueAt(next.merged, conflict.pointer))).toBe(canonical(conflict.theirs));
          expect(conflict.theirs).toEqual(valueAt(later, conflict.pointer));
        }
      }),
      runs,
    );
  });

  const kept = [{ pointer: 'name', base: 'A', mine: 'B' }];

  test('a conflict stays, with the theirs of today', () => {
    const merge = mergeSessions({ base: { name: 'C' }, mine: { name: 'C' }, theirs: { name: 'D' }, kept }, anything);
    expect(merge).toEqual({
      merged: { name: 'D' },
      conflicts: [{ pointer: 'name', base: 'A', mine: 'B', theirs: 'D' }],
    });
  });

  test('a conflict stays when theirs goes back to the base: only a person decides', () => {
    const merge = mergeSessions({ base: { name: 'C' }, mine: { name: 'C' }, theirs: { name: 'A' }, kept }, anything);
    expect(merge).toEqual({
      merged: { name: 'A' },
      conflicts: [{ pointer: 'name', base: 'A', mine: 'B', theirs: 'A' }],
    });
  });

  test('a conflict of sides without a base stays, too', () => {
    const [mine, theirs] = [{ track_ids: ['a'] }, { track_ids: ['b'] }];
    const { merged, conflicts } = mergeSessions({ base: undefined, mine, theirs }, anything);
    expect(mergeSessions({ base: theirs, mine: merged, theirs, kept: conflicts }, anything)).toEqual({
      merged: theirs,
      conflicts: [{ pointer: 'track_ids', mine: ['a'], theirs: ['b'] }],
    });
  });

  test('a conflict ends when the sides agree', () => {
    const merge = mergeSessions({ base: { name: 'C' }, mine: { name: 'C' }, theirs: { name: 'B' }, kept }, anything);
    expect(merge).toEqual({ merged: { name: 'B' }, conflicts: [] });
  });

  test('conflicts of speakers whose ids begin alike are two', () => {
    const [gone, shown] = [{ contact_id: 'c1' }, { contact_id: 'c10', job_title: 'C' }];
    const both = [
      { pointer: 'speakers/c1', base: gone, mine: { ...gone, job_title: 'B' } },
      { pointer: 'speakers/c10/job_title', base: 'C', mine: 'B' },
    ];
    const session = { speakers: [shown] };
    const { conflicts } = mergeSessions({ base: session, mine: session, theirs: session, kept: both }, anything);
    expect(conflicts).toEqual([both[0], { ...both[1], theirs: 'C' }]);
  });

  test('a conflict about a member widens to its speaker when that is removed there', () => {
    const [base, mine, theirs] = ['A', 'B', 'C'].map((job_title) => ({ contact_id: 'c1', type_id: 't', job_title }));
    const shown = { speakers: [theirs] };
    const title = [{ pointer: 'speakers/c1/job_title', base: 'A', mine: 'B' }];
    const merge = mergeSessions({ base: shown, mine: shown, theirs: { speakers: [] }, kept: title }, anything);
    expect(merge).toEqual({
      merged: { speakers: [] },
      conflicts: [{ pointer: 'speakers/c1', base, mine }],
    });
  });
});

function pointersAndMine(conflicts: readonly { pointer: string; mine?: unknown }[]): string[] {
  return conflicts.map(({ pointer, mine }) => `${pointer} ${canonical(mine)}`).sort();
}
