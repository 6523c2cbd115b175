import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { JsonObject } from '../../shared/base/json.ts';
import { placePointer, valueAt, withValueAt } from '../../shared/replication/conflict-place.ts';
import { mergeFields, type Conflict } from '../../shared/replication/merge-fields.ts';
import { fieldsTogether } from '../../shared/replication/merge-policy.ts';
import { findSettled, resolveConflict } from '../../shared/replication/resolve-conflict.ts';
import { runs, anySides, canonical, type Sides } from './session-edits.ts';

const merges = anySides.map((sides): [Sides, JsonObject, Conflict[]] => {
  const { merged, conflicts } = mergeFields(sides.base, sides.mine, sides.theirs);
  return [sides, merged, conflicts];
});

describe('laws', () => {
  test('taking theirs changes nothing', () => {
    const law = fc.property(merges, ([, merged, conflicts]) => {
      for (const conflict of conflicts) expect(resolveConflict(merged, conflict, 'theirs')).toBe(merged);
    });
    fc.assert(law, runs);
  });

  test('taking mine puts mine in its place, and changes no other', () => {
    const law = fc.property(merges, ([, merged, conflicts]) => {
      for (const conflict of conflicts) {
        const resolved = resolveConflict(merged, conflict, 'mine');
        expect(canonical(valueAt(resolved, conflict.pointer))).toBe(canonical(conflict.mine));
        for (const other of conflicts.filter((each) => each !== conflict)) {
          expect(valueAt(resolved, other.pointer)).toEqual(valueAt(merged, other.pointer));
        }
      }
    });
    fc.assert(law, runs);
  });

  test("taking mine is an edit of headquarters' state that no longer conflicts", () => {
    const law = fc.property(merges, ([{ theirs }, merged, conflicts]) => {
      const resolved = conflicts.reduce((session, conflict) => resolveConflict(session, conflict, 'mine'), merged);
      expect(canonical(mergeFields(theirs, resolved, theirs))).toBe(canonical({ merged: resolved, conflicts: [] }));
    });
    fc.assert(law, runs);
  });

  test('taking mine settles the conflict, and no other', () => {
    const law = fc.property(merges, ([, merged, conflicts]) => {
      for (const conflict of conflicts) {
        expect(findSettled(conflicts, merged, resolveConflict(merged, conflict, 'mine'))).toEqual([conflict]);
      }
      expect(findSettled(conflicts, merged, merged)).toEqual([]);
    });
    fc.assert(law, runs);
  });

  test('a value that stands already is put without a trace', () => {
    const law = fc.property(merges, ([{ mine }, merged, conflicts]) => {
      for (const { pointer } of conflicts) {
        expect(canonical(withValueAt(merged, pointer, valueAt(merged, pointer)))).toBe(canonical(merged));
        expect(canonical(withValueAt(mine, pointer, valueAt(mine, pointer)))).toBe(canonical(mine));
      }
    });
    fc.assert(law, runs);
  });
});

describe('a decision', () => {
  const session = {
    name: 'A',
    start_date: '2026-02-01T10:00:00Z',
    speakers: [{ contact_id: 'c1', type_id: 't', job_title: 'A' }],
  };

  test('may be something else than either side', () => {
    expect(resolveConflict(session, { pointer: 'name', mine: 'B' }, { value: 'C' })).toEqual({ ...session, name: 'C' });
  });

  test('of a field that mine has not takes it away', () => {
    expect(resolveConflict({ name: 'A', code: 'C' }, { pointer: 'code' }, 'mine')).toEqual({ name: 'A' });
  });

  test('about the dates decides both', () => {
    const mine = { end_date: '2026-02-01T12:00:00Z' };
    const { start_date: _, ...rest } = session;
    expect(resolveConflict(session, { pointer: 'start_date', mine }, 'mine')).toEqual({ ...rest, ...mine });
  });

  test('that leaves out what is missing already changes nothing', () => {
    for (const session of [{}, { speakers: null }, { speakers: 'a text' }]) {
      expect(resolveConflict(session, { pointer: 'speakers/c1' }, 'mine')).toStrictEqual(session);
    }
  });

  test('about a speaker destroys no list that has no place for it', () => {
    const twice = { speakers: [{ contact_id: 'c1' }, { contact_id: 'c1' }] };
    expect(resolveConflict(twice, { pointer: 'speakers/c1/job_title' }, { value: 'A' })).toEqual(twice);
  });

  test('about a speaker removes it, changes it, or brings it back', () => {
    expect(resolveConflict(session, { pointer: 'speakers/c1' }, 'mine').speakers).toEqual([]);
    expect(resolveConflict(session, { pointer: 'speakers/c1/job_title', mine: 'B' }, 'mine').speakers).toEqual([
      { contact_id: 'c1', type_id: 't', job_title: 'B' },
    ]);
    const mine = { contact_id: 'c2', type_id: 't' };
    expect(resolveConflict(session, { pointer: 'speakers/c2', mine }, 'mine').speakers).toEqual([
      ...session.speakers,
      mine,
    ]);
  });
});

describe('an edit', () => {
  const conflicts = ['name', 'start_date', 'speakers/c1/job_title', 'track_ids'].map((pointer) => ({ pointer }));
  const before = { name: 'A', end_date: '2026-02-01T12:00:00Z', speakers: [{ contact_id: 'c1', job_title: 'A' }] };
  const settled = (after: JsonObject): string[] => findSettled(conflicts, before, after).map(({ pointer }) => pointer);

  test('settles the conflicts of the fields that it changes', () => {
    expect(settled({ ...before, name: 'B' })).toEqual(['name']);
    expect(settled({ ...before, end_date: '2026-02-01T13:00:00Z' })).toEqual(['start_date']);
    expect(settled({ ...before, speakers: [] })).toEqual(['speakers/c1/job_title']);
    expect(settled({ ...before, track_ids: ['a'] })).toEqual(['track_ids']);
  });

  test('settles nothing by what it changes elsewhere, or by a null in place of nothing', () => {
    const speakers = [{ contact_id: 'c0' }, { contact_id: 'c1', job_title: 'A', name: 'B' }];
    expect(settled({ ...before, location: 'L', track_ids: null, speakers })).toEqual([]);
  });
});

test('a pointer leads back to the place that it was made for, whatever its names hold', () => {
  const name = fc.oneof(fc.constantFrom('', '/', '~', '~1', '~0', '__proto__', 'constructor', '10'), fc.string());
  const law = fc.property(name, name, fc.jsonValue(), (id, member, value) => {
    fc.pre(value !== null && member !== 'contact_id' && !fieldsTogether.flat().includes(id));
    const session = { speakers: [{ contact_id: id }], registration_question_options: {} };
    for (const tokens of [[id], ['speakers', id, member], ['registration_question_options', member]]) {
      const pointer = placePointer(tokens);
      expect(valueAt(withValueAt(session, pointer, value), pointer)).toEqual(value);
    }
  });
  fc.assert(law, runs);
});
