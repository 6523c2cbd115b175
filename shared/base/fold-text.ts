/** Letters that differ from their plain form by more than a mark, and so survive decomposition. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ŧ: 't',
  ς: 'σ',
};

const PLAIN_TEXT = /^[ -~\n]*$/;

/**
 * The text as a search compares it: without case and without accents ("Ångström" and "ANGSTROM" fold alike).
 * Law: fold(fold(x)) = fold(x), and text contained in x, folded, is contained in fold(x).
 */
export function foldText(text: string): string {
  // Most texts have no accents, and a table of thousands folds them all.
  if (PLAIN_TEXT.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[ßæœøłđðþħıŋŧς]/g, (letter) => PLAIN[letter] ?? letter);
}
