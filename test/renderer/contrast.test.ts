import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../renderer/styles/main.css', import.meta.url), 'utf8');

const themes = {
  light: colorsOf(/:root \{([^}]*)\}/),
  dark: colorsOf(/:root\[data-theme='dark'\] \{([^}]*)\}/),
};

function colorsOf(block: RegExp): Map<string, string> {
  return new Map(
    Array.from(block.exec(css)?.[1]?.matchAll(/--([\w-]+): (#[\da-f]{6})/g) ?? [], ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

/** Relative luminance (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['ground', 'surface', 'raised', 'sunken'];
const texts = ['ink', 'ink-soft', 'ink-faint', 'accent', 'accent-strong', 'warn', 'block', 'good'];
const onSoft = ['warn', 'block', 'good', 'accent'].flatMap((tone) => [
  [tone, `${tone}-soft`],
  ['ink', `${tone}-soft`],
  ['ink-soft', `${tone}-soft`],
]);
const textPairs = [
  ...texts.flatMap((text) => grounds.map((ground) => [text, ground])),
  ...onSoft,
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
];
const edges = ['line-strong', 'focus', 'warn-line', 'block-line', 'good-line'];
const edgePairs = edges.flatMap((edge) => ['ground', 'surface', 'raised'].map((ground) => [edge, ground]));

test.each(['light', 'dark'] as const)(
  'in the %s theme every text can be read, and every edge that means something is seen',
  (theme) => {
    const colors = themes[theme];
    const weak = (pairs: string[][], least: number): string[] =>
      pairs.flatMap(([a = '', b = '']) => {
        const ratio = contrast(colors.get(a) ?? '#888888', colors.get(b) ?? '#888888');
        return ratio < least ? [`${a} on ${b}: ${ratio.toFixed(2)}`] : [];
      });
    expect([...weak(textPairs, 4.5), ...weak(edgePairs, 3)]).toEqual([]);
  },
);
