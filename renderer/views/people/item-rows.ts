import { foldText } from '../../../shared/base/fold-text.ts';
import { matchesWords, searchWords } from '../../../shared/schedule/search-text.ts';
import type { NamedItem } from '../../stores/catalog-members.ts';

/** An item as the list shows it, with the text it is found by, folded. */
export interface ItemRow {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly text: string;
  readonly folded: string;
  /** Whether only its id is known: it came with a session, and nobody has named it. */
  readonly isPlaceholder: boolean;
  /** Whether another of its kind has the same name, but for case and accents. */
  readonly isDuplicate: boolean;
}

/** No name is looked through further than this. */
const MAX_SEARCHED = 500;

// Of no language: the order is the same on every laptop.
const byNumbers = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The items of a kind: first those that want a name, then by name, "Room 9" before "Room 10". */
export function itemRows(items: Iterable<NamedItem>): ItemRow[] {
  const made = Array.from(items, (item) => {
    const name = typeof item.name === 'string' ? item.name : item.id;
    const hint = hintOf(item);
    const folded = foldText(name.slice(0, MAX_SEARCHED));
    const text = `${folded}\n${foldText(`${hint}\n${item.id}`.slice(0, MAX_SEARCHED))}`;
    return { id: item.id, name, hint, folded, text, isPlaceholder: item['placeholder'] === true };
  });
  const counts = new Map<string, number>();
  for (const { folded, isPlaceholder } of made) if (!isPlaceholder) counts.set(folded, (counts.get(folded) ?? 0) + 1);
  return made
    .map((row) => ({ ...row, isDuplicate: !row.isPlaceholder && row.folded !== '' && counts.get(row.folded)! > 1 }))
    .sort(
      (a, b) =>
        Number(b.isPlaceholder) - Number(a.isPlaceholder) ||
        byNumbers.compare(a.name, b.name) ||
        (a.id < b.id ? -1 : 1),
    );
}

/** The rows that hold every word that was typed, without regard to case and accents; those first whose name begins with it. */
export function filterRows<Row extends { readonly text: string }>(rows: readonly Row[], typed: string): readonly Row[] {
  const words = searchWords(typed);
  if (words.length === 0) return rows;
  const whole = foldText(typed.trim());
  const [first, others]: [Row[], Row[]] = [[], []];
  for (const row of rows) if (matchesWords(row.text, words)) (row.text.startsWith(whole) ? first : others).push(row);
  return [...first, ...others];
}

/** What tells an item from others of its name. */
function hintOf({ job_title: job, organization, email_address: email, type }: NamedItem): string {
  const parts = [job, organization, email].filter((part) => typeof part === 'string' && part !== '');
  return parts.length > 0 ? parts.slice(0, 2).join(', ') : typeof type === 'string' ? type : '';
}
