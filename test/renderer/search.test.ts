import { describe, expect, test } from 'vitest';

import { paletteResults, type PaletteEntry } from '../../renderer/components/frame/palette-results.ts';
import { filterOptions, foldOptions } from '../../renderer/components/ui/filter-options.ts';
import { foldText } from '../../shared/base/fold-text.ts';

describe('options of a picker', () => {
  const options = foldOptions([
    { value: 'r1', label: 'Hall Süd', hint: '420 seats' },
    { value: 'r2', label: 'Großer Saal' },
    { value: 'r3', label: 'Saal Süd' },
    { value: 'r4', label: 'Südhalle' },
  ]);
  const found = (query: string): string[] => filterOptions(options, query).map(({ value }) => value);

  test('are found without regard to accents and case, those that begin so first', () => {
    expect(found('sud')).toEqual(['r4', 'r1', 'r3']);
    expect(found('GROSSER')).toEqual(['r2']);
  });

  test('are found by every word, in any order, also by what tells them apart', () => {
    expect(found('süd saal')).toEqual(['r3']);
    expect(found('420 hall')).toEqual(['r1']);
    expect(found('nothing')).toEqual([]);
  });

  test('are all there, as they came, for nothing typed', () => {
    expect(found('  ')).toEqual(['r1', 'r2', 'r3', 'r4']);
  });
});

describe('the palette', () => {
  const entry = (kind: PaletteEntry['kind'], title: string, more = ''): PaletteEntry => ({
    kind,
    id: `${kind} ${title}`,
    title,
    text: foldText(`${title}\n${more}`),
  });
  const titles = (typed: string, ...sources: PaletteEntry[][]): string[] =>
    paletteResults(typed, sources).map(({ title }) => title);

  test('finds a session by its speaker, and puts what begins so first, of whatever kind', () => {
    const sessions = [entry('session', 'Closing', 'Ada Lovelace'), entry('session', 'Adapters')];
    const people = [entry('person', 'Ada Lovelace')];
    expect(titles('ada', sessions, people)).toEqual(['Adapters', 'Ada Lovelace', 'Closing']);
  });

  test('tells a bounded number of one kind, and still those of the others', () => {
    const sessions = Array.from({ length: 25_000 }, (_, at) => entry('session', `Break ${at}`));
    const found = titles('break', sessions, [entry('room', 'Break-out room')]);
    expect(found.length).toBeLessThan(100);
    expect(found).toContain('Break-out room');
  });
});
