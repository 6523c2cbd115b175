import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isJsonObject, toPointer, type JsonObject } from '../../shared/base/json.ts';
import { isServerOwned } from '../../shared/contract/session.ts';
import { mergeFields, type Conflict } from '../../shared/replication/merge-fields.ts';
import { valueAt, withValueAt } from '../../shared/replication/conflict-place.ts';
import {
  runs,
  anySides,
  canonical,
  idsOf,
  keyedLists,
  shared,
  tameSides,
  withMember,
  type Sides,
} from './session-edits.ts';

describe('laws', () => {
  test('what one side changed stands, as a whole', () => {
    const law = fc.property(anySides, ({ base, mine }) => {
      for (const merge of [mergeFields(base, mine, base), mergeFields(base, base, mine)]) {
        expect(canonical(shared(merge.merged))).toBe(canonical(shared(mine)));
        expect(merge.conflicts).toEqual([]);
      }
    });
    fc.assert(law, runs);
  });

  test('what both sides changed alike stands', () => {
    const law = fc.property(anySides, ({ base, mine }) => {
      expect(canonical(mergeFields(base, mine, mine))).toBe(canonical({ merged: mine, conflicts: [] }));
    });
    fc.assert(law, runs);
  });

  test('theirs stands as it is, nulls and all, where nothing of ours differs', () => {
    const law = fc.property(anySides, ({ base, theirs }) => {
      expect(mergeFields(base, base, theirs).merged).toEqual(withMember(theirs, 'id', base['id']));
    });
    fc.assert(law, runs);
  });

  test('which side merges changes neither the conflicts nor anything else', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      for (const before of [base, undefined]) {
        const here = mergeFields(before, mine, theirs);
        const there = mergeFields(before, theirs, mine);
        expect(canonical(here.conflicts)).toBe(canonical(there.conflicts.map(swapped)));
        const decided = here.conflicts.reduce(
          (session, { pointer, mine }) => withValueAt(session, pointer, mine),
          here.merged,
        );
        expect(canonical(unordered(shared(decided)))).toBe(canonical(unordered(shared(there.merged))));
      }
    });
    fc.assert(law, runs);
  });

  test('a conflict is where both sides changed one place, each in its own way, and shows theirs', () => {
    const law = fc.property(anySides, (sides) => {
      const { merged, conflicts } = mergeFields(sides.base, sides.mine, sides.theirs);
      for (const conflict of conflicts) {
        const [base, mine, theirs] = [conflict.base, conflict.mine, conflict.theirs].map(canonical);
        expect(new Set([base, mine, theirs]).size).toBe(3);
        expect(valueAt(sides.base, conflict.pointer)).toEqual(conflict.base);
        expect(valueAt(sides.mine, conflict.pointer)).toEqual(conflict.mine);
        expect(valueAt(sides.theirs, conflict.pointer)).toEqual(conflict.theirs);
        expect(canonical(valueAt(merged, conflict.pointer))).toBe(theirs);
      }
    });
    fc.assert(law, runs);
  });

  test('no conflict lies within another', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      const pointers = mergeFields(base, mine, theirs).conflicts.map(({ pointer }) => pointer);
      const nested = pointers.filter((pointer, at) =>
        pointers.some((other, otherAt) => otherAt !== at && `${pointer}/`.startsWith(`${other}/`)),
      );
      expect(nested).toEqual([]);
    });
    fc.assert(law, runs);
  });

  test('no value is invented', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      const known = new Set([base, mine, theirs].flatMap((session) => leavesOf(session)));
      expect(leavesOf(mergeFields(base, mine, theirs).merged).filter((leaf) => !known.has(leaf))).toEqual([]);
    });
    fc.assert(law, runs);
  });

  test('no field is lost that neither side removed', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      const { merged } = mergeFields(base, mine, theirs);
      const kept = Object.keys(shared(base)).filter((name) => Object.hasOwn(mine, name) && Object.hasOwn(theirs, name));
      expect(Object.keys(merged)).toEqual(expect.arrayContaining(kept));
    });
    fc.assert(law, runs);
  });

  test('what only the server sets is theirs', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      const { merged } = mergeFields(base, mine, theirs);
      expect(canonical(serverOwned(merged))).toBe(canonical(serverOwned(theirs)));
    });
    fc.assert(law, runs);
  });

  test('merging again changes nothing', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      const { merged } = mergeFields(base, mine, theirs);
      for (const same of [mergeFields(theirs, merged, theirs), mergeFields(base, merged, merged)]) {
        expect(canonical(same)).toBe(canonical({ merged, conflicts: [] }));
      }
      // Two new orders of one list merge to the old one: against the old base that is no change of ours.
      const again = mergeFields(base, merged, theirs);
      expect(again.conflicts).toEqual([]);
      expect(canonical(unordered(shared(again.merged)))).toBe(canonical(unordered(shared(merged))));
    });
    fc.assert(law, runs);
  });

  test('replicas that hear of each other end alike', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      const { merged } = mergeFields(base, mine, theirs);
      expect(canonical(shared(mergeFields(theirs, theirs, merged).merged))).toBe(canonical(shared(merged)));
    });
    fc.assert(law, runs);
  });

  test('every place merges as if it were alone', () => {
    const law = fc.property(tameSides, (sides) => {
      const { merged, conflicts } = mergeFields(sides.base, sides.mine, sides.theirs);
      const model = modelMerge(sides);
      expect(conflicts.map(({ pointer }) => pointer).sort()).toEqual(model.conflicts);
      expect(canonical(unordered(shared(merged)))).toBe(canonical(unordered(model.merged)));
    });
    fc.assert(law, runs);
  });

  test('a merged list has the survivors in base order, then the additions sorted', () => {
    const law = fc.property(anySides, ({ base, mine, theirs }) => {
      const { merged } = mergeFields(base, mine, theirs);
      for (const field of Object.keys(keyedLists)) {
        const [before, left, right] = [base, mine, theirs].map((session) => idsOf(field, session[field]));
        const whole =
          [base, mine].some((side) => canonical(side[field]) === canonical(theirs[field])) ||
          canonical(base[field]) === canonical(mine[field]);
        if (whole || before === undefined || left === undefined || right === undefined) continue;
        const ids = idsOf(field, merged[field]) ?? [];
        const survivors = before.filter((id) => ids.includes(id));
        const additions = ids.filter((id) => !before.includes(id));
        expect(ids).toEqual([...survivors, ...additions.toSorted((a, b) => (a < b ? -1 : 1))]);
        expect(new Set(additions)).toEqual(new Set([...left, ...right].filter((id) => !before.includes(id))));
      }
    });
    fc.assert(law, runs);
  });

  test('without a base every field that differs is a conflict', () => {
    const law = fc.property(anySides, ({ mine, theirs }) => {
      const { merged, conflicts } = mergeFields(undefined, mine, theirs);
      const found = Object.fromEntries(conflicts.map(({ pointer, mine, theirs }) => [pointer, [mine, theirs]]));
      const names = new Set([...Object.keys(shared(mine)), ...Object.keys(shared(theirs))]);
      for (const name of [...names].filter((name) => name !== 'sys_external_id')) {
        const pointer = pointerOf(name);
        const differs = canonical(valueAt(mine, pointer)) !== canonical(valueAt(theirs, pointer));
        expect(Object.hasOwn(found, pointer)).toBe(differs);
      }
      expect(canonical({ ...shared(merged), sys_external_id: 0 })).toBe(
        canonical({ ...shared(theirs), sys_external_id: 0 }),
      );
    });
    fc.assert(law, runs);
  });
});

