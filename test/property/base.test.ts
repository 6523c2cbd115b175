import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isCalendarDate, parseInstant } from '../../shared/base/date-time.ts';
import { foldText } from '../../shared/base/fold-text.ts';
import { findJsonFault, jsonEqual, jsonSizeBytes, MAX_JSON_DEPTH } from '../../shared/base/json.ts';

describe('parseInstant', () => {
  test('reads what Date writes, in every zone', () => {
    const minutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    const dates = fc.date({
      min: new Date('0000-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, minutes, (date, zoneMinutes) => {
        const local = new Date(date.getTime() + zoneMinutes * 60_000).toISOString().slice(0, -1);
        const two = (value: number): string => String(value).padStart(2, '0');
        const zone = Math.abs(zoneMinutes);
        const offset = `${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(zone / 60))}:${two(zone % 60)}`;
        fc.pre(/^\d{4}-/.test(local));
        expect(parseInstant(local + offset)).toBe(date.getTime());
      }),
    );
  });

  test.each([
    ['2026-02-28T23:59:60Z', '2026-03-01T00:00:00Z'],
    ['2024-02-29t12:00:00z', '2024-02-29T12:00:00Z'],
    ['2026-01-01T00:00:00.123456789+00:00', '2026-01-01T00:00:00.123Z'],
  ])('%s is %s', (text, same) => {
    expect(Math.floor(parseInstant(text) ?? Number.NaN)).toBe(Date.parse(same));
  });

  test.each([
    '',
    'now',
    '2026-02-01',
    '2026-02-01T10:00:00',
    '2026-02-01 10:00:00Z',
    '2026-02-01T10:00Z',
    '2026-2-1T10:00:00Z',
    '2026-02-29T10:00:00Z',
    '2026-04-31T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '2026-00-01T10:00:00Z',
    '2026-01-00T10:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T10:60:00Z',
    '2026-01-01T10:00:61Z',
    '2026-01-01T10:00:00+24:00',
    '2026-01-01T10:00:00+0100',
    '2026-01-01T10:00:00.Z',
    '+002026-01-01T10:00:00Z',
    '2026-01-01T10:00:00Z[Europe/Brussels]',
    ' 2026-01-01T10:00:00Z',
    '２０２６-01-01T10:00:00Z',
  ])('%s is no instant', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test('a calendar date must exist', () => {
    expect(['2024-02-29', '2026-02-29', '2026-1-1', '2026-12-31', 'x'].map(isCalendarDate)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});

describe('foldText', () => {
  test.each([
    ['Ångström', 'ANGSTROM'],
    ['Straße', 'STRASSE'],
    ['Łódź', 'lodz'],
    ['İstanbul', 'istanbul'],
    ['ﬁn', 'FIN'],
    ['Ὀδυσσεύς', 'οδυσσευσ'],
    ['Œuvre', 'oeuvre'],
  ])('%s folds as %s', (a, b) => {
    expect(foldText(a)).toBe(foldText(b));
  });

  test('folding twice is folding once, and what a text contains, its fold contains', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, (whole) => {
        expect(foldText(foldText(whole))).toBe(foldText(whole));
      }),
    );
    const words = fc.array(fc.constantFrom('Café', 'ÅNGST', 'ß', 'Œ', '日本', '한국', 'ﬁ', 'ÉÈ', 'x'), {
      minLength: 1,
    });
    fc.assert(
      fc.property(words, words, words, (before, part, after) => {
        const whole = [...before, ...part, ...after].join(' ');
        expect(foldText(whole)).toContain(foldText(part.join(' ')));
      }),
    );
  });
});

describe('JSON', () => {
  test('the size is what UTF-8 takes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(jsonSizeBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
      }),
    );
  });

  test('equality is deep, members in any order', () => {
    const small = fc.jsonValue({ maxDepth: 2, stringUnit: fc.constantFrom('a', 'b') });
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(small.map(plain), small.map(plain), (a, b) => {
        expect(jsonEqual(a, plain(a))).toBe(true);
        expect(jsonEqual(a, b)).toBe(isDeepStrictEqual(a, b));
      }),
    );
    expect(jsonEqual({ a: undefined, b: 1 }, { b: 1 })).toBe(true);
    expect(jsonEqual({}, { toString: 1 })).toBe(false);
    expect(jsonEqual([], {})).toBe(false);
  });

  test('what JSON of ours may not hold is found at any depth', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)]);
    expect(findJsonFault(nest(MAX_JSON_DEPTH))).toBeUndefined();
    expect(findJsonFault(nest(MAX_JSON_DEPTH + 1))).toMatchObject({ message: expect.stringContaining('nested') });
    expect(findJsonFault({ a: [1, { b: '\udc00' }] })).toMatchObject({ path: '/a/1/b' });
    expect(findJsonFault({ 'a/b': Number.NaN })).toMatchObject({ path: '/a~1b' });
    expect(findJsonFault(JSON.parse('{"a":{"__proto__":1}}'))).toMatchObject({ path: '/a/__proto__' });
    expect(findJsonFault({ a: () => 1 })).toMatchObject({ path: '/a' });
  });
});
