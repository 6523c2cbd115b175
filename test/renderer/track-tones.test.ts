import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { NO_TRACK_TONE, trackTone, type TrackTone } from '../../renderer/styles/track-tones.ts';

const hues = Array.from({ length: 72 }, (_, index) => trackTone({ id: 't', color: `hsl(${index * 5}, 90%, 50%)` }));
const extremes = ['#fff', '#000', 'yellow', '#ff0', '#00f', 'rgb(255, 0, 255)', '#808080', 'nonsense', ''].map(
  (color) => trackTone({ id: 'track', color }),
);
const tones = [...hues, ...extremes, NO_TRACK_TONE];

test.each(['light', 'dark'] as const)('every text of the %s theme can be read on every soft tone', (theme) => {
  const texts = themeColors(theme);
  for (const tone of tones) {
    for (const name of ['ink', 'ink-soft', 'warn', 'block']) {
      expect(contrast(texts[name]!, sideOf(tone, 'soft', theme)), `${name} on ${tone.soft}`).toBeGreaterThanOrEqual(
        4.5,
      );
    }
  }
});

test.each(['light', 'dark'] as const)('every strong tone can be seen on the grounds of the %s theme', (theme) => {
  const grounds = themeColors(theme);
  for (const tone of tones) {
    for (const ground of [grounds['ground']!, grounds['surface']!, sideOf(tone, 'soft', theme)]) {
      expect([tone.strong, contrast(sideOf(tone, 'strong', theme), ground) >= 3]).toEqual([tone.strong, true]);
    }
  }
});

test('one colour gives one tone, however it is written', () => {
  const red = trackTone({ id: 'a', color: '#ff0000' });
  for (const color of [
    '#f00',
    'ff0000',
    '#FF0000',
    'red',
    ' rgb(255,0,0) ',
    'rgb(255 0 0 / 50%)',
    'hsl(0, 100%, 50%)',
  ]) {
    expect(trackTone({ id: 'b', color })).toEqual(red);
  }
});

test('a colour that cannot be read counts as none, and a track without one has a hue of its own', () => {
  const hashed = trackTone({ id: 'databases' });
  for (const color of ['', 'no colour', '#12', 'rgb(a, b, c)', 'url(javascript:alert(1))', 'x'.repeat(10_000)]) {
    expect(trackTone({ id: 'databases', color })).toEqual(hashed);
  }
  expect(trackTone({ id: 'networks' })).not.toEqual(hashed);
});

test('a grey stays grey', () => {
  const [red, green, blue] = channelsOf(sideOf(trackTone({ id: 'a', color: '#777' }), 'strong', 'light'));
  expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(0.03);
});

/** The colours of a theme, by name, as the style sheet has them. */
function themeColors(theme: 'light' | 'dark'): Record<string, string> {
  const css = readFileSync(new URL('../../renderer/styles/main.css', import.meta.url), 'utf8');
  const selector = theme === 'light' ? ':root {' : ":root[data-theme='dark'] {";
  const block = css.slice(css.indexOf(selector)).split('}')[0]!;
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[\da-f]{6})/g)].map(([, name, color]) => [name!, color!]),
  );
}

function sideOf(tone: TrackTone, strength: 'soft' | 'strong', theme: 'light' | 'dark'): string {
  return /light-dark\((#\w{6}), (#\w{6})\)/.exec(tone[strength])![theme === 'light' ? 1 : 2]!;
}

function channelsOf(hex: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as [number, number, number];
}

/** The contrast of two colours after WCAG 2. */
function contrast(one: string, other: string): number {
  const [light, dark] = [one, other].map(luminance).sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = channelsOf(hex).map((value) =>
    value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
