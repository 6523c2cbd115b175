import { foldText } from '../../../shared/base/fold-text.ts';

/** One of many to choose from. */
export interface Option {
  value: string;
  label: string;
  /** What tells it from others of its name; it is searched, too. */
  hint?: string | undefined;
}

/** An option with its text as it is compared: options are folded once, not with each key. */
export interface FoldedOption {
  option: Option;
  label: string;
  text: string;
}

export function foldOptions(options: readonly Option[]): FoldedOption[] {
  return options.map((option) => {
    const label = foldText(option.label);
    return { option, label, text: option.hint === undefined ? label : `${label} ${foldText(option.hint)}` };
  });
}

/**
 * The options that hold every word of the query, in any order, without regard to case and accents: those whose label begins with the query
 * first, then those of which a word does, then the others; else in the order given.
 */
export function filterOptions(options: readonly FoldedOption[], query: string): Option[] {
  const whole = foldText(query.trim());
  if (whole === '') return options.map(({ option }) => option);
  const words = whole.split(/\s+/);
  const found: [Option[], Option[], Option[]] = [[], [], []];
  for (const { option, label, text } of options) {
    if (!words.every((word) => text.includes(word))) continue;
    found[label.startsWith(whole) ? 0 : label.includes(` ${whole}`) ? 1 : 2].push(option);
  }
  return found.flat();
}
