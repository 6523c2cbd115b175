import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { noticesOf, readParts } from '../../packaging/notices.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the notices tell of every part of what is built, in its version, and of none else', () => {
  const told = [...read('THIRD-PARTY-NOTICES.txt').matchAll(/^(\S+ \S+) \(([\w.-]+)\)$/gm)].map(([, part]) => part);
  expect(told.toSorted()).toEqual(
    readParts()
      .map(({ name, version }) => `${name} ${version}`)
      .toSorted(),
  );
});

test('the notices are as `npm run notices` writes them', () => {
  expect(read('THIRD-PARTY-NOTICES.txt') === noticesOf(readParts())).toBe(true);
});

test('a part’s version is the one that the lock file holds', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };
  const locked = new Set(
    Object.entries(packages).map(([path, { version }]) => `${path.split('node_modules/').at(-1)} ${version}`),
  );
  expect(readParts().filter(({ name, version }) => !locked.has(`${name} ${version}`))).toEqual([]);
});

test('every part brings the words of its licence', () => {
  expect(readParts().filter(({ text }) => text.length < 200)).toEqual([]);
});
