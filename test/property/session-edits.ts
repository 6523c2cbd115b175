import fc from 'fast-check';

import { isJsonObject, own, type JsonObject } from '../../shared/base/json.ts';
import { isServerOwned } from '../../shared/contract/session.ts';

/** Three states of one session: what two sides made of a common one. */
export interface Sides {
  base: JsonObject;
  mine: JsonObject;
  theirs: JsonObject;
}

/** The fields whose lists merge by their elements, and the member that names an element; undefined where it names itself. */
export const keyedLists: Readonly<Record<string, string | undefined>> = {
  track_ids: undefined,
  room_ids: undefined,
  speakers: 'contact_id',
  custom_field_values: 'custom_field_id',
};

/** How often each law is tried: PROPERTY_RUNS=<n> says otherwise. */
export const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 200) };

const text = fc.constantFrom('Keynote', 'Opening', 'Closing', '');

/** Sessions as people edit them: few values, so that both sides often touch the same thing, and sometimes alike. */
export const tameSides: fc.Arbitrary<Sides> = sidesOf(tameValues());

/** Sessions that hold what nobody should send: values of any kind anywhere, repeated keys, names that harm careless code. */
const hostileSides: fc.Arbitrary<Sides> = sidesOf(hostileValues());

export const anySides: fc.Arbitrary<Sides> = fc.oneof({ arbitrary: tameSides, weight: 3 }, hostileSides);

/** A few more changes of a tame session, for `edited`. */
export const tameEdits: fc.Arbitrary<Edit[]> = fc.array(editOf(tameValues()), { maxLength: 4 });

export function edited(session: JsonObject, edits: readonly Edit[]): JsonObject {
  return edits.reduce(applyEdit, session);
}

/** JSON with sorted members and without those that are null: equal text is what sync takes for equal. */
export function canonical(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value === 0 ? 0 : value);
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined && value[name] !== null)
    .sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

/** The fields of a session that both sides may change. */
export function shared(session: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(session).filter(([name]) => name !== 'id' && !isServerOwned(name)));
}

/** A list's ids, where it is a list in which each element has one of its own. */
export function idsOf(field: string, list: unknown): string[] | undefined {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) return undefined;
  const key = keyedLists[field];
  const ids = list.map((element: unknown) =>
    key === undefined ? element : isJsonObject(element) && own(element, key),
  );
  return ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length ? ids : undefined;
}

type Values = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** A change of one field: of the whole of it, or of one element or member. */
export type Edit =
  | { field: string; to: unknown }
  | { field: string; member: string; to: unknown }
  | { field: string; element: number; member: string; to: unknown }
  | { field: string; without: number }
  | { field: string; turned: number };

function sidesOf(values: Values): fc.Arbitrary<Sides> {
  const session = fc.record(values, { requiredKeys: ['id', 'name'] });
  const edits = fc.array(editOf(values), { maxLength: 5 });
  return fc.tuple(session, edits, edits, edits).map(([base, common, mine, theirs]) => ({
    base,
    mine: edited(base, [...common.slice(3), ...mine]),
    theirs: edited(base, [...common.slice(3), ...theirs]),
  }));
}

function editOf(values: Values): fc.Arbitrary<Edit> {
  const fields = Object.keys(values).filter((field) => field !== 'id');
  const field = fc.constantFrom(...fields);
  const list = fc.constantFrom(...Object.keys(keyedLists));
  const at = fc.nat({ max: 3 });
  const member = fc.constantFrom('job_title', 'name', 'string_value', 'form_id', 'more', '__proto__', 'a/b~c');
  const to = fc.option(fc.oneof(text, fc.constant(['x']), fc.constant({ deep: { er: 1 } })), { freq: 4 });
  const whole = field.chain((name) =>
    fc.record({
      field: fc.constant(name),
      to: fc.oneof({ arbitrary: values[name] ?? text, weight: 6 }, fc.constant(null), fc.constant(undefined)),
    }),
  );
  return fc.oneof(
    { arbitrary: whole, weight: 4 },
    { arbitrary: fc.record({ field: list, element: at, member, to }), weight: 3 },
    { arbitrary: fc.record({ field: fc.constant('registration_question_options'), member, to }), weight: 1 },
    { arbitrary: fc.record({ field: list, without: at }), weight: 2 },
    { arbitrary: fc.record({ field: list, turned: at }), weight: 1 },
  );
}