const dates = (start: number, end: number): JsonObject => ({
  start_date: `2026-02-01T${start}:00:00Z`,
  end_date: `2026-02-01T${end}:00:00Z`,
});

const withTitle = (job_title: string): JsonObject => ({ speakers: [{ contact_id: 'c/1', job_title }] });

const addedSpeaker = (job_title: string, more: JsonObject): JsonObject => ({
  speakers: [{ contact_id: 'c1', type_id: 't', job_title, ...more }],
});

const questions = (form_id: string, custom_field_ids: string[], more: unknown): JsonObject => ({
  registration_question_options: { form_id, custom_field_ids, more },
});

const sysFields = (sys_locked: boolean, sys_external_id: string, sys_version: number): JsonObject => ({
  sys_locked,
  sys_external_id,
  sys_version,
  sys_of_a_later_version: sys_version,
});

describe('merge and conflicts', () => {
  test('changes to different fields merge', () => {
    expect(
      mergeFields({ name: 'A', location: 'B' }, { name: 'A2', location: 'B' }, { name: 'A', location: 'B2' }),
    ).toEqual({
      merged: { name: 'A2', location: 'B2' },
      conflicts: [],
    });
  });

  test('changes to one field on both sides conflict, and theirs is shown', () => {
    expect(mergeFields({ name: 'A' }, { name: 'B' }, { name: 'C' })).toEqual({
      merged: { name: 'C' },
      conflicts: [{ pointer: 'name', base: 'A', mine: 'B', theirs: 'C' }],
    });
  });

  test('a field that one side removed and the other changed conflicts, and what is missing is told from null', () => {
    expect(mergeFields({ name: 'A', code: 'A' }, { code: 'B' }, { name: 'B', code: null }).conflicts).toStrictEqual([
      { pointer: 'name', base: 'A', theirs: 'B' },
      { pointer: 'code', base: 'A', mine: 'B', theirs: null },
    ]);
  });

  test('start_date and end_date merge as one value', () => {
    expect(mergeFields(dates(10, 11), dates(12, 13), dates(10, 11))).toEqual({ merged: dates(12, 13), conflicts: [] });
    expect(mergeFields(dates(10, 11), { ...dates(10, 12) }, dates(9, 11))).toEqual({
      merged: dates(9, 11),
      conflicts: [{ pointer: 'start_date', base: dates(10, 11), mine: dates(10, 12), theirs: dates(9, 11) }],
    });
    expect(mergeFields({}, dates(10, 12), dates(9, 11)).conflicts).toEqual([
      { pointer: 'start_date', base: {}, mine: dates(10, 12), theirs: dates(9, 11) },
    ]);
  });

  test('enable_capacity and capacity_options merge as one value', () => {
    const base = { enable_capacity: true, capacity_options: { capacity: 10 } };
    const mine = { enable_capacity: false, capacity_options: { capacity: 10 } };
    const theirs = { enable_capacity: true, capacity_options: { capacity: 20 } };
    expect(mergeFields(base, mine, theirs)).toEqual({
      merged: theirs,
      conflicts: [{ pointer: 'enable_capacity', base, mine, theirs }],
    });
  });

  test('a list that one side left alone is taken whole from the other, order included', () => {
    const base = { room_ids: ['a', 'b', 'c'] };
    const turned = { room_ids: ['c', 'd', 'a'] };
    expect(mergeFields(base, turned, base)).toEqual({ merged: turned, conflicts: [] });
    expect(mergeFields(base, base, turned)).toEqual({ merged: turned, conflicts: [] });
  });

  test.each(['track_ids', 'room_ids'])('%s merge as sets: survivors in base order, then additions sorted', (field) => {
    expect(
      mergeFields({ [field]: ['c', 'a', 'b'] }, { [field]: ['z', 'a', 'c'] }, { [field]: ['b', 'x', 'c', 'a', 'z'] }),
    ).toEqual({ merged: { [field]: ['c', 'a', 'x', 'z'] }, conflicts: [] });
  });

  test('a set that one side emptied keeps what the other added', () => {
    expect(mergeFields({ track_ids: ['a'] }, {}, { track_ids: ['a', 'b'] })).toEqual({
      merged: { track_ids: ['b'] },
      conflicts: [],
    });
  });

  test.each([
    ['speakers', 'contact_id'],
    ['custom_field_values', 'custom_field_id'],
  ])('%s merge by %s, member by member', (field, key) => {
    expect(
      mergeFields(
        {
          [field]: [
            { [key]: 'b', one: 1, two: 1 },
            { [key]: 'a', one: 1 },
          ],
        },
        { [field]: [{ [key]: 'y' }, { [key]: 'b', one: 2, two: 1 }, { [key]: 'a', one: 1 }] },
        { [field]: [{ [key]: 'b', one: 1, two: 2 }, { [key]: 'x' }] },
      ),
    ).toEqual({ merged: { [field]: [{ [key]: 'b', one: 2, two: 2 }, { [key]: 'x' }, { [key]: 'y' }] }, conflicts: [] });
  });

  test('a member of a speaker that both sides changed conflicts under its pointer', () => {
    expect(mergeFields(withTitle('A'), withTitle('B'), withTitle('C'))).toEqual({
      merged: withTitle('C'),
      conflicts: [{ pointer: 'speakers/c~11/job_title', base: 'A', mine: 'B', theirs: 'C' }],
    });
  });

  test('a speaker removed on one side and changed on the other is one conflict', () => {
    const speaker = { contact_id: 'c1', job_title: 'A' };
    const changed = { contact_id: 'c1', job_title: 'B', name: 'C' };
    expect(mergeFields({ speakers: [speaker] }, { speakers: [] }, { speakers: [changed] })).toEqual({
      merged: { speakers: [changed] },
      conflicts: [{ pointer: 'speakers/c1', base: speaker, theirs: changed }],
    });
    expect(mergeFields({ speakers: [speaker] }, { speakers: [changed] }, { speakers: [] })).toEqual({
      merged: { speakers: [] },
      conflicts: [{ pointer: 'speakers/c1', base: speaker, mine: changed }],
    });
  });

  test('a speaker that both sides added conflicts only where they differ', () => {
    expect(mergeFields({}, addedSpeaker('A', { name: 'N' }), addedSpeaker('B', { email_address: 'E' }))).toEqual({
      merged: addedSpeaker('B', { name: 'N', email_address: 'E' }),
      conflicts: [{ pointer: 'speakers/c1/job_title', mine: 'A', theirs: 'B' }],
    });
  });

  test('a list with repeated keys is one value', () => {
    const twice = { speakers: [{ contact_id: 'c1' }, { contact_id: 'c1' }] };
    const mine = { speakers: [{ contact_id: 'c1' }, { contact_id: 'c2' }] };
    const theirs = { speakers: [{ contact_id: 'c1' }, { contact_id: 'c3' }] };
    expect(mergeFields(twice, mine, theirs)).toEqual({
      merged: theirs,
      conflicts: [{ pointer: 'speakers', base: twice.speakers, mine: mine.speakers, theirs: theirs.speakers }],
    });
  });

  test('objects merge member by member, and their members as values', () => {
    expect(
      mergeFields(questions('A', ['f1'], { a: 1 }), questions('B', ['f1'], { a: 2 }), questions('A', ['f2'], { b: 1 })),
    ).toEqual({
      merged: questions('B', ['f2'], { b: 1 }),
      conflicts: [{ pointer: 'registration_question_options/more', base: { a: 1 }, mine: { a: 2 }, theirs: { b: 1 } }],
    });
  });

  test('sys_locked and sys_external_id merge like any field; all other sys_ fields are theirs', () => {
    expect(mergeFields(sysFields(false, 'A', 1), sysFields(true, 'B', 5), sysFields(false, 'A', 2))).toEqual({
      merged: sysFields(true, 'B', 2),
      conflicts: [],
    });
  });

  test('a session keeps the id that it has here', () => {
    for (const base of [{ id: 'theirs' }, { id: 'mine' }, {}, undefined]) {
      expect(mergeFields(base, { id: 'mine' }, { id: 'theirs' })).toEqual({ merged: { id: 'mine' }, conflicts: [] });
    }
  });

  test('unknown fields merge as values and survive', () => {
    expect(mergeFields({ new: { a: 1 } }, { new: { a: 1, b: 2 } }, { new: { a: 2 }, newer: [1] })).toEqual({
      merged: { new: { a: 2 }, newer: [1] },
      conflicts: [{ pointer: 'new', base: { a: 1 }, mine: { a: 1, b: 2 }, theirs: { a: 2 } }],
    });
  });

  test('null and missing are equal, and what stands at headquarters is kept', () => {
    expect(mergeFields({ code: null }, { name: 'A' }, { code: null })).toEqual({
      merged: { code: null, name: 'A' },
      conflicts: [],
    });
    expect(mergeFields({}, { code: null }, { code: 'A' })).toEqual({ merged: { code: 'A' }, conflicts: [] });
  });

  test('without a base, fields that differ conflict, also where one side lacks them', () => {
    const mine = { name: 'A', location: 'L', track_ids: ['a'], code: null };
    const theirs = { name: 'A', location: 'M', track_ids: ['b'], description: 'D', sys_external_id: 'E' };
    expect(mergeFields(undefined, mine, theirs)).toStrictEqual({
      merged: { name: 'A', location: 'M', track_ids: ['b'], description: 'D', sys_external_id: 'E' },
      conflicts: [
        { pointer: 'description', theirs: 'D' },
        { pointer: 'location', mine: 'L', theirs: 'M' },
        { pointer: 'track_ids', mine: ['a'], theirs: ['b'] },
      ],
    });
  });
});

