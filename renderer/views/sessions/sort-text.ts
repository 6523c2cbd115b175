import { foldText } from '../../../shared/base/fold-text.ts';

const keys = new Map<string, string>();
const MAX_KEYS = 50_000;

/**
 * What texts are sorted by, compared code unit by code unit: without case and accents, and with numbers by their value, so that "Room 2" stands
 * before "Room 10". A collator would take twenty times as long for each comparison. Undefined for a text that is empty.
 */
export function sortText(text: string): string | undefined {
  const known = keys.get(text);
  if (known !== undefined) return known;
  const key = foldText(text.slice(0, 200).trim()).replace(/\d+/g, (digits) => digits.padStart(12, '0'));
  if (key === '') return undefined;
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(text, key);
  return key;
}