function applyEdit(session: JsonObject, edit: Edit): JsonObject {
  const old = session[edit.field];
  if ('without' in edit) {
    return Array.isArray(old) ? withMember(session, edit.field, old.toSpliced(edit.without, 1)) : session;
  }
  if ('turned' in edit) {
    if (!Array.isArray(old)) return session;
    return withMember(session, edit.field, [...old.slice(edit.turned), ...old.slice(0, edit.turned)] as unknown[]);
  }
  if ('element' in edit) {
    if (!Array.isArray(old)) return session;
    const elements = old.map((element: unknown, at) =>
      at === edit.element && isJsonObject(element) ? withMember(element, edit.member, edit.to) : element,
    );
    return withMember(session, edit.field, elements);
  }
  if ('member' in edit)
    return isJsonObject(old) ? withMember(session, edit.field, withMember(old, edit.member, edit.to)) : session;
  return withMember(session, edit.field, edit.to);
}

/** Also where the name is `__proto__`. */
export function withMember(object: JsonObject, name: string, value: unknown): JsonObject {
  const members = new Map(Object.entries(object));
  if (value === undefined) members.delete(name);
  else members.set(name, value);
  return Object.fromEntries(members);
}

function tameValues(): Values {
  const elements = (key: string, letter: string, members: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject[]> =>
    ids(letter).chain((list) => fc.tuple(...list.map((id) => members.map((rest) => ({ [key]: id, ...rest })))));
  const hour = fc.constantFrom('09', '10', '11', '12');
  return {
    id: fc.constant('s1'),
    name: text,
    description: text,
    location: fc.option(text),
    display_order: fc.constantFrom(0, 1, 1.0, 2.5),
    sold_out: fc.boolean(),
    track_ids: ids('t'),
    room_ids: ids('r'),
    start_date: hour.map((hour) => `2026-02-01T${hour}:00:00+01:00`),
    end_date: hour.map((hour) => `2026-02-01T${hour}:30:00+01:00`),
    enable_capacity: fc.boolean(),
    capacity_options: fc.record({ capacity: fc.nat({ max: 3 }), enable_wait_list: fc.boolean() }, { requiredKeys: [] }),
    registration_question_options: fc.record(
      { form_id: text, custom_field_ids: ids('f'), more: fc.constantFrom(null, {}, { a: 1 }, { a: 2 }) },
      { requiredKeys: [] },
    ),
    speakers: elements(
      'contact_id',
      'c',
      fc.record(
        { type_id: fc.constant('speaker'), job_title: fc.option(text), name: text },
        { requiredKeys: ['type_id'] },
      ),
    ),
    custom_field_values: elements(
      'custom_field_id',
      'f',
      fc.record({ string_value: text, list_value: ids('x') }, { requiredKeys: [] }),
    ),
    sys_external_id: fc.constantFrom('e1', 'e2'),
    sys_locked: fc.boolean(),
    sys_version: fc.nat({ max: 4 }),
    sys_last_modified_by_id: text,
    of_a_later_version: fc.constantFrom<unknown[]>(1, 'one', [1], { a: 1 }, { a: 1, b: null }, { a: 2 }),
  };
}

function hostileValues(): Values {
  const name = fc.constantFrom('__proto__', 'constructor', 'toString', '', 'a/b', '~', '~1', '10', '2', 'contact_id');
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown[]>(null, true, 0, -0, 1, 1.0, '', 'x', '__proto__'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(name, tie('value')), { maxLength: 3 }).map((members) => Object.fromEntries(members)),
    ),
  }));
  const id = fc.constantFrom('c1', 'c2', '', 'a/b', '~', '10', '2', '__proto__', 'constructor');
  const elements = (key: string): fc.Arbitrary<unknown> =>
    fc.oneof(
      {
        arbitrary: fc.array(
          fc.tuple(id, name, value).map(([id, name, value]) =>
            Object.fromEntries([
              [name, value],
              [key, id],
            ]),
          ),
          { maxLength: 3 },
        ),
        weight: 3,
      },
      value,
    );
  const tame = tameValues();
  return {
    ...Object.fromEntries(Object.entries(tame).map(([field, values]) => [field, fc.oneof(values, value)])),
    id: fc.constant('s1'),
    track_ids: fc.oneof(fc.array(id, { maxLength: 4 }), value),
    speakers: elements('contact_id'),
    custom_field_values: elements('custom_field_id'),
    '': value,
    'a/b': value,
    '~1': value,
    '10': value,
    toString: value,
    ['__proto__']: value,
  };
}

function ids(letter: string): fc.Arbitrary<string[]> {
  return fc.shuffledSubarray([1, 2, 3, 4].map((at) => `${letter}${at}`));
}
