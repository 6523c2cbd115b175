import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { faultAt } from '../../shared/base/json.ts';
import { because, isReason, reasonOf, reasonTexts, textOf } from '../../shared/base/reasons.ts';
import { ContractError, invalid, toProblem } from '../../shared/contract/errors.ts';
import { findFaults } from '../../shared/contract/parse.ts';
import { dateTime, sessionInput } from '../../shared/contract/session.ts';
import { fromBridgeError, toBridgeError } from '../../shared/rpc/bridge-errors.ts';

test('a text names the values of its reason, also where those are reasons', () => {
  const why = because('all', { reasons: [because('blank'), because('not_one_of', { choices: 'a, b' })] });
  expect(textOf(because('none_changed', { name: '{why}', why }))).toBe(
    'Nothing was changed. “{why}”: must not be blank; must be one of a, b',
  );
});

describe('what may be one of several things says what it may be', () => {
  const side = z.enum(['mine', 'theirs']);
  const order = z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('retry') }),
    z.strictObject({
      action: z.literal('decide'),
      by: z.union([side, z.record(z.string(), z.union([side, z.strictObject({ value: z.unknown() })]))]),
    }),
  ]);

  test.each<[unknown, string]>([
    [{}, '/action is required'],
    [{ action: 'wait' }, '/action must be one of retry, decide'],
    [{ action: 'decide' }, '/by is required'],
    [{ action: 'decide', by: 'both' }, '/by must be one of mine, theirs'],
    [{ action: 'decide', by: { name: 'both' } }, '/by/name must be one of mine, theirs'],
    [{ action: 'decide', by: { name: {} } }, '/by/name/value is required'],
    [{ action: 'decide', by: { name: { value: 1, more: 2 } } }, '/by/name/more is not known here'],
  ])('%j', (value, text) => {
    expect(invalid(findFaults(order, value)).message).toBe(text);
  });
});

describe('a reason from elsewhere', () => {
  test('is taken where the table has it, with all the values that it names', () => {
    const known = because('refused_there', { why: because('tenant_full', { n: 3 }) });
    expect(isReason(JSON.parse(JSON.stringify(known)))).toBe(true);
    expect(reasonOf({ message: 'no', because: known })).toBe(known);
  });

  test.each([
    ['nothing', undefined],
    ['a code that is not known', { code: 'of_tomorrow' }],
    ['an inherited name', { code: 'constructor' }],
    ['a value that is missing', { code: 'tenant_full' }],
    ['a value of another kind', { code: 'tenant_full', values: { n: { code: 'no' } } }],
    ['nested without end', nested(20)],
  ])('is somebody else’s words where it is %s', (_, told) => {
    expect(reasonOf({ message: 'Closed on Mondays', because: told })).toEqual(
      because('said', { text: 'Closed on Mondays' }),
    );
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? because('blank') : { code: 'refused_there', values: { why: nested(depth - 1) } };
}

test('what a schema finds wrong has a code of the table', () => {
  const faults = findFaults(sessionInput, {
    event_id: '',
    name: ' ',
    type_id: 7,
    access: 'open',
    start_date: 'soon',
    a: 1,
  });
  expect(faults.map(({ path, because: { code } }) => [path, code])).toEqual([
    ['/event_id', 'empty'],
    ['/name', 'blank'],
    ['/type_id', 'not_text'],
    ['/access', 'not_one_of'],
    ['/start_date', 'not_date_time'],
  ]);
  expect(findFaults(dateTime, undefined)).toEqual([faultAt('', because('required'))]);
});

test('the answer of an error tells its reason beside its text, and the bridge carries both', () => {
  const missing = new ContractError('not_found', because('no_session'));
  expect(toProblem(missing)).toMatchObject({ detail: reasonTexts.no_session, because: { code: 'no_session' } });
  const faulty = invalid([faultAt('/name', because('blank'))]);
  expect(toProblem(faulty)).toEqual({
    type: 'about:blank',
    title: 'The request is not valid',
    status: 400,
    code: 'invalid',
    detail: '/name must not be blank',
    errors: [{ path: '/name', message: 'must not be blank', because: { code: 'blank' } }],
  });
  for (const error of [missing, faulty]) {
    const carried = fromBridgeError(toBridgeError(error)) as ContractError;
    expect([carried.message, carried.because, carried.faults]).toEqual([error.message, error.because, error.faults]);
  }
});

test('values that are too long for an answer are cut, with the text', () => {
  const [fault] = invalid([faultAt('/a', because('not_valid', { text: 'x'.repeat(10_000) }))]).faults;
  expect(JSON.stringify(fault).length).toBeLessThan(800);
});
