import { foldText } from '../../../shared/base/fold-text.ts';
import { matchesWords, searchWords } from '../../../shared/schedule/search-text.ts';

/** Something that the palette finds. `text` is what it is found by, folded. */
export interface PaletteEntry {
  kind: 'session' | 'person' | 'room' | 'command';
  id: string;
  title: string;
  text: string;
}

/** So many of one kind are shown; who wants another types another letter. */
const MAX_OF_KIND = 40;

/** What is looked through: a list for each kind, asked for one after the other. */
export type PaletteSource = Iterable<PaletteEntry>;

/**
 * What is found for a text, without regard to case and accents: what begins with it before what holds all of its words somewhere; of those alike,
 * in the order of the sources.
 */
export function paletteResults(typed: string, sources: readonly PaletteSource[]): PaletteEntry[] {
  const words = searchWords(typed);
  const whole = foldText(typed.trim());
  const first: PaletteEntry[] = [];
  const others: PaletteEntry[] = [];
  for (const source of sources) {
    const begin: PaletteEntry[] = [];
    const hold: PaletteEntry[] = [];
    for (const entry of source) {
      if (!matchesWords(entry.text, words)) continue;
      if (entry.text.startsWith(whole)) begin.push(entry);
      else if (hold.length < MAX_OF_KIND) hold.push(entry);
      if (begin.length >= MAX_OF_KIND) break;
    }
    first.push(...begin);
    others.push(...hold);
  }
  return [...first, ...others];
}
