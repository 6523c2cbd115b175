import { globSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import de from '../../renderer/i18n/de.json' with { type: 'json' };
import en from '../../renderer/i18n/en.json' with { type: 'json' };
import { reasonTexts } from '../../shared/base/reasons.ts';

const root = new URL('../..', import.meta.url).pathname;
/** The desktop's menus speak by the same messages. */
const sources = globSync(['renderer/**/*.{ts,vue}', 'electron/main/*.ts', 'shared/rpc/*.ts'], { cwd: root }).map(
  (path) => ({
    path,
    text: readFileSync(`${root}/${path}`, 'utf8'),
  }),
);

const [english, german] = [leavesOf(en), leavesOf(de)];

function leavesOf(messages: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(messages).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[prefix + name, value]] : [...leavesOf(value as object, `${prefix}${name}.`)],
    ),
  );
}

/** The names that stand in braces, each once. */
function slotsOf(message: string | undefined): string[] {
  return [...new Set(Array.from(message?.matchAll(/\{(\w+)\}/g) ?? [], ([, name = '']) => name))].sort();
}

describe('both languages', () => {
  test('have the same messages', () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test('fill the same things in', () => {
    const differing = [...english].filter(([key, text]) => slotsOf(text).join() !== slotsOf(german.get(key)).join());
    expect(differing).toEqual([]);
  });

  test('count in as many forms', () => {
    const formsOf = (text = ''): number => text.split(' | ').length;
    expect([...english].filter(([key, text]) => formsOf(text) !== formsOf(german.get(key)))).toEqual([]);
  });

  // vue-i18n throws at an empty form when the message is first shown.
  test('say something in every form', () => {
    const isEmpty = (text: string): boolean => text.includes('|') && text.split('|').some((form) => form.trim() === '');
    expect([...english, ...german].filter(([, text]) => isEmpty(text))).toEqual([]);
  });
});

describe('the reasons', () => {
  const codes = Object.keys(reasonTexts);
  const words = (messages: ReadonlyMap<string, string>): string[] =>
    [...messages.keys()].filter((key) => key.startsWith('reasons.')).map((key) => key.slice('reasons.'.length));

  test('that the engine may give have words in each language, and no others have', () => {
    expect(words(english).sort()).toEqual([...codes].sort());
    expect(words(german).sort()).toEqual([...codes].sort());
  });

  test('fill in no value that they do not have', () => {
    const named = Object.entries(reasonTexts).flatMap(([code, text]) => {
      const known: readonly string[] = slotsOf(text);
      return [english, german].flatMap((messages) =>
        slotsOf(messages.get(`reasons.${code}`))
          .filter((slot) => !known.includes(slot))
          .map((slot) => `${code}: ${slot}`),
      );
    });
    expect(named).toEqual([]);
  });
});

describe('the code', () => {
  test('asks for no message that is missing', () => {
    const asked = sources.flatMap(({ path, text }) =>
      Array.from(text.matchAll(/\bt\(\s*'([\w.]+)'/g), ([, key = '']) => `${key} (${path})`),
    );
    expect(asked.filter((entry) => !english.has(entry.split(' ')[0] ?? ''))).toEqual([]);
  });

  test('asks for every message that there is', () => {
    const texts = new Set(
      sources.flatMap(({ text }) => Array.from(text.matchAll(/['"]([a-zA-Z][\w.]*)['"]/g), ([, key = '']) => key)),
    );
    const patterns = sources.flatMap(({ text }) =>
      Array.from(text.matchAll(/`([a-zA-Z][\w.]*\.\$\{[^`]*)`/g), ([, key = '']) => patternOf(key)),
    );
    const unused = [...english.keys()].filter(
      (key) => !texts.has(key) && !patterns.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });
});

/** What a key that is put together may be: anything, but no dot, in each of its gaps. */
function patternOf(key: string): RegExp {
  const parts = key.split(/\$\{(?:[^{}]|\{[^}]*\})*\}/).map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('[^.]+')}$`);
}