function serverOwned(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => isServerOwned(name)));
}

function pointerOf(name: string): string {
  if (name === '') return '/';
  return toPointer([{ end_date: 'start_date', capacity_options: 'enable_capacity' }[name] ?? name]).slice(1);
}

function swapped({ pointer, base, mine, theirs }: Conflict): Conflict {
  return { pointer, base, mine: theirs, theirs: mine };
}

/** The session with its keyed lists sorted: putting a decision into a list may add an element at its end. */
function unordered(session: JsonObject): JsonObject {
  const sorted = Object.entries(session).map(([name, value]) => {
    const keyed = Object.hasOwn(keyedLists, name) && Array.isArray(value) && idsOf(name, value) !== undefined;
    return [name, keyed ? value.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1)) : value] as const;
  });
  return Object.fromEntries(sorted.filter(([, value]) => canonical(value) !== '[]'));
}

/** Every scalar in a value, each with the members that lead to it. */
function leavesOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, `${path}/*`));
  if (!isJsonObject(value)) return [`${path} ${canonical(value)}`];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, `${path}/${name}`));
}

/** The rules of sync.md once more, place by place, as plainly as can be; lists in any order. */
function modelMerge({ base, mine, theirs }: Sides): { merged: JsonObject; conflicts: string[] } {
  const conflicts: string[] = [];
  const conflict = (pointer: string, shown: unknown) => (): unknown => {
    conflicts.push(pointer);
    return shown;
  };
  const members = (pointer: string, b: unknown, m: unknown, t: unknown) => (): unknown => {
    if (!isJsonObject(m) || !isJsonObject(t)) return conflict(pointer, t)();
    const before = isJsonObject(b) ? b : {};
    const names = [...new Set([before, m, t].flatMap(Object.keys))];
    return Object.fromEntries(
      names.map((name) => {
        const values = [before, m, t].map((object) => (Object.hasOwn(object, name) ? object[name] : undefined));
        const [one, two, three] = values;
        return [name, pick(one, two, three, conflict(`${pointer}${toPointer([name])}`, three))];
      }),
    );
  };
  const elements = (field: string, key: string | undefined) => (): unknown => {
    const maps = [base, mine, theirs].map((session) => {
      const list = (session[field] ?? []) as unknown[];
      return new Map(list.map((element) => [key === undefined ? element : (element as JsonObject)[key], element]));
    });
    const ids = [...new Set(maps.flatMap((map) => [...map.keys()]))];
    return ids.flatMap((id) => {
      const [b, m, t] = maps.map((map) => map.get(id));
      return pick(b, m, t, members(`${field}/${String(id)}`, b, m, t)) ?? [];
    });
  };
  const together = (fields: string[]): JsonObject => {
    const [b, m, t] = [base, mine, theirs].map((session) =>
      Object.fromEntries(fields.map((field) => [field, session[field]])),
    );
    return pick(b, m, t, conflict(fields[0] ?? '', t)) as JsonObject;
  };
  const merged = [base, mine, theirs]
    .flatMap((session) => Object.keys(shared(session)))
    .map((field) => {
      const [b, m, t] = [base[field], mine[field], theirs[field]];
      if (field === 'registration_question_options') return [field, pick(b, m, t, members(field, b, m, t))] as const;
      if (Object.hasOwn(keyedLists, field)) return [field, pick(b, m, t, elements(field, keyedLists[field]))] as const;
      return [field, pick(b, m, t, conflict(field, t))] as const;
    });
  const alone = conflicts.filter(
    (pointer) => !/^(start_date|end_date|enable_capacity|capacity_options)$/.test(pointer),
  );
  conflicts.length = 0;
  const pairs = { ...together(['start_date', 'end_date']), ...together(['enable_capacity', 'capacity_options']) };
  return {
    merged: { ...Object.fromEntries(merged), ...pairs },
    conflicts: [...new Set([...alone, ...conflicts])].sort(),
  };
}

function pick(b: unknown, m: unknown, t: unknown, clash: () => unknown): unknown {
  const [before, left, right] = [b, m, t].map(canonical);
  if (left === right || left === before) return t;
  return right === before ? m : clash();
}
