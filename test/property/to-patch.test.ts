import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { jsonSizeBytes, toPointer, type JsonObject } from '../../shared/base/json.ts';
import type { JsonPatch } from '../../shared/contract/patch.ts';
import { toPatch, withVersionTest } from '../../shared/replication/to-patch.ts';
import { applyPatch } from '../../shared/service/apply-patch.ts';
import { runs, anySides, canonical, shared } from './session-edits.ts';

/** No server takes a pointer through `__proto__`, and no session of ours has such a field. */
const pairs = anySides.chain(({ base, mine }) => {
  const [one, other] = [withoutProto(base), withoutProto(mine)];
  return fc.constantFrom<[JsonObject, JsonObject][]>([one, other], [other, one], [{}, one]);
});

describe('laws', () => {
  test('applied to the base it gives mine, but for what only the server sets', () => {
    const law = fc.property(pairs, ([base, mine]) => {
      const patched = applyPatch(base, toPatch(base, mine));
      expect(canonical(shared(patched))).toBe(canonical(shared(mine)));
      expect(canonical(shielded(patched))).toBe(canonical(shielded(base)));
    });
    fc.assert(law, runs);
  });

  test('it is empty exactly where nothing of ours differs', () => {
    const law = fc.property(pairs, ([base, mine]) => {
      expect(toPatch(base, mine).length === 0).toBe(canonical(shared(base)) === canonical(shared(mine)));
    });
    fc.assert(law, runs);
  });

  test('it is no larger than one that takes each changed field whole', () => {
    const law = fc.property(pairs, ([base, mine]) => {
      expect(jsonSizeBytes(toPatch(base, mine))).toBeLessThanOrEqual(jsonSizeBytes(wholeFields(base, mine)));
    });
    fc.assert(law, runs);
  });

  test('it only adds and removes, each place once, and never within a list', () => {
    const law = fc.property(pairs, ([base, mine]) => {
      const patch = toPatch(base, mine);
      expect(patch.filter(({ op }) => op !== 'add' && op !== 'remove')).toEqual([]);
      expect(new Set(patch.map(({ path }) => path)).size).toBe(patch.length);
      for (const { path } of patch) expect(leadsIntoList(base, path)).toBe(false);
    });
    fc.assert(law, runs);
  });

  test('it says the same however null and missing are told apart', () => {
    const law = fc.property(pairs, ([base, mine]) => {
      const bare = JSON.parse(canonical(base)) as JsonObject;
      expect(canonical(byPath(toPatch(bare, mine)))).toBe(canonical(byPath(toPatch(base, mine))));
    });
    fc.assert(law, runs);
  });
});

describe('a patch', () => {
  test('of a scalar field adds rather than replaces', () => {
    expect(toPatch({ name: 'A', code: 'C' }, { name: 'B', code: 'C' })).toEqual([
      { op: 'add', path: '/name', value: 'B' },
    ]);
  });

  test('removes only what the base has', () => {
    expect(toPatch({ code: 'A', location: null }, { description: null })).toEqual([{ op: 'remove', path: '/code' }]);
    expect(toPatch({ code: 'A' }, { code: null })).toEqual([{ op: 'remove', path: '/code' }]);
  });

  test('takes a list whole', () => {
    expect(toPatch({ track_ids: ['a', 'b'] }, { track_ids: ['a', 'b', 'c'] })).toEqual([
      { op: 'add', path: '/track_ids', value: ['a', 'b', 'c'] },
    ]);
  });

  test('takes an object member by member, and whole where the base has none or that is shorter', () => {
    const question = { form_id: 'a form with a long id', custom_field_ids: ['one', 'two', 'three'] };
    const base = { registration_question_options: { ...question, more: 1 }, capacity_options: null };
    const mine = { registration_question_options: { ...question, more: 2 }, capacity_options: { capacity: 5 } };
    expect(toPatch(base, mine)).toEqual([
      { op: 'add', path: '/registration_question_options/more', value: 2 },
      { op: 'add', path: '/capacity_options', value: { capacity: 5 } },
    ]);
    expect(toPatch({ capacity_options: { a: 1, b: 1 } }, { capacity_options: { c: 1 } })).toEqual([
      { op: 'add', path: '/capacity_options', value: { c: 1 } },
    ]);
  });

  test('escapes its pointers', () => {
    const [base, mine] = [1, 2].map((value): JsonObject => ({
      'a/b~c': { '': [value, 'long enough to stay alone'], other: 'x'.repeat(40) },
    }));
    expect(toPatch(base ?? {}, mine ?? {}).map(({ path }) => path)).toEqual(['/a~1b~0c/']);
  });

  test('touches neither the id nor what only the server sets', () => {
    expect(toPatch({ id: 'a', sys_version: 1, sys_new: 1 }, { id: 'b', sys_version: 2, sys_locked: true })).toEqual([
      { op: 'add', path: '/sys_locked', value: true },
    ]);
  });

  test('takes an object whole where a server would refuse the pointer to its member', () => {
    const [base, mine] = [1, 2].map((value): JsonObject => ({ extra: { constructor: value, other: 'x'.repeat(80) } }));
    expect(toPatch(base ?? {}, mine ?? {}).map(({ path }) => path)).toEqual(['/extra']);
  });
});

describe('the version test', () => {
  const patch: JsonPatch = [{ op: 'add', path: '/name', value: 'B' }];

  test('leads the patch, with each member that is known', () => {
    expect(withVersionTest(patch, { sys_version: 3, sys_last_modified_at: '2026-02-01T10:00:00.000Z' })).toEqual([
      { op: 'test', path: '/sys_version', value: 3 },
      { op: 'test', path: '/sys_last_modified_at', value: '2026-02-01T10:00:00.000Z' },
      ...patch,
    ]);
    expect(withVersionTest(patch, { sys_last_modified_at: '2026-02-01T10:00:00.000Z' })).toEqual([
      { op: 'test', path: '/sys_last_modified_at', value: '2026-02-01T10:00:00.000Z' },
      ...patch,
    ]);
    expect(withVersionTest(patch, {})).toEqual(patch);
  });

  test('is not sent alone', () => {
    expect(withVersionTest([], { sys_version: 3 })).toEqual([]);
  });

  test('lets the patch through at that version, and at no other', () => {
    const guarded = withVersionTest(patch, { sys_version: 3 });
    expect(applyPatch({ name: 'A', sys_version: 3 }, guarded)).toEqual({ name: 'B', sys_version: 3 });
    expect(() => applyPatch({ name: 'A', sys_version: 4 }, guarded)).toThrow('the test failed');
  });
});

function wholeFields(base: JsonObject, mine: JsonObject): JsonPatch {
  const names = [...new Set([...Object.keys(shared(base)), ...Object.keys(shared(mine))])];
  return names
    .filter((name) => canonical(ownOf(base, name)) !== canonical(ownOf(mine, name)))
    .map((name) => {
      const value = ownOf(mine, name);
      const path = toPointer([name]);
      return value === undefined || value === null ? { op: 'remove', path } : { op: 'add', path, value };
    });
}

/** The fields that no patch may touch. */
function shielded(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => !Object.hasOwn(shared(session), name)));
}

function ownOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function withoutProto(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== '__proto__'));
}

function leadsIntoList(base: JsonObject, path: string): boolean {
  let value: unknown = base;
  for (const token of path.slice(1).split('/')) {
    if (Array.isArray(value)) return true;
    value = (value as JsonObject | undefined)?.[token.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return false;
}

function byPath(patch: JsonPatch): JsonPatch {
  return patch.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
